import Files
import Synchronization

/// One file that a cell opened.
public struct FileUse: Sendable, Equatable, Hashable {
  /// The path as it was written.
  public let path: String
  /// Where it was found, links resolved.
  public let resolved: String
  public let isWrite: Bool
  public init(path: String, resolved: String, isWrite: Bool) {
    (self.path, self.resolved, self.isWrite) = (path, resolved, isWrite)
  }
}

/// Decides which files a session may use, and remembers which it did.
///
/// The prompt, `-c` and standard input are the user's own hand and are not confined. A notebook
/// reads and writes below its folder, and in folders that the command line permits.
public final class FileAccess: @unchecked Sendable {
  public enum Policy: Sendable {
    case unrestricted
    /// Resolved folders below which files may be read, and written.
    case confined(readable: [String], writable: [String])
  }

  /// What a confined notebook may write: data, nothing that another program would run.
  public static let dataFormats: Set<String> = [
    "txt", "json", "jsonl", "csv", "tsv", "npy", "svg", "safetensors",
  ]

  /// Relative paths start here; empty means the working folder.
  public let folder: String
  public let policy: Policy
  /// Where written files go instead, while a notebook is checked.
  public let redirectFolder: String?
  public let sharedFiles: SharedFiles
  private let state = Mutex(State())

  private struct State {
    var uses: [FileUse] = []
    /// Files that this notebook made, now or in an earlier run.
    var own: Set<String> = []
    /// Where a file that was written while checking really is.
    var redirected: [String: String] = [:]
    var willWrite: (@Sendable (FileUse) -> Void)?
  }

  public init(
    folder: String = "", policy: Policy = .unrestricted, redirectFolder: String? = nil,
    sharedFiles: SharedFiles = .none
  ) {
    self.folder = folder
    self.policy = policy
    self.redirectFolder = redirectFolder
    self.sharedFiles = sharedFiles
  }

  /// Told of every file before it is written: what was begun must be known after a crash too.
  public var willWrite: (@Sendable (FileUse) -> Void)? {
    get { state.withLock { $0.willWrite } }
    set { state.withLock { $0.willWrite = newValue } }
  }

  /// Files that an earlier run of the notebook made: it may write them again.
  public func adopt(ownFiles: some Sequence<String>) {
    state.withLock { $0.own.formUnion(ownFiles) }
  }

  public var useCount: Int { state.withLock { $0.uses.count } }

  public func uses(since mark: Int = 0) -> [FileUse] {
    state.withLock { Array($0.uses[min(mark, $0.uses.count)...]) }
  }

  /// Notes a use that a cached cell or point would have made.
  public func record(_ use: FileUse) { state.withLock { $0.uses.append(use) } }

  /// Notes that a file or folder of ``SharedFiles`` is read, which needs no permission.
  ///
  /// - Parameter name: as `model:default`.
  public func readingShared(_ name: String, at path: String) {
    record(FileUse(path: name, resolved: Paths.resolvedForWriting(path), isWrite: false))
  }

  /// The path of a file or folder that a cell read before, by the path or shared name that was noted.
  public func readingAgain(_ path: String) throws(FileError) -> String {
    guard let shared = sharedFiles.path(of: path) else { return try reading(path) }
    readingShared(path, at: shared)
    return shared
  }

  /// The path under which a file or folder may be read.
  ///
  /// - Throws: ``FileError`` where it does not exist or is not permitted; the error says which flag
  ///   would permit it.
  public func reading(_ path: String) throws(FileError) -> String {
    let joined = Paths.join(folder, path)
    let key = Paths.resolvedForWriting(joined)
    if let moved = state.withLock({ $0.redirected[key] }) ?? redirectedFolder(key) {
      record(FileUse(path: path, resolved: key, isWrite: false))
      return moved
    }
    if case .confined(let readable, _) = policy {
      let allowed = readable.contains { Paths.isInside(key, $0) }
      if !allowed {
        throw .outsidePermitted(
          path: path, resolved: key, flag: flag("--allow-read", path, resolved: key))
      }
    }
    guard Paths.resolved(joined) != nil else { throw .notFound(path: path) }
    record(FileUse(path: path, resolved: key, isWrite: false))
    return joined
  }

  /// The path to which a file may be written.
  public func writing(_ path: String) throws(FileError) -> String {
    let joined = Paths.join(folder, path)
    let key = Paths.resolvedForWriting(joined)
    if case .confined(_, let writable) = policy {
      guard let root = writable.first(where: { Paths.isInside(key, $0) }) else {
        throw .outsidePermitted(
          path: path, resolved: key, flag: flag("--allow-write", path, resolved: key))
      }
      let below = key.dropFirst(root.count)
      if below.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
        throw .notDataFormat(path: path, reason: "hidden files are not a notebook's to write")
      }
      let format = Paths.fileExtension(of: key)
      if !FileAccess.dataFormats.contains(format) {
        throw .notDataFormat(
          path: path,
          reason:
            "a notebook writes only \(FileAccess.dataFormats.sorted().joined(separator: ", "))")
      }
      if Paths.exists(key), redirectFolder == nil, !state.withLock({ $0.own.contains(key) }) {
        throw .wouldOverwrite(path: path, reason: "this notebook did not make it")
      }
    }
    let use = FileUse(path: path, resolved: key, isWrite: true)
    let willWrite = state.withLock {
      $0.uses.append(use)
      $0.own.insert(key)
      return $0.willWrite
    }
    willWrite?(use)
    guard let redirectFolder else { return joined }
    let folder = Self.redirected(Paths.parent(of: key), in: redirectFolder)
    try DurableFile.makeFolder(folder)
    let moved = Paths.join(folder, Paths.name(of: key))
    state.withLock { $0.redirected[key] = moved }
    return moved
  }

  /// Where the files of a folder go while checking: they keep their names, so that a model that was
  /// written as a folder is read as one.
  private static func redirected(_ folder: String, in redirectFolder: String) -> String {
    "\(redirectFolder)/\(Digest.hexadecimal(of: folder).prefix(16))"
  }

  /// Where a folder is whose every file was written while checking; nil for any other.
  private func redirectedFolder(_ key: String) -> String? {
    guard let redirectFolder else { return nil }
    let moved = Self.redirected(key, in: redirectFolder)
    guard Paths.isFolder(moved), let written = try? Paths.names(in: moved) else { return nil }
    let earlier = (try? Paths.names(in: key)) ?? []
    return Set(earlier).isSubset(of: written) ? moved : nil
  }

  /// The files written while checking: resolved path and where the new content is.
  public var redirected: [String: String] { state.withLock { $0.redirected } }

  /// The files this notebook made, resolved.
  public var ownFiles: [String] { state.withLock { $0.own.sorted() } }

  /// The flag that would permit a path. For a relative one the folder is said as seen from the
  /// notebook, so that a saved error is the same on every machine.
  private func flag(_ name: String, _ path: String, resolved: String) -> String {
    if path.hasPrefix("/") { return "\(name) \(quoted(Paths.parent(of: resolved)))" }
    let parent = Paths.parent(of: path)
    // A link inside the folder leads out of it.
    if !path.split(separator: "/").contains("..") {
      return "\(name) and the folder that '\(path)' leads to"
    }
    return "\(name) \(quoted(parent)), seen from the notebook,"
  }

  private func quoted(_ path: String) -> String {
    path.utf8.contains(UInt8(ascii: " ")) ? "'\(path)'" : path
  }
}
