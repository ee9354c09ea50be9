import Files
import Glibc

/// What a killed run left behind.
enum Leftovers {
  /// Removes the temporary files of processes that are gone.
  static func remove(from folder: String) {
    for name in (try? Paths.names(in: folder)) ?? []
    where name.hasPrefix(".tessera.tmp-") {
      let parts = name.split(separator: "-")
      guard parts.count == 3, let process = pid_t(parts[1]), kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(Paths.join(folder, name))
    }
  }
}
