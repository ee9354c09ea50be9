import Files
import Glibc

/// What a file looks like from outside: where this is as it was, the content is too.
struct FileStamp: Sendable, Equatable {
  var size: Int
  /// Nanoseconds since 1970.
  var modified: Int
  var changed: Int
  var inode: Int

  init?(_ path: String) {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
    size = Int(status.st_size)
    modified = FileStamp.nanoseconds(status.st_mtim)
    changed = FileStamp.nanoseconds(status.st_ctim)
    inode = Int(truncatingIfNeeded: status.st_ino)
  }

  init(size: Int, modified: Int, changed: Int, inode: Int) {
    (self.size, self.modified, self.changed, self.inode) = (size, modified, changed, inode)
  }

  private static func nanoseconds(_ time: timespec) -> Int {
    time.tv_sec.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ time.tv_nsec
  }
}

/// Digests of files and folders, remembered by what the files look like from outside.
struct FileDigests {
  struct Entry: Sendable, Equatable {
    let stamp: FileStamp
    let digest: String
    /// When it was made, in nanoseconds since 1970: a file that changed just before may change again
    /// without looking different.
    let time: Int
  }

  /// Smaller files are read each time.
  static let remembersFrom = 1 << 20
  /// Folders with more files than this have no digest.
  static let folderLimit = 4096

  private(set) var entries: [String: Entry] = [:]

  init(_ entries: [String: Entry] = [:]) { self.entries = entries }

  /// The digest of the content at `path`; nil where there is nothing that can be read.
  mutating func digest(of path: String) -> String? {
    if Paths.isFolder(path) {
      var count = 0
      return digest(ofFolder: path, depth: 0, &count)
    }
    guard let stamp = FileStamp(path) else { return nil }
    if stamp.size >= FileDigests.remembersFrom, let entry = entries[path], entry.stamp == stamp,
      max(stamp.modified, stamp.changed) < entry.time - 2_000_000_000
    {
      return entry.digest
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    guard let digest = try? Digest.hexadecimal(ofFile: path) else { return nil }
    if stamp.size >= FileDigests.remembersFrom {
      entries[path] = Entry(
        stamp: stamp, digest: digest, time: now.tv_sec * 1_000_000_000 + now.tv_nsec)
    }
    return digest
  }

  /// A folder's digest: of the names and contents in it, hidden ones left out.
  private mutating func digest(ofFolder path: String, depth: Int, _ count: inout Int) -> String? {
    guard depth < 16, let names = try? Paths.names(in: path) else { return nil }
    var digest = Digest()
    digest.add(field: "folder")
    for name in names where !name.hasPrefix(".") {
      count += 1
      if count > FileDigests.folderLimit { return nil }
      let inner = path + "/" + name
      let content =
        Paths.isFolder(inner)
        ? self.digest(ofFolder: inner, depth: depth + 1, &count) : self.digest(of: inner)
      digest.add(field: name)
      digest.add(field: content ?? "")
    }
    return digest.hexadecimal()
  }
}
