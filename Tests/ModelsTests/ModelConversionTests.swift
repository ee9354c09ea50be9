import Files
import Kernels
import Testing

@testable import Models

@Suite("Converting checkpoints") struct ModelConversionTests {
  /// A matrix of whole blocks, one of rows too short for them, and a vector.
  static func source() throws -> [UInt8] {
    var draws = Draws(state: 21)
    let tensors: [(String, [Int])] = [
      ("token_embd.weight", [6, 256]), ("blk.0.ffn_up.weight", [5, 512]),
      ("blk.0.attn_q.weight", [4, 64]), ("blk.0.odd.weight", [3, 20]),
      ("blk.0.attn_norm.weight", [256]), ("output.weight", [6, 256]),
      ("blk.0.ffn_gate_inp.weight", [3, 32]),
    ]
    return TinyCheckpoint.safetensors(
      tensors.map { name, shape in
        (name: name, shape: shape, values: (0..<shape.reduce(1, *)).map { _ in draws.signed() })
      })
  }

  func withSource(_ body: (SafetensorsFile, String) throws -> Void) throws {
    try TinyCheckpoint.withFolder([
      "s.safetensors": Self.source(), "a.gguf": [], "b.gguf": [], "c.safetensors": [],
    ]) { folder in
      try body(SafetensorsFile(path: folder + "/s.safetensors"), folder)
    }
  }

  @Test("matrices are quantised, vectors and short rows are not", arguments: BlockFormat.allCases)
  func quantize(format: BlockFormat) throws {
    let type = try #require(GGUFTensorType(name: format.rawValue))
    try withSource { source, folder in
      let f32 = folder + "/a.gguf"
      try ModelConversion.writeGGUF(source, to: f32, types: .init(matrices: .f32)) {
        (writer) throws(ModelError) in
        try writer.set("general.architecture", .string("llama"))
        try writer.set("llama.block_count", .uint32(1))
      }
      let plain = try GGUFFile(path: f32)
      #expect(plain.header.integer("general.file_type") == 0)
      for name in plain.tensorNames { #expect(try plain.floats(name) == source.floats(name)) }

      let types = try ModelConversion.TypeChoice(matrices: type, output: .q8x0)
      try ModelConversion.quantize(plain, to: folder + "/b.gguf", types: types)
      let file = try GGUFFile(path: folder + "/b.gguf")
      #expect(file.tensorNames == plain.tensorNames)
      #expect(file.header.text("general.architecture") == "llama")
      #expect(file.header.integer("llama.block_count") == 1)
      #expect(file.header.integer("general.file_type") == Int(types.fileType))
      #expect(file.header.integer("general.quantization_version") == 2)
      #expect(file.typeName(of: "blk.0.ffn_up.weight") == format.rawValue)
      #expect(file.typeName(of: "token_embd.weight") == format.rawValue)
      #expect(file.typeName(of: "output.weight") == "Q8_0")
      #expect(file.typeName(of: "blk.0.attn_norm.weight") == "F32")
      #expect(file.typeName(of: "blk.0.ffn_gate_inp.weight") == "F32")
      #expect(file.typeName(of: "blk.0.odd.weight") == "F16")
      let short = [
        BlockFormat.q2K: "IQ4_NL", .q3K: "IQ4_NL", .q4K: "Q5_0", .q5K: "Q5_1", .q6K: "Q8_0",
      ]
      #expect(file.typeName(of: "blk.0.attn_q.weight") == short[format] ?? format.rawValue)
      let matrix = try #require(try file.quantized("blk.0.ffn_up.weight"))
      let direct = try format.dequantizing(
        format.quantizing(source.floats("blk.0.ffn_up.weight")))
      let blocks = try matrix.dequantized()
      #expect(blocks == direct)
      // Once more: what has the type already is copied bit for bit.
      try ModelConversion.quantize(file, to: f32, types: types)
      let (once, twice) = (try FileContents.bytes(at: file.path), try FileContents.bytes(at: f32))
      #expect(once == twice)
    }
  }

  @Test(
    "safetensors become 16 bits and f32 again, renamed and rearranged",
    arguments: [SafetensorsWriter.NumberFormat.f16, .bf16])
  func recast(format: SafetensorsWriter.NumberFormat) throws {
    try withSource { source, folder in
      let path = folder + "/c.safetensors"
      try ModelConversion.writeSafetensors(source, to: path, format: format) {
        (name, shape) throws(ModelError) in
        if name == "output.weight" { return nil }
        if shape.count == 1 { return .init(name: name, shape: shape) }
        return .init(name: "m." + name, shape: shape.reversed()) { (values) in
          Array(values.reversed())
        }
      }
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata.map(\.value) == ["pt"])
      #expect(file.names.count == source.names.count - 1)
      let half: HalfFormat = format == .f16 ? .f16 : .bf16
      for name in source.names where name != "output.weight" {
        let isVector = source.shape(of: name)?.count == 1
        let written = isVector ? name : "m." + name
        let values = try source.floats(name)
        let expected = half.widening(half.narrowing(isVector ? values : values.reversed()))
        #expect(try file.floats(written) == expected)
        #expect(file.typeName(of: written) == format.rawValue)
      }
      // 16-bit numbers come back as they are.
      let again = folder + "/a.gguf"
      try ModelConversion.writeSafetensors(file, to: again, format: .f32)
      let wide = try SafetensorsFile(path: again)
      for name in file.names { #expect(try wide.floats(name) == file.floats(name)) }
    }
  }

  @Test("whole numbers and F64 stay what they are when a file is quantised")
  func wholeNumbers() throws {
    try TinyCheckpoint.withFolder(["a.gguf": TinyGGUF.full.bytes, "b.gguf": []]) { folder in
      let source = try GGUFFile(path: folder + "/a.gguf")
      let target = folder + "/b.gguf"
      try ModelConversion.quantize(source, to: target, types: .init(matrices: .f16))
      let file = try GGUFFile(path: target)
      for type in ["I8", "I16", "I32", "I64", "F64", "F16"] {
        let (old, new) = (try source.bytes("t." + type), try file.bytes("t." + type))
        #expect(old == new)
        #expect(file.typeName(of: "t." + type) == type)
      }
      #expect(file.typeName(of: "t.Q4_0") == "F16")
    }
  }

  @Test("what cannot be converted is refused")
  func refusals() throws {
    for type in [GGUFTensorType.q8K, .iq2S, .tq1x0, .i8, .f64] {
      #expect(throws: ModelError.self) { try ModelConversion.TypeChoice(matrices: type) }
    }
    let nan = TinyCheckpoint.safetensors([("w", [1, 32], [Float](repeating: .nan, count: 32))])
    let large = TinyCheckpoint.safetensors([("w", [1, 32], [Float](repeating: 1e38, count: 32))])
    try TinyCheckpoint.withFolder(["n": nan, "l": large, "o": [7]]) { folder in
      let (n, l) = (
        try SafetensorsFile(path: folder + "/n"), try SafetensorsFile(path: folder + "/l")
      )
      for (source, type) in [(n, GGUFTensorType.q4x0), (l, .q4x0), (l, .f16), (l, .q6K)] {
        #expect(throws: ModelError.self) {
          try ModelConversion.writeGGUF(source, to: folder + "/o", types: .init(matrices: type)) {
            (_) throws(ModelError) in
          }
        }
      }
      #expect(throws: ModelError.self) {
        try ModelConversion.writeSafetensors(l, to: folder + "/o", format: .f16)
      }
      // Two tensors in one place.
      let two = TinyCheckpoint.safetensors([("a", [1], [1]), ("b", [1], [2])])
      try DurableFile.replace(folder + "/n", with: two)
      let both = try SafetensorsFile(path: folder + "/n")
      #expect(throws: ModelError.self) {
        try ModelConversion.writeSafetensors(both, to: folder + "/o", format: .f32) {
          (_, shape) throws(ModelError) in .init(name: "c", shape: shape)
        }
      }
      let kept = try FileContents.bytes(at: folder + "/o")
      #expect(kept == [7])
    }
  }
}
