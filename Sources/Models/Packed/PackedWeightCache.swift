import Files
import Glibc
import Synchronization

/// A folder of packed weights, so that a model that was loaded once is there at once the next time.
///
/// May be deleted at any time; several processes may use it at once.
public struct PackedWeightCache: Sendable, Equatable {
  public let folder: String
  /// The most that all files take together, in bytes: those not used for longest go first.
  public let sizeLimit: Int
  /// Told in a line why weights were not kept, such as a full disk. They are used all the same.
  private let report: (@Sendable (String) -> Void)?

  /// Matrices that take less together are packed again as fast as they are read.
  private let least: Int

  public init(
    folder: String, least: Int = 1 << 22, sizeLimit: Int = 16 << 30,
    report: (@Sendable (String) -> Void)? = nil
  ) {
    (self.folder, self.least, self.sizeLimit, self.report) = (folder, least, sizeLimit, report)
  }

  public static func == (a: PackedWeightCache, b: PackedWeightCache) -> Bool {
    (a.folder, a.least, a.sizeLimit) == (b.folder, b.least, b.sizeLimit)
  }

  private static let chosen = Mutex<PackedWeightCache?>(nil)

  /// The one that commands use: none unless a program says so.
  public static var inUse: PackedWeightCache? {
    get { chosen.withLock { $0 } }
    set { chosen.withLock { $0 = newValue } }
  }

  /// `packed` in the user's cache folder.
  public static func standard(report: (@Sendable (String) -> Void)? = nil) -> PackedWeightCache {
    PackedWeightCache(folder: Paths.join(Paths.cacheFolder, "packed"), report: report)
  }

  /// One file for a path and its options: a model that changed takes its old one's place.
  private func path(_ name: String) -> String {
    Paths.join(folder, String(Digest.hexadecimal(of: name).prefix(32)) + ".pack")
  }

  /// Nil where there is none that is whole and of this identity.
  func file(_ name: String, identity: String) -> PackedWeightFile? {
    let path = path(name)
    guard isTrusted, let file = PackedWeightFile(path: path, identity: identity) else {
      return nil
    }
    // Marks it as used.
    utimensat(AT_FDCWD, path, nil, 0)
    return file
  }

  /// Keeps matrices where they are large enough to matter.
  func keep(_ name: String, identity: String, _ matrices: [PackedWeightWriter.Named]) {
    let bytes = matrices.reduce(0) { $0 + $1.matrix.withPackedBytes(\.count) }
    if bytes < least || bytes > sizeLimit { return }
    do throws(FileError) {
      try DurableFile.makeFolder(folder, mode: 0o700)
      evict(beyond: sizeLimit - bytes, replacing: path(name))
      try PackedWeightWriter(path: path(name), identity: identity).write(matrices)
    } catch {
      report?("packed weights are not kept: \(error.message)")
    }
  }

  /// What files take together.
  public var byteCount: Int { files().reduce(0) { $0 + $1.bytes } }

  /// Removes all files; how many, and their bytes.
  public func clear() -> (files: Int, bytes: Int) {
    var removed = (files: 0, bytes: 0)
    for file in files() where unlink(file.path) == 0 {
      removed.files += 1
      removed.bytes += file.bytes
    }
    return removed
  }

  /// - Parameter path: a file that goes anyhow.
  private func evict(beyond limit: Int, replacing path: String) {
    var files = files().filter { $0.path != path }
    var total = files.reduce(0) { $0 + $1.bytes }
    files.sort { ($0.used, $0.path) < ($1.used, $1.path) }
    for file in files where total > limit {
      unlink(file.path)
      total -= file.bytes
    }
  }

  /// 32 hexadecimal digits and `.pack`; with `.tmp-…` what a writer left that was stopped.
  private static func isOurs(_ name: String) -> Bool {
    let digits = name.prefix { "0123456789abcdef".contains($0) }
    let rest = name.dropFirst(digits.count)
    return digits.count == 32 && (rest == ".pack" || rest.hasPrefix(".pack.tmp-"))
  }

  /// Whether nobody else can put files there: what is mapped is believed.
  private var isTrusted: Bool {
    var status = stat()
    return stat(folder, &status) == 0 && status.st_uid == geteuid()
      && status.st_mode & (S_IWGRP | S_IWOTH) == 0
  }

  /// Those of this form, whole or left by a writer that was stopped.
  private func files() -> [(path: String, bytes: Int, used: Int)] {
    let names = (try? Paths.names(in: folder)) ?? []
    return names.compactMap { name in
      guard Self.isOurs(name) else { return nil }
      let path = Paths.join(folder, name)
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return (path, Int(status.st_size), Int(status.st_mtim.tv_sec))
    }
  }
}
