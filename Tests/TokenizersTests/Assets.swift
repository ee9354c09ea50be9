import Files

/// The real vocabularies and texts beside the repository, where they are there.
enum Assets {
  static let packageRoot: String = (0..<3).reduce(#filePath) { path, _ in Paths.parent(of: path) }
  static let folder = packageRoot + "/../shared/assets"
  static let present = Paths.isFolder(folder)

  static func path(_ name: String) -> String { folder + "/" + name }
  static func json(_ name: String) throws -> JSON {
    try JSONParser.parse(FileContents.bytes(at: path(name)), path: name)
  }
}
