import Files
import Glibc

enum TemporaryFolder {
  /// Removes a folder and the files in it.
  static func remove(_ folder: String) {
    for name in (try? Paths.names(in: folder)) ?? [] { unlink(folder + "/" + name) }
    rmdir(folder)
  }
}
