import Files
import Kernels
import Language

/// What a notebook may do with files beyond its own folder.
public struct Permissions: Sendable {
  /// Nothing is refused.
  public var allowsAll = false
  /// Folders below which it may read, and write, besides its own.
  public var readable: [String] = []
  public var writable: [String] = []

  public init(allowsAll: Bool = false, readable: [String] = [], writable: [String] = []) {
    (self.allowsAll, self.readable, self.writable) = (allowsAll, readable, writable)
  }

  /// The policy for a notebook in `folder`.
  func policy(folder: String) -> FileAccess.Policy {
    if allowsAll { return .unrestricted }
    let own = Paths.resolvedForWriting(folder)
    return .confined(
      readable: [own] + (readable + writable).map(Paths.resolvedForWriting),
      writable: [own] + writable.map(Paths.resolvedForWriting))
  }
}

/// What is around the notebooks that a program runs: its commands, its cache, what it permits.
public struct NotebookEnvironment: Sendable {
  public var registry: CommandRegistry
  /// Put archived objects together again, by their kind.
  public var restorers: [String: ValueArchive.Restorer]
  /// What cells may read by name: a cell that does is out of date when it changes.
  public var sharedFiles: SharedFiles
  /// Nil keeps nothing.
  public var cache: Cache?
  public var permissions: Permissions
  public var progress: ProgressReporter
  /// The program's version, for the journal.
  public var version: String
  /// How many threads kernels use, for the journal.
  public var threads: Int
  /// Cells that took longer are cached, in seconds; so are sweep points that took a tenth of it.
  public var cacheThreshold = 0.2

  public init(
    registry: CommandRegistry, restorers: [String: ValueArchive.Restorer] = [:],
    sharedFiles: SharedFiles = .none, cache: Cache? = nil,
    permissions: Permissions = Permissions(),
    progress: ProgressReporter = ProgressReporter(), version: String = "", threads: Int = 1
  ) {
    self.registry = registry
    self.restorers = restorers
    self.sharedFiles = sharedFiles
    self.cache = cache
    self.permissions = permissions
    self.progress = progress
    self.version = version
    self.threads = threads
  }
}
