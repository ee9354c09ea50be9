import Files
import Testing

@testable import Models

@Suite("Fuzz corpora of model readers") struct ModelFuzzCorpusTests {
  static let folder =
    Paths.parent(of: Paths.parent(of: Paths.parent(of: #filePath))) + "/Fuzz/Corpus/"

  @Test("every file is read or refused, and every law holds", arguments: ModelFuzzTarget.allCases)
  func replay(target: ModelFuzzTarget) throws {
    let folder = Self.folder + target.rawValue + "/"
    let names = try Paths.names(in: folder)
    #expect(!names.isEmpty)
    for name in names {
      let input = try FileContents.bytes(at: folder + name)
      #expect(throws: Never.self, "\(target.rawValue)/\(name)") { try target.run(input) }
    }
  }

  @Test("seeds of readers are read, so that the fuzzers start behind the first checks")
  func seeds() throws {
    for name in try Paths.names(in: Self.folder + "gguf-model/") where name.hasPrefix("whole") {
      let file = try GGUFFile(path: Self.folder + "gguf-model/" + name)
      #expect(!file.tensorNames.isEmpty)
    }
    for name in try Paths.names(in: Self.folder + "safetensors/") where name.hasPrefix("whole") {
      let file = try SafetensorsFile(path: Self.folder + "safetensors/" + name)
      #expect(!file.names.isEmpty)
    }
  }
}
