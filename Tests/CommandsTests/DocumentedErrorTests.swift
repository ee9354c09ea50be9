import Files
import Kernels
import Tensors
import Testing

@testable import Commands
@testable import Language

@Suite("Errors of the reference page") struct DocumentedErrorTests {
  @Test(
    "have their code, place and message",
    arguments: [
      (
        "x = 1\ntensor.from([1, 2]) + tensor.from([1, 2, 3])",
        "E0210 6..<50: the shapes [2] and [3] do not go together in '+'"
      ),
      ("tensor.zeros [-1]", "E0212 0..<17: [-1] is not a shape: -1 is negative"),
      ("tensor.where [1] 1 2", "E0213 0..<20: where needs truth values, not i32"),
      (
        "tensor.one_hot [3] 3",
        "E0214 0..<20: the index 3 is outside axis 1 of the shape [1, 3]"
      ),
      (
        "sum(tensor.from([[1, 2], [3, 4]]), axis=5)",
        "E0215 0..<42: the shape [2, 2] has no axis 5"
      ),
      ("tensor.cast [300] u8", "E0216 0..<20: a result of cast does not fit u8"),
      ("tensor.argmax(tensor.from([0.0]) / 0.0)", "E0217 0..<39: argmax met a NaN"),
      ("x = 1; sum [1, null]", "E0222 11..<20: item 1 is null, not a number"),
      ("sort [1, \"a\"]", "E0223 0..<13: a string and an integer have no order"),
      ("mean []", "E0312 0..<7: the mean of 0 values needs 1 or more"),
      ("[{a: 1}] | sort by=x", "E0220 11..<20: there is no column 'x'"),
      ("int \"x\"", "E0308 4..<7: \"x\" cannot be made an integer"),
      (
        "tensor.from [[1, 2], [3]]",
        "E0309 0..<25: a tensor's rows: the lengths differ, 2 and 1"
      ),
      ("format 1 \"q\"", "E0310 9..<12: the format 'q' is not understood: 'q' means nothing here"),
    ])
  func messages(script: String, expected: String) throws {
    let session = Session(registry: TesseraCommands.registry)
    let cell = session.check(SourceText(script))
    #expect(cell.errors.isEmpty)
    let error = #expect(throws: Diagnostic.self) {
      try session.run(cell, output: OutputBuffer())
    }
    let found = try #require(error)
    let span = try #require(found.span)
    #expect("\(found.code) \(span.start)..<\(span.end): \(found.message)" == expected)
  }

  @Test("of the tensor library have their code and message too")
  func libraries() throws {
    func text(_ error: TensorError?) -> String {
      error.map { "\($0.code): \($0.message)" } ?? "none"
    }
    let count = #expect(throws: TensorError.self) {
      try Tensor([1, 2, 3] as [Float], shape: [2, 2])
    }
    #expect(text(count) == "E0211: the shape [2, 2] needs 4 values, there are 3")
    let file = #expect(throws: TensorError.self) {
      try NPY.decode(Array("no numbers".utf8), path: "x.npy")
    }
    #expect(text(file) == "E0218: 'x.npy', byte 0: this is not an .npy file")
    let size = #expect(throws: KernelError.self) {
      try PackedMatrix.packing(weight: [1], outputs: 2, inputs: 2)
    }
    #expect(size?.code == "E0219")
    #expect(size?.message == "pack needs 4 values in 'values', there are 1")
  }

  /// The folder of the package.
  static let root = Paths.parent(of: Paths.parent(of: Paths.parent(of: #filePath)))

  static func codes(in text: String, pattern: Regex<Substring>) -> Set<String> {
    Set(text.matches(of: pattern).map { String($0.output) })
  }

  static func texts(under folder: String) throws -> [String] {
    try Paths.names(in: folder).flatMap { name -> [String] in
      let path = Paths.join(folder, name)
      if name.hasSuffix(".swift") { return [try FileContents.text(at: path)] }
      return name.contains(".") ? [] : try texts(under: path)
    }
  }

  @Test("the page lists every code of the language, and each has a test")
  func listed() throws {
    let page = try FileContents.text(at: Paths.join(Self.root, "docs/language.md"))
    let rows = Set(page.matches(of: /\n\| (E0\d{3}) \|/).map { String($0.1) })
    let pattern = /E0[0-4]\d\d/
    let sources = try ["Language", "Tensors", "Kernels", "Commands"]
      .flatMap { try Self.texts(under: Paths.join(Self.root, "Sources/\($0)")) }
      .reduce(into: Set<String>()) { $0.formUnion(Self.codes(in: $1, pattern: pattern)) }
    #expect(sources.subtracting(rows).subtracting(["E0000"]).sorted() == [])
    let tests = try Self.texts(under: Paths.join(Self.root, "Tests"))
      .reduce(into: Set<String>()) { $0.formUnion(Self.codes(in: $1, pattern: /E0\d\d\d/)) }
    #expect(rows.subtracting(tests).sorted() == [])
  }
}
