import Files
import Glibc

/// The names in a folder that begin as typed, for completion; folders end in `/`.
struct FolderListing {
  /// In alphabetic order; empty where there is no such folder, or where it takes too long.
  let names: [String]

  /// - Parameters:
  ///   - folder: as typed, empty for the folder that relative paths start from.
  ///   - base: that folder.
  init(folder: String, seenFrom base: String, prefix: String, timeLimit: Duration) {
    let path = folder.isEmpty ? (base.isEmpty ? "." : base) : Paths.join(base, folder)
    names = FolderListing.read(path, prefix: prefix, timeLimit: timeLimit)
  }

  private static func read(_ path: String, prefix: String, timeLimit: Duration) -> [String] {
    guard !path.utf8.contains(0), let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    let start = ContinuousClock.now
    var names: [String] = []
    var seen = 0
    while let entry = readdir(stream) {
      seen += 1
      if seen % 64 == 0, ContinuousClock.now - start > timeLimit { return [] }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix), name != ".", name != ".." else { continue }
      // Hidden names only where the dot is typed.
      if name.hasPrefix("."), !prefix.hasPrefix(".") { continue }
      names.append(Paths.isFolder(Paths.join(path, name)) ? name + "/" : name)
    }
    return names.sorted()
  }
}
