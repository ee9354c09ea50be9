import Files
import Glibc
import Kernels

/// Texts and tables that were installed for this user, each under a name, in a folder of its own.
///
/// Nothing is fetched but by ``installKnown(_:)``, which calls the package's ordinary client.
public struct DataStore: Sendable {
  /// What is installed under a name.
  public struct Entry: Sendable, Equatable {
    /// A file of it, by its path inside the entry.
    public struct File: Sendable, Equatable {
      public let name: String
      public let bytes: Int
    }

    public let name: String
    public let path: String
    /// In the order of their names' bytes, folder by folder.
    public let files: [File]

    public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
  }

  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// The user's own; nil without a home.
  public static var user: DataStore? {
    Paths.dataFolder.map { DataStore(folder: Paths.join($0, "data")) }
  }

  /// The user's own.
  ///
  /// - Throws: ``TrainingError/notInstalled(name:reason:)`` without a home.
  public static func userStore(for name: String) throws(TrainingError) -> DataStore {
    guard let user else {
      throw .notInstalled(name: name, reason: "there is no home folder; set TESSERA_DATA")
    }
    return user
  }

  // MARK: What is there

  public func entries() throws(TrainingError) -> [Entry] {
    guard Paths.isFolder(folder) else { return [] }
    var entries: [Entry] = []
    for name in try Self.names(in: folder) where !name.hasPrefix(".") {
      if let entry = try entry(name) { entries.append(entry) }
    }
    return entries
  }

  /// Nil where nothing of that name is installed.
  public func entry(_ name: String) throws(TrainingError) -> Entry? {
    try Self.check(name)
    let path = Paths.join(folder, name)
    guard Paths.isFolder(path) else { return nil }
    // What could not be fetched leaves an empty folder.
    let files = try Self.files(in: path, under: "")
    return files.isEmpty ? nil : Entry(name: name, path: path, files: files)
  }

  /// The text of a file.
  ///
  /// - Throws: ``TrainingError/notInstalled(name:reason:)`` for a file that is not there,
  ///   ``TrainingError/file(_:)`` for one that is no UTF-8.
  public func text(of file: String, in entry: Entry) throws(TrainingError) -> String {
    guard entry.files.contains(where: { $0.name == file }) else {
      throw .notInstalled(
        name: "\(entry.name)/\(file)",
        reason: "'\(entry.name)' has " + entry.files.prefix(8).map(\.name).joined(separator: ", "))
    }
    let path = Paths.join(entry.path, file)
    do throws(FileError) { return try FileContents.text(at: path) } catch { throw .file(error) }
  }

  // MARK: Installing

  /// Copies a file or a folder, or unpacks an archive (zip, tar and its compressed forms, gz), under a name.
  ///
  /// Links and special files are left out. What is there is replaced whole, or stays.
  /// - Parameter replaces: whether what has the name may go.
  /// - Throws: ``TrainingError/notInstalled(name:reason:)``, ``TrainingError/file(_:)``.
  @discardableResult
  public func install(_ name: String, from source: String, replaces: Bool = false)
    throws(TrainingError) -> Entry
  {
    let target = Paths.join(folder, name)
    if try entry(name) != nil, !replaces {
      throw .notInstalled(name: name, reason: "there is data of that name already")
    }
    if !Paths.exists(source) { throw .file(.notFound(path: source)) }
    let room = ScratchFolder(beside: target)
    defer { room.remove() }
    let fresh = Paths.join(room.path, "data")
    do throws(FileError) { try DurableFile.makeFolder(fresh) } catch { throw .file(error) }
    if Paths.isFolder(source) {
      try Self.copyTree(source, to: fresh)
    } else if let unpack = Self.unpacking(source, to: Paths.join(room.path, "unpacked")) {
      try Self.run(unpack, name: name, room: Paths.join(room.path, "unpacked"))
      try Self.copyTree(Paths.join(room.path, "unpacked"), to: fresh)
    } else {
      let isPacked = Paths.fileExtension(of: source) == "gz"
      let file = Paths.join(fresh, Paths.name(of: source))
      try Self.copy(source, to: file)
      if isPacked {
        try Self.run(("python3", ["-m", "gzip", "-d", file]), name: name, room: fresh)
        unlink(file)
      }
    }
    let files = try Self.files(in: fresh, under: "")
    if files.isEmpty { throw .notInstalled(name: name, reason: "there are no files in it") }
    if Paths.exists(target), rename(target, Paths.join(room.path, "old")) != 0 {
      throw .file(.system(path: target, operation: "move away", errno: errno))
    }
    guard rename(fresh, target) == 0 else {
      throw .file(.system(path: target, operation: "rename to", errno: errno))
    }
    return Entry(name: name, path: target, files: files)
  }

  /// Installs data that this program knows where to get, by the package's ordinary client.
  @discardableResult
  public func installKnown(_ known: KnownData) throws(TrainingError) -> Entry {
    let path = Paths.join(Paths.join(folder, known.name), known.file)
    if !Paths.exists(path) {
      do {
        try known.source.install(to: path)
      } catch let error as PackagedFile.Failure {
        throw .notInstalled(name: known.name, reason: error.reason)
      } catch { throw TrainingError(cause: error) }
    }
    guard let entry = try entry(known.name) else {
      throw .notInstalled(name: known.name, reason: "its folder is gone")
    }
    return entry
  }

  /// The program that unpacks a file; nil for a file that is no archive.
  private static func unpacking(_ source: String, to room: String) -> (String, [String])? {
    let name = Paths.name(of: source).lowercased()
    let tars = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"]
    if name.hasSuffix(".zip") { return ("python3", ["-m", "zipfile", "-e", source, room]) }
    guard tars.contains(where: name.hasSuffix) else { return nil }
    return ("tar", ["--no-same-owner", "--no-same-permissions", "-xf", source, "-C", room])
  }

  private static func run(_ program: (String, [String]), name: String, room: String)
    throws(TrainingError)
  {
    do throws(FileError) {
      try DurableFile.makeFolder(room)
      let code = try ChildProcess.run(program.0, program.1)
      if code == 0 { return }
      throw FileError.malformed(
        path: name, byte: nil, reason: "\(program.0) could not unpack it (exit code \(code))")
    } catch { throw .file(error) }
  }

  // MARK: Files

  private static func check(_ name: String) throws(TrainingError) {
    let isPlain = name.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "-_.".unicodeScalars.contains($0)
    }
    guard isPlain, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 64 else {
      throw .notInstalled(
        name: name, reason: "a name has letters, digits, '-', '_' and '.', and no '.' in front")
    }
  }

  private static func names(in folder: String) throws(TrainingError) -> [String] {
    do throws(FileError) { return try Paths.names(in: folder) } catch { throw .file(error) }
  }

  /// The kind and size of what is at a path itself, not of what it links to.
  private static func status(_ path: String) -> (isFolder: Bool, isFile: Bool, bytes: Int) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return (false, false, 0) }
    let kind = status.st_mode & S_IFMT
    return (kind == S_IFDIR, kind == S_IFREG, Int(status.st_size))
  }

  private static func files(in folder: String, under prefix: String, depth: Int = 16)
    throws(TrainingError) -> [Entry.File]
  {
    var files: [Entry.File] = []
    for name in try names(in: folder) where !name.hasPrefix(".") {
      let path = Paths.join(folder, name)
      let (isFolder, isFile, bytes) = status(path)
      if isFile { files.append(.init(name: prefix + name, bytes: bytes)) }
      if isFolder, depth > 0 {
        files += try Self.files(in: path, under: prefix + name + "/", depth: depth - 1)
      }
    }
    return files
  }

  private static func copyTree(_ source: String, to target: String) throws(TrainingError) {
    for file in try files(in: source, under: "") {
      let path = Paths.join(target, file.name)
      do throws(FileError) { try DurableFile.makeFolder(Paths.parent(of: path)) } catch {
        throw .file(error)
      }
      try copy(Paths.join(source, file.name), to: path)
    }
  }

  private static func copy(_ source: String, to target: String) throws(TrainingError) {
    do {
      let file = try MappedFile(path: source)
      let writer = try DurableFileWriter(path: target)
      for start in stride(from: 0, to: file.count, by: 1 << 20) {
        try Cancellation.check()
        try writer.write(Array(file.slice(start, min(1 << 20, file.count - start))))
      }
      try writer.finish()
    } catch { throw TrainingError(cause: error) }
  }
}

/// Data that this program knows where to get.
public struct KnownData: Sendable, Equatable {
  public let name: String
  public let summary: String
  /// The file's name once it is installed.
  public let file: String
  public let source: PackagedFile
  public let licence: String

  public static let all = [
    KnownData(
      name: "digits", summary: "1,797 handwritten digits of 8 by 8 pixels, with their classes",
      file: "digits.csv",
      source: PackagedFile(
        package: "scikit-learn", version: "1.9.1", suffix: "datasets/data/digits.csv.gz",
        digest: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"),
      licence: "CC BY 4.0 (Alpaydin and Kaynak, UCI)")
  ]

  public static func named(_ name: String) -> KnownData? { all.first { $0.name == name } }
}
