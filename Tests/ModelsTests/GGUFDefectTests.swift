import Files
import Glibc
import Kernels
import Testing

@testable import Models

/// A valid file whose fields are changed, one defect a test; each was found in some reader of the format.
@Suite("Defects of GGUF files") struct GGUFDefectTests {
  let full = TinyGGUF.full

  func error(_ bytes: [UInt8], _ body: (GGUFFile) throws -> Void = { _ in }) throws -> ModelError? {
    try TinyCheckpoint.withFolder(["m.gguf": bytes]) { folder in
      do { try body(GGUFFile(path: folder + "/m.gguf")) } catch { return error as? ModelError }
      return nil
    }
  }

  /// The file is refused, and the words say where.
  func refused(
    _ file: TinyGGUF, _ words: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    let found = try error(file.bytes)
    let message = found?.message ?? "nothing was wrong"
    #expect(message.contains("m.gguf"), sourceLocation: location)
    for word in words { #expect(message.contains(word), "\(message)", sourceLocation: location) }
  }

  @Test("the file is right before anything is changed")
  func valid() throws {
    try TinyCheckpoint.withFolder(["m.gguf": full.bytes]) { folder in
      let file = try GGUFFile(path: folder + "/m.gguf")
      #expect(file.tensorNames == full.tensors.map(\.name))
      #expect(file.header.metadata.map(\.key) == full.metadata.map(\.key))
      for tensor in full.tensors {
        let shape = tensor.dimensions.reversed().map { Int($0) }
        #expect(file.shape(of: tensor.name) == shape)
        #expect(file.byteCount(of: tensor.name) == tensor.data.count)
        #expect(try file.bytes(tensor.name) == tensor.data)
        let all = try file.floats(tensor.name)
        #expect(all.count == shape.reduce(1, *))
        #expect(sameBits(all, try file.rows(tensor.name, 0..<1) + file.rows(tensor.name, 1..<2)))
        #expect(throws: ModelError.self) { try file.rows(tensor.name, 1..<3) }
      }
      #expect(file.shape(of: "none") == nil)
      #expect(throws: ModelError.missingTensor(path: file.path, name: "none")) {
        try file.floats("none")
      }
      #expect(try file.digest() == Digest.hexadecimal(of: full.bytes))
    }
  }

  @Test("products of dimensions that wrap")
  func wraps() throws {
    for dimensions: [UInt64] in [
      [1 << 32, 1 << 32], [1 << 42, 1 << 22], [UInt64.max, 2], [1 << 63, 1], [1 << 61, 4],
      [32, 1 << 58], [UInt64(Int.max), 1],
    ] {
      try refused(full.changing("t.F32") { $0.dimensions = dimensions }, "t.F32")
      try refused(full.changing("t.Q4_0") { $0.dimensions = dimensions }, "t.Q4_0")
    }
    // The count of numbers fits, the count of bytes does not.
    try refused(
      full.changing("t.F64") { $0.dimensions = [1 << 61] }, "t.F64", "overflows",
      "2305843009213693952")
  }

  @Test("shapes that are larger than the data, or smaller")
  func sizes() throws {
    try refused(
      full.changing("t.F32") { $0.dimensions = [4, 4] }, "tensor 't.", "inside what ends")
    try refused(full.changing("t.F32") { $0.dimensions = [4, 4000] }, "cut short")
    let last = try #require(full.tensors.last)
    try refused(
      full.changing(last.name) { $0.dimensions[1] = 4000 }, "cut short", "are there")
    // The next tensor then comes behind a gap.
    try refused(full.changing("t.Q8_0") { $0.dimensions[1] = 1 }, "after a gap")
  }

  @Test("an array is never read as one of another type")
  func arrays() throws {
    let file = full.changing { file in
      file.metadata.append(
        ("tokenizer.ggml.scores", 9, TinyGGUF.array(0, count: 4, [1, 2, 3, 4])))
    }
    let found = try error(file.bytes) { file in
      let array = try #require(file.header.array("tokenizer.ggml.scores"))
      #expect(file.header.floats(array) == nil)
      #expect(file.header.strings(array).isEmpty)
      #expect(file.header.integers(array) == [1, 2, 3, 4])
    }
    #expect(found == nil)
  }

  @Test("counts and lengths that the file has no room for take no memory")
  func counts() throws {
    for count in [UInt64(1) << 32, 1 << 61, 1 << 62, .max, .max / 2] {
      try refused(full.changing { $0.tensorCount = count }, "tensors are claimed", "\(count)")
      try refused(full.changing { $0.keyCount = count }, "metadata keys are claimed", "\(count)")
      for type: UInt32 in [0, 5, 8, 9, 12] {
        try refused(
          full.changing {
            $0.metadata.append(("many", 9, TinyGGUF.array(type, count: count, [])))
          }, "elements are claimed", "\(count)")
      }
      try refused(
        full.changing { $0.metadata.append(("long", 8, TinyGGUF.word(count))) },
        "bytes of text are claimed", "\(count)")
      try refused(full.changing("t.F32") { $0.nameLength = count }, "are claimed", "\(count)")
    }
    // One too few, one too many: what follows is read as something else.
    for count in [full.tensors.count - 1, full.tensors.count + 1] {
      try refused(full.changing { $0.tensorCount = UInt64(count) })
    }
    try refused(full.changing { $0.keyCount = UInt64(full.metadata.count + 1) })
  }

  @Test("ranks, types and names that cannot be")
  func fields() throws {
    try refused(full.changing("t.F32") { $0.rank = 9 }, "t.F32", "9 dimensions")
    try refused(full.changing("t.F32") { $0.rank = .max }, "t.F32", "4294967295 dimensions")
    try refused(full.changing("t.F32") { $0.dimensions = [0, 4] }, "t.F32", "dimension of 0")
    for type: UInt32 in [4, 5, 31, 36, 42, 1000, .max] {
      try refused(full.changing("t.F32") { $0.type = type }, "t.F32", "\(type) is no number")
    }
    try refused(full.changing("t.F32") { $0.name = "t.F16" }, "'t.F16' is there twice")
    try refused(full.changing("t.F32") { $0.name = "" }, "a tensor's name is empty")
    try refused(
      full.changing("t.F32") { $0.name = String(repeating: "n", count: 70_000) }, "too long")
    try refused(full.changing { $0.metadata.append(("u8", 0, [1])) }, "'u8' is there twice")
    try refused(full.changing { $0.metadata.append(("x", 13, [1])) }, "13 is no type of value")
    try refused(full.changing { $0.metadata.append(("x", 7, [2])) }, "a bool is 0 or 1")
    try refused(full.changing { $0.magic = Array("GGJT".utf8) }, "byte 0")
    for version: UInt32 in [0, 1, 4, 3 << 24] {
      try refused(full.changing { $0.version = version }, "byte 4")
    }
    let deep = (0..<12).reduce(TinyGGUF.array(0, count: 0, [])) { inner, _ in
      TinyGGUF.array(9, count: 1, inner)
    }
    try refused(full.changing { $0.metadata.append(("deep", 9, deep)) }, "nested deeper")
  }

  @Test("rows that are no whole blocks")
  func blocks() throws {
    for type in GGUFTensorType.allCases where type.blockLength > 1 {
      try refused(
        full.changing("t.F32") {
          $0.type = type.rawValue
          $0.dimensions = [UInt64(type.blockLength) + 1, 1]
        }, "t.F32", "no whole blocks of \(type.blockLength)")
    }
  }

  @Test("types that cannot be read are refused by name, with the tensor's")
  func unreadable() throws {
    for type in GGUFTensorType.allCases where type.decoder == nil {
      var file = TinyGGUF()
      file.tensors = [
        .init(
          name: "w", dimensions: [UInt64(type.blockLength)], type: type.rawValue,
          data: [UInt8](repeating: 1, count: type.blockBytes))
      ]
      let message = try error(file.bytes) { _ = try $0.floats("w") }?.message
      #expect(message?.contains("'w' of type \(type.name)") == true, "\(message ?? "")")
      #expect(try error(file.bytes) { _ = try $0.rows("w", 0..<1) }?.code == "E0603")
    }
  }

  @Test("a file that is one of several is refused")
  func split() throws {
    try refused(
      full.changing { $0.metadata.append(("split.count", 2, TinyGGUF.word(UInt16(3)))) },
      "the other 2 of its 3 files")
  }

  @Test("alignments and offsets that lie")
  func alignment() throws {
    for (type, value) in [
      (UInt32(4), TinyGGUF.word(UInt32(0))), (4, TinyGGUF.word(UInt32(33))),
      (4, TinyGGUF.word(UInt32(1) << 31)), (5, TinyGGUF.word(Int32(-32))),
      (10, TinyGGUF.word(UInt64.max)), (10, TinyGGUF.word(UInt64(1) << 63)),
      (8, TinyGGUF.text("32")), (6, TinyGGUF.word(Float(32).bitPattern)),
    ] {
      try refused(
        full.changing { $0.metadata.append(("general.alignment", type, value)) },
        "general.alignment")
    }
    // Another alignment than the data have.
    try refused(
      full.changing { $0.metadata.append(("general.alignment", 4, TinyGGUF.word(UInt32(4096)))) })
    for offset in [UInt64(1), 31, .max - 31, .max, 1 << 63, 1 << 40] {
      try refused(full.changing("t.F16") { $0.offset = offset }, "t.F16")
    }
    // Into another tensor, and into its own place from another.
    try refused(full.changing("t.F16") { $0.offset = 0 }, "inside what ends at byte")
    try refused(full.changing { $0.padding = [UInt8](repeating: 0, count: 64) })
  }

  @Test("what stands behind the data")
  func trailing() throws {
    try refused(full.changing { $0.trailing = [0] }, "goes on after its end")
    try refused(
      full.changing { $0.trailing = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 60) },
      "goes on after its end")
    // Also where there are no tensors.
    let bare = full.changing { $0.tensors = [] }
    #expect(try error(bare.bytes) == nil)
    try refused(bare.changing { $0.trailing = [UInt8](repeating: 1, count: 32) }, "goes on after")
    // The padding of the last tensor may be missing.
    let last = try #require(full.tensors.last)
    let rest = full.bytes.count - (32 - last.data.count % 32) % 32
    #expect(try error(Array(full.bytes[..<rest])) { _ = try $0.floats(last.name) } == nil)
    #expect(try error(Array(full.bytes[..<(rest - 1)]))?.code == "E0602")
  }

  @Test("a header cut at any byte, and bytes changed in it")
  func cuts() throws {
    let bytes = full.bytes
    let header = full.headerLength
    try TinyCheckpoint.withFolder(["m.gguf": bytes]) { folder in
      let path = folder + "/m.gguf"
      for length in stride(from: header, through: 0, by: -1) {
        truncate(path, length)
        #expect(throws: ModelError.self, "\(length)") { try GGUFFile(path: path) }
      }
    }
    var draws = Draws(state: 17)
    for place in 0..<header {
      var broken = bytes
      broken[place] = UInt8(truncatingIfNeeded: draws.bits())
      _ = try error(broken) { file in
        for name in file.tensorNames { _ = try? file.floats(name) }
      }
    }
  }

  @Test("a file that becomes shorter after it was opened is an error, not the end of the process")
  func shrinks() throws {
    try TinyCheckpoint.withFolder(["m.gguf": full.bytes]) { folder in
      let file = try GGUFFile(path: folder + "/m.gguf")
      truncate(file.path, 100)
      #expect(throws: ModelError.file(.changedMeanwhile(path: file.path))) {
        try file.floats("t.F32")
      }
      #expect(throws: ModelError.self) { try file.quantized("t.Q4_0") }
      #expect(throws: ModelError.self) { try file.rows("t.F32", 0..<1) }
      #expect(throws: ModelError.self) { try file.digest() }
      // The header is a copy.
      #expect(file.header.text("general.architecture") == "llama")
    }
  }

  @Test("headers longer than what is read at first")
  func longHeaders() throws {
    let text = String(repeating: "x", count: 3 << 20)
    let file = full.changing { $0.metadata.append(("long", 8, TinyGGUF.text(text))) }
    let found = try error(file.bytes) { file in
      #expect(file.header.text("long") == text)
      let data = try file.bytes("t.Q6_K")
      #expect(data == full.tensors.first { $0.name == "t.Q6_K" }?.data)
    }
    #expect(found == nil)
  }
}
