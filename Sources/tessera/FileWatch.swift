import Glibc
import Kernels

/// Waits until files are saved anew.
struct FileWatch {
  private struct Stamp: Equatable {
    let seconds: Int
    let nanoseconds: Int
    let size: Int
    let inode: UInt
  }

  private var stamps: [(path: String, stamp: Stamp?)]

  init(_ paths: [String]) {
    stamps = paths.map { ($0, FileWatch.stamp(of: $0)) }
  }

  /// Takes the files' present state as seen: a run saves into them itself.
  mutating func look(at paths: [String]) {
    for index in stamps.indices where paths.contains(stamps[index].path) {
      stamps[index].stamp = FileWatch.stamp(of: stamps[index].path)
    }
  }

  /// The files that changed, once there are any; nil after Ctrl-C.
  mutating func next() -> [String]? {
    while Cancellation.pending == nil {
      var changed: [String] = []
      for index in stamps.indices {
        // An editor that replaces a file leaves it missing for a moment.
        guard let now = FileWatch.stamp(of: stamps[index].path), now != stamps[index].stamp else {
          continue
        }
        stamps[index].stamp = now
        changed.append(stamps[index].path)
      }
      if !changed.isEmpty { return changed }
      usleep(150_000)
    }
    return nil
  }

  private static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Stamp(
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
      size: Int(status.st_size), inode: UInt(status.st_ino))
  }
}
