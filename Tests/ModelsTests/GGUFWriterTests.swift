import Files
import Glibc
import Kernels
import Testing

@testable import Models

@Suite("Writing GGUF files") struct GGUFWriterTests {
  static let values: [(key: String, value: GGUFValue)] = [
    ("general.architecture", .string("llama")), ("u8", .uint8(7)), ("i8", .int8(-7)),
    ("u16", .uint16(60_000)), ("i16", .int16(-3)), ("u32", .uint32(.max)), ("i32", .int32(.min)),
    ("f32", .float32(0.1)), ("yes", .bool(true)), ("no", .bool(false)), ("u64", .uint64(.max)),
    ("i64", .int64(.min)), ("f64", .float64(0.1)), ("token", .bytes([0xFF, 0x00])),
    ("empty", .array(of: .float32, [])),
    ("texts", .array(of: .string, [.string("é"), .bytes([0x80]), .string("")])),
    ("nested", .array(of: .array, [.array(of: .uint8, [.uint8(1)]), .array(of: .string, [])])),
  ]

  func write(_ writer: GGUFWriter, _ data: [String: [UInt8]], _ body: (String) throws -> Void)
    throws
  {
    try TinyCheckpoint.withFolder(["w.gguf": []]) { folder in
      try writer.write(to: folder + "/w.gguf") { (name) throws(ModelError) in data[name] ?? [] }
      try body(folder + "/w.gguf")
    }
  }

  @Test(
    "what was written is read back: metadata of every type, tensors of every type",
    arguments: [32, 8, 4096])
  func roundTrip(alignment: Int) throws {
    var writer = GGUFWriter(alignment: alignment)
    for (key, value) in Self.values { try writer.set(key, value) }
    var data: [String: [UInt8]] = [:]
    var draws = Draws(state: 5)
    for type in GGUFTensorType.allCases {
      let shape = [3, 2 * type.blockLength]
      try writer.declare(type.name, shape: shape, type: type)
      data[type.name] = draws.bytes(6 * type.blockBytes)
    }
    try writer.declare("scalar", shape: [], type: .f32)
    data["scalar"] = [0, 0, 0x80, 0x3F]
    try writer.declare("four", shape: [2, 1, 3, 5], type: .i8)
    data["four"] = draws.bytes(30)
    try write(writer, data) { path in
      let file = try GGUFFile(path: path)
      #expect(file.header.alignment == alignment)
      #expect(file.tensorNames == GGUFTensorType.allCases.map(\.name) + ["scalar", "four"])
      for name in file.tensorNames {
        let bytes = try file.bytes(name)
        #expect(bytes == data[name])
      }
      #expect(file.shape(of: "Q4_K") == [3, 512])
      #expect(file.shape(of: "four") == [2, 1, 3, 5])
      let scalar = try file.floats("scalar")
      #expect(scalar == [1])
      for (key, value) in Self.values { #expect(file.header.encoding(of: key) == value.encoding) }
      #expect(file.header.integer("i64") == .min)
      #expect(file.header.bool("yes") == true)
      #expect(file.header.text("general.architecture") == "llama")
      // Written again from what was read: the same file.
      var again = GGUFWriter(alignment: alignment)
      try again.set(from: file.header)
      for name in file.tensorNames {
        try again.declare(
          name, shape: try #require(file.shape(of: name)), type: try #require(file.type(of: name)))
      }
      let old = try FileContents.bytes(at: path)
      try again.write(to: path) { (name) throws(ModelError) in try file.bytes(name) }
      let new = try FileContents.bytes(at: path)
      #expect(new == old)
    }
  }

  @Test("what cannot be written is refused, and the old file stays")
  func refusals() throws {
    var writer = GGUFWriter()
    try writer.set("a", .uint8(1))
    #expect(throws: ModelError.self) { try writer.set("a", .uint8(1)) }
    #expect(throws: ModelError.self) { try writer.set("", .uint8(1)) }
    #expect(throws: ModelError.self) { try writer.set("general.alignment", .uint32(8)) }
    #expect(throws: ModelError.self) {
      try writer.set("mixed", .array(of: .uint8, [.uint8(1), .int8(1)]))
    }
    let deep = (0..<12).reduce(GGUFValue.array(of: .uint8, [])) { inner, _ in
      .array(of: .array, [inner])
    }
    #expect(throws: ModelError.self) { try writer.set("deep", deep) }
    try writer.declare("w", shape: [2], type: .f32)
    #expect(throws: ModelError.self) { try writer.declare("w", shape: [2], type: .f32) }
    #expect(throws: ModelError.self) { try writer.declare("", shape: [2], type: .f32) }
    for shape in [[0], [-1, -1], [1, 1, 1, 1, 1], [.max, .max], [1 << 61, 2]] {
      #expect(throws: ModelError.self) { try writer.declare("\(shape)", shape: shape, type: .f64) }
    }
    #expect(throws: ModelError.self) { try writer.declare("q", shape: [2, 33], type: .q4x0) }
    #expect(throws: ModelError.self) {
      try writer.declare(String(repeating: "n", count: 64), shape: [1], type: .f32)
    }
    try TinyCheckpoint.withFolder(["w.gguf": [1, 2, 3]]) { folder in
      for bytes in [[], [UInt8](repeating: 0, count: 9)] {
        #expect(throws: ModelError.self) {
          try writer.write(to: folder + "/w.gguf") { (_) throws(ModelError) in bytes }
        }
      }
      #expect(throws: ModelError.noTokenizer(model: "m")) {
        try writer.write(to: folder + "/w.gguf") { (_) throws(ModelError) in
          throw .noTokenizer(model: "m")
        }
      }
      let kept = try FileContents.bytes(at: folder + "/w.gguf")
      let names = try Paths.names(in: folder)
      #expect(kept == [1, 2, 3] && names == ["w.gguf"])
      #expect(throws: ModelError.file(.isFolder(path: folder))) {
        try writer.write(to: folder) { (_) throws(ModelError) in [] }
      }
    }
  }
}
