import Files
import Testing

@Suite("Rules for every source file") struct SourceRuleTests {
  static let lineLimit = 600

  @Test("no file is longer than 600 lines")
  func filesAreShort() throws {
    for file in try Project.swiftSources + Project.swiftTests {
      #expect(file.lines.count <= Self.lineLimit + 1, "\(file.path)")
    }
  }

  @Test("no library imports Foundation: it would double the time to start")
  func noFoundation() throws {
    for file in try Project.swiftSources {
      for line in SwiftCode(file.text).lines {
        #expect(!line.contains(/\bimport\s+Foundation/), "\(file.path)")
      }
    }
  }

  /// What ends the program instead of saying what is wrong.
  nonisolated(unsafe) static let stops: [(name: String, pattern: Regex<Substring>)] = [
    ("fatalError", /\bfatalError\b/),
    ("preconditionFailure", /\bpreconditionFailure\b/),
    ("try!", /\btry!/),
    ("as!", /\bas!/),
    ("a forced unwrap", /[\w\)\]]!(?![=\w])/),
  ]

  @Test("nothing in the libraries ends the program")
  func nothingStops() throws {
    for file in try Project.swiftSources {
      for (index, line) in SwiftCode(file.text).lines.enumerated() {
        for stop in Self.stops where line.contains(stop.pattern) {
          Issue.record("\(stop.name) in \(file.path):\(index + 1): \(line)")
        }
      }
    }
  }

  @Test("random numbers come from seeded streams")
  func noSystemRandomness() throws {
    /// A temporary file's name is no result.
    let exceptions = ["Sources/Files/DurableFile.swift"]
    for file in try Project.swiftSources where !exceptions.contains(file.path) {
      for (index, line) in SwiftCode(file.text).lines.enumerated() {
        let found = line.contains(
          /SystemRandomNumberGenerator|\.random\(|\.shuffled\(\)|\.randomElement\(\)/)
        #expect(!found, "\(file.path):\(index + 1)")
      }
    }
  }

  @Test("a file is named after what it declares")
  func filesAreNamed() throws {
    for file in try Project.swiftSources {
      let stem = String(file.name.dropLast(".swift".count))
      let type = String(stem.split(separator: "+").first ?? "")
      let code = SwiftCode(file.text).lines.joined(separator: "\n")
      let declared = code.matches(
        of: /\b(?:struct|class|enum|protocol|actor|typealias|extension)\s+([\w.]+)/
      ).map { String($0.1) }
      let isExtension = stem.contains("+")
      let isFound =
        isExtension
        ? declared.contains { $0 == type || $0.hasSuffix(".\(type)") }
        : declared.contains { $0.hasPrefix(type) || type.hasPrefix($0) }
      #expect(isFound || Self.topicFiles.contains(file.path), "\(file.path) declares \(declared)")
    }
  }

  /// Files of several small types that belong together, named after their topic.
  static let topicFiles: Set<String> = [
    "Sources/Language/Syntax/SyntaxTree.swift"
  ]

  @Test("nothing is left that only held a place")
  func noPlaceholders() throws {
    for file in try Project.swiftSources + Project.swiftTests {
      #expect(!file.name.contains("Placeholder"), "\(file.path)")
    }
  }

  @Test("no file names a place of the machine it was made on")
  func noMachinePaths() throws {
    let paths = ["/" + "work/", "/" + "root/", "/" + "home/"]
    var files = try Project.swiftSources + Project.swiftTests
    for folder in ["docs", "notebooks", "scripts"]
    where Paths.isFolder(Paths.join(Project.root, folder)) {
      files += try Project.files(below: folder, ending: "")
    }
    for file in files {
      for path in paths { #expect(!file.text.contains(path), "\(file.path) names \(path)") }
    }
  }

  @Test("every library has tests")
  func librariesAreTested() throws {
    let floors = try PackageFloors(manifest: Project.text(of: "Package.swift"))
    for name in floors.names {
      #expect(Paths.isFolder(Paths.join(Project.root, "Tests/\(name)Tests")), "\(name)")
    }
  }
}
