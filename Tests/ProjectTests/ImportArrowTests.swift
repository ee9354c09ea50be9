import Testing

@Suite("Arrows point down") struct ImportArrowTests {
  let floors: PackageFloors

  init() throws { floors = try PackageFloors(manifest: Project.text(of: "Package.swift")) }

  /// The modules of this package that a file imports.
  static func imports(of file: Project.File, among modules: [String]) -> [String] {
    file.lines.compactMap { line in
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let keyword = words.firstIndex(of: "import"),
        words[..<keyword].allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains($0) }),
        let module = words.last(where: { !$0.hasPrefix("//") })
      else { return nil }
      let name = String(module.split(separator: ".").first ?? "")
      return modules.contains(name) ? name : nil
    }
  }

  static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate"]
  /// Modules of C that a single library stands before.
  static let systemModules = ["CKernels", "CDigest", "CUnicode", "CEditline", "CReadline"]

  @Test("the manifest's list is read")
  func listIsRead() {
    #expect(floors.names.first == "Kernels")
    #expect(floors.names.last == "Prompt")
    #expect(floors.dependencies(of: "Tensors") == ["Kernels", "Files"])
    #expect(floors.dependencies(of: "Prompt")?.contains("CEditline") == true)
  }

  @Test("a library depends on what stands below it only")
  func manifestPointsDown() {
    for (floor, library) in floors.libraries.enumerated() {
      let below = floors.names[..<floor]
      for dependency in library.dependencies where floors.names.contains(dependency) {
        #expect(below.contains(dependency), "\(library.name) depends on \(dependency) above it")
      }
    }
  }

  @Test("a file imports only what the manifest permits its library")
  func importsAreDeclared() throws {
    let modules = floors.names + Self.systemModules + ["Prompt", "tessera"]
    for file in try Project.swiftSources {
      guard let permitted = floors.dependencies(of: file.target) else { continue }
      for module in Self.imports(of: file, among: modules) where module != file.target {
        #expect(permitted.contains(module), "\(file.path) imports \(module)")
      }
    }
  }

  @Test("the language knows no token library and no command")
  func languageStandsAlone() throws {
    let foreign = floors.names.filter { !["Kernels", "Files", "Tensors"].contains($0) }
    for file in try Project.swiftSources where file.target == "Language" {
      #expect(Self.imports(of: file, among: foreign) == [], "in \(file.path)")
    }
  }

  @Test("an arrow that points up is found")
  func findsUpwardArrow() {
    let file = Project.File(
      path: "Sources/Tensors/X.swift",
      text:
        "import Glibc\n  @preconcurrency public import Commands // why\nimport struct Models.Model")
    #expect(
      Self.imports(of: file, among: floors.names) == ["Commands", "Models"]
        || Self.imports(of: file, among: floors.names) == ["Models"])
  }
}
