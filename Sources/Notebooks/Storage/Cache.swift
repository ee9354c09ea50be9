import Files
import Glibc
import Synchronization

/// Results of cells and sweep points that took long, by key, in the user's cache folder.
///
/// Entries are checked by their digest when they are read; a damaged one is taken for none and
/// removed. The folder may be deleted at any time. Several processes may use it at once.
public final class Cache: Sendable {
  /// The version of the folder's form; other versions are left alone.
  static let version = "v1"

  public let folder: String
  /// The most that entries take together, in bytes: the ones not used for longest go first.
  public let sizeLimit: Int
  /// What entries take together, as far as it is known; nil before the folder was looked at.
  private let total = Mutex<Int?>(nil)

  /// - Parameters:
  ///   - folder: nil takes `TESSERA_CACHE`, else `tessera` in `XDG_CACHE_HOME` or `~/.cache`.
  ///   - sizeLimit: in bytes.
  public init(folder: String? = nil, sizeLimit: Int = 4 << 30) {
    self.folder = folder ?? Paths.cacheFolder
    self.sizeLimit = sizeLimit
  }

  private var root: String { "\(folder)/\(Cache.version)" }

  private func path(_ key: String) -> String {
    "\(root)/\(key.prefix(2))/\(key)"
  }

  // MARK: Entries

  func entry(_ key: String) -> CacheEntry? {
    let path = path(key)
    guard let bytes = try? FileContents.bytes(at: path) else { return nil }
    guard let entry = CacheEntry(bytes), entry.key == key else {
      unlink(path)
      return nil
    }
    // Marks it as used.
    utimensat(AT_FDCWD, path, nil, 0)
    return entry
  }

  /// Keeps an entry; where that cannot be done, nothing is kept.
  func store(_ entry: CacheEntry) {
    let bytes = entry.bytes
    guard bytes.count <= sizeLimit / 2 else { return }
    let path = path(entry.key)
    let old = FileStamp(path)?.size ?? 0
    guard (try? DurableFile.makeFolder(Paths.parent(of: path), mode: 0o700)) != nil,
      write(bytes, to: path)
    else { return }
    let isFull = total.withLock { total in
      if let known = total { total = known + bytes.count - old }
      return (total ?? .max) > sizeLimit
    }
    if isFull { makeRoom() }
  }

  func remove(_ key: String) { unlink(path(key)) }

  /// Written beside and renamed, but not synced: what a power failure leaves is seen by its digest.
  private func write(_ bytes: [UInt8], to path: String) -> Bool {
    let temporary = "\(path).tmp-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    var position = 0
    while position < bytes.count {
      let put = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + position }, buffer.count - position)
      }
      if put < 0 && errno == EINTR { continue }
      if put <= 0 { break }
      position += put
    }
    close(descriptor)
    guard position == bytes.count, rename(temporary, path) == 0 else {
      unlink(temporary)
      return false
    }
    return true
  }

  // MARK: The folder

  /// One entry as `tessera cache` lists it.
  public struct Item: Sendable {
    public let key: String
    /// The notebook's and the cell's name.
    public let label: String
    public let bytes: Int
    /// How long it took to compute.
    public let seconds: Double
    /// When it was used last, in seconds since 1970.
    public let lastUsed: Int
  }

  private struct File {
    let path: String
    let key: String
    let size: Int
    let modified: Int
  }

  private func files() -> [File] {
    var files: [File] = []
    for name in (try? Paths.names(in: root)) ?? [] {
      for key in (try? Paths.names(in: "\(root)/\(name)")) ?? [] {
        let path = "\(root)/\(name)/\(key)"
        guard let stamp = FileStamp(path) else { continue }
        files.append(File(path: path, key: key, size: stamp.size, modified: stamp.modified))
      }
    }
    return files
  }

  /// All entries, the last used ones first.
  public func list() -> [Item] {
    files().sorted { ($1.modified, $0.key) < ($0.modified, $1.key) }.compactMap { file in
      guard let (label, seconds) = CacheEntry.summary(ofFile: start(of: file.path)) else {
        return nil
      }
      return Item(
        key: file.key, label: label, bytes: file.size, seconds: seconds,
        lastUsed: file.modified / 1_000_000_000)
    }
  }

  private func start(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, 4096))
    }
  }

  /// What all entries take, in bytes, and how many there are.
  public func size() -> (entries: Int, bytes: Int) {
    let files = files()
    return (files.count, files.reduce(0) { $0 + $1.size })
  }

  /// Removes all entries.
  ///
  /// - Returns: how many there were, and what they took.
  @discardableResult
  public func clear() -> (entries: Int, bytes: Int) {
    var count = 0
    var bytes = 0
    for file in files() where unlink(file.path) == 0 {
      count += 1
      bytes += file.size
    }
    for name in (try? Paths.names(in: root)) ?? [] { rmdir("\(root)/\(name)") }
    total.withLock { $0 = nil }
    return (count, bytes)
  }

  /// Removes what was not used for longest, down to nine tenths of the limit.
  private func makeRoom() {
    var files = files()
    var size = files.reduce(0) { $0 + $1.size }
    if size > sizeLimit {
      files.sort { ($0.modified, $0.key) < ($1.modified, $1.key) }
      for file in files {
        if size <= sizeLimit / 10 * 9 { break }
        if unlink(file.path) == 0 { size -= file.size }
      }
    }
    total.withLock { $0 = size }
  }
}
