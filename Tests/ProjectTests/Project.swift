import Files

/// The package's own files, found from where this one was compiled.
enum Project {
  static let root = Paths.parent(of: Paths.parent(of: Paths.parent(of: #filePath)))

  /// A file of the package: its path from the root, and its text.
  struct File: Sendable {
    let path: String
    let text: String
    var name: String { Paths.name(of: path) }
    /// `Sources/Language/Values/Value.swift` → `Language`.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  /// All files below a folder of the root whose name ends so, in the order of their paths.
  static func files(below folder: String, ending: String) throws -> [File] {
    var found: [File] = []
    for name in try Paths.names(in: Paths.join(root, folder)) where !name.hasPrefix(".") {
      let path = Paths.join(folder, name)
      if Paths.isFolder(Paths.join(root, path)) {
        found += try files(below: path, ending: ending)
      } else if name.hasSuffix(ending), !name.hasSuffix(".safetensors") {
        found.append(File(path: path, text: try text(of: path)))
      }
    }
    return found
  }

  static func text(of path: String) throws -> String {
    try FileContents.text(at: Paths.join(root, path))
  }

  static var swiftSources: [File] { get throws { try files(below: "Sources", ending: ".swift") } }
  static var swiftTests: [File] { get throws { try files(below: "Tests", ending: ".swift") } }
}
