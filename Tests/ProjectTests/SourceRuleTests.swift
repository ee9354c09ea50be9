import Files
import Testing

@Suite("Rules for every source file") struct SourceRuleTests {
  static let lineLimit = 600
  /// One table of a runner's ways, nine lines over; to be cut when it next grows.
  static let longFiles: Set<String> = ["Tests/NotebooksTests/NotebookRunnerTests.swift"]

  @Test("no file is longer than 600 lines")
  func filesAreShort() throws {
    for file in try Project.swiftSources + Project.swiftTests
    where !Self.longFiles.contains(file.path) {
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
  static let stops = ["fatalError", "preconditionFailure", "try!", "as!"]

  @Test("nothing in the libraries ends the program")
  func nothingStops() throws {
    for file in try Project.swiftSources {
      for (index, line) in SwiftCode(file.text).lines.enumerated() {
        let place = "\(file.path):\(index + 1): \(line)"
        for stop in Self.stops { #expect(!Self.holds(line, word: stop), "\(stop) in \(place)") }
        #expect(!Self.forcesUnwrap(line), "a forced unwrap in \(place)")
      }
    }
  }

  /// The word stands in the line, not as a part of another.
  static func holds(_ line: String, word: String) -> Bool {
    guard line.utf8.count >= word.utf8.count, let place = line.range(of: word) else { return false }
    let before = line[..<place.lowerBound].last
    return before.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true
  }

  /// `x!`, `f()!`, `a[0]!`, but neither `!x` nor `x != y`.
  static func forcesUnwrap(_ line: String) -> Bool {
    let bytes = Array(line.utf8)
    for (index, byte) in bytes.enumerated().dropFirst() where byte == UInt8(ascii: "!") {
      let before = bytes[index - 1]
      let after = index + 1 < bytes.count ? bytes[index + 1] : 0
      let isOperand =
        before >= 0x80 || ")]_".utf8.contains(before) || (0x30...0x39).contains(before)
        || (0x41...0x5A).contains(before) || (0x61...0x7A).contains(before)
      if isOperand, after != UInt8(ascii: "=") { return true }
    }
    return false
  }

  @Test("the rules see what they are to see")
  func rulesWork() {
    let code = SwiftCode(
      """
      let a = b! // c!
      let d = "e! \\(f!) g"
      if !h, i != j, k as? L == nil { try! m() }
      let n = #"o!"# /* p! */
      """
    ).lines
    #expect(code.map(Self.forcesUnwrap) == [true, true, true, false])
    #expect(code.map { Self.holds($0, word: "try!") } == [false, false, true, false])
  }

  @Test("random numbers come from seeded streams")
  func noSystemRandomness() throws {
    let calls = ["SystemRandomNumberGenerator", ".random(", ".shuffled()", ".randomElement()"]
    for file in try Project.swiftSources where !Self.temporaryNames.contains(file.path) {
      for (index, line) in SwiftCode(file.text).lines.enumerated() {
        for call in calls { #expect(!line.contains(call), "\(file.path):\(index + 1)") }
      }
    }
  }

  /// A library's results are its own on every machine; glibc's differ between CPUs.
  @Test("no function of the system's mathematics library is called")
  func noSystemFunctions() throws {
    let call =
      /(^|[^.\w]|Glibc\.)(exp2?|expm1|log(2|10|1p)?|pow|cbrt|hypot|fmod|a?(sin|cos|tan)h?|atan2|erfc?|[lt]gamma)f?\(/
    #expect("  y = log1p(x)".contains(call) && "Glibc.pow(x, y)".contains(call))
    #expect(!"map.log(x), .exp(x), blog(x)".contains(call))
    for file in try Project.swiftSources {
      for (index, line) in SwiftCode(file.text).lines.enumerated() where !line.contains("func ") {
        #expect(!line.contains(call), "\(file.path):\(index + 1): \(line)")
      }
    }
    for file in try Project.files(below: "Sources/CKernels", ending: "") {
      #expect(!file.text.contains("math.h"), "\(file.path)")
    }
  }

  /// A temporary file's name is no result.
  static let temporaryNames: Set<String> = [
    "Sources/Files/DurableFileWriter.swift", "Sources/Notebooks/Storage/Cache.swift",
  ]

  @Test("a file is named after what it declares")
  func filesAreNamed() throws {
    for file in try Project.swiftSources where !Self.topicFiles.contains(file.path) {
      let stem = String(file.name.dropLast(".swift".count))
      let code = SwiftCode(file.text).lines.joined(separator: "\n")
      let declared = code.matches(
        of: /\b(?:struct|class|enum|protocol|actor|typealias|extension|func|var|let)\s+([\w.]+)/
      ).map { $0.1.lowercased() }
      let words = Self.words(of: stem)
      let isFound = declared.contains { name in words.contains { name.contains($0) } }
      #expect(isFound, "\(file.path) declares nothing of its name")
    }
  }

  /// `Value+Text` → `value`, `text`; a plural counts as its singular.
  static func words(of stem: String) -> [String] {
    stem.matches(of: /[A-Z][a-z]+|[A-Z]+(?![a-z])/).map { match in
      let word = match.output.lowercased()
      return word.hasSuffix("s") ? String(word.dropLast()) : word
    }
  }

  /// Files of several small types that belong together, named after their topic.
  static let topicFiles: Set<String> = [
    "Sources/Language/Syntax/SyntaxTree.swift",
    "Sources/Commands/Core/ArithmeticCommands.swift",
    "Sources/Commands/Core/ConversionCommands.swift",
    "Sources/Commands/Core/CoreParameters.swift",
    "Sources/Commands/Core/GroupingCommands.swift",
    "Sources/Commands/Core/OrderingCommands.swift",
    "Sources/Commands/Core/TakingCommands.swift",
    "Sources/Commands/Core/WalkingCommands.swift",
    "Sources/Tokenizers/HuggingFaceWriter.swift",
    "Sources/Training/Stories/Schemes/AdventureSchemes.swift",
    "Sources/Training/Stories/Schemes/FriendSchemes.swift",
    "Sources/Training/Stories/Schemes/TroubleSchemes.swift",
    "Sources/Training/Stories/Schemes/WorkSchemes.swift",
    "Sources/Training/Stories/StoryCasting.swift",
    "Sources/Training/Stories/StoryFragments.swift",
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
    // Journals stay where they were made: git does not take them.
    for file in files where !file.name.hasSuffix(".runs.jsonl") {
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
