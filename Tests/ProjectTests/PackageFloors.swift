/// The floors of the tower as Package.swift lists them, lowest first.
struct PackageFloors {
  struct Library {
    let name: String
    let dependencies: [String]
  }

  let libraries: [Library]

  /// Reads the list `libraries` of the manifest: every entry is `("Name", [dependencies])`, where
  /// a dependency is a quoted name or one of the constants above the list.
  init(manifest: String) throws {
    guard let start = manifest.range(of: "let libraries:"),
      let open = manifest[start.upperBound...].range(of: "= ["),
      let end = manifest[open.upperBound...].range(of: "\n]")
    else { throw Unreadable() }
    let list = manifest[open.upperBound..<end.lowerBound]
    libraries = list.matches(of: /\(\s*"(\w+)",\s*\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]/).map {
      match in
      // What a dependency's condition names is no dependency.
      let dependencies = match.2.replacing(/traits: \[[^\]]*\]/, with: "")
      return Library(
        name: String(match.1),
        dependencies: dependencies.matches(of: /"(\w+)"/).map { String($0.1) })
    }
  }

  struct Unreadable: Error {}

  var names: [String] { libraries.map(\.name) }

  func dependencies(of name: String) -> [String]? {
    libraries.first { $0.name == name }?.dependencies
  }
}

extension StringProtocol {
  /// Where `text` stands first.
  func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
