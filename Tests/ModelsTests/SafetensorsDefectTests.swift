import Files
import Glibc
import Testing

@testable import Models

/// A valid file whose fields are changed; what is refused says where and with which numbers.
@Suite("Defects of safetensors files") struct SafetensorsDefectTests {
  /// The header, and so many bytes of data.
  func refused(
    _ header: String, data: Int = 12, _ words: String...,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let bytes = TinyCheckpoint.file(header: header, data: [UInt8](repeating: 1, count: data))
    let message = try TinyCheckpoint.withFolder(["m.safetensors": bytes]) { folder in
      do { _ = try SafetensorsFile(path: folder + "/m.safetensors") } catch {
        return (error as? ModelError)?.message ?? "another error"
      }
      return "nothing was wrong"
    }
    #expect(message.contains("m.safetensors"), sourceLocation: location)
    for word in words { #expect(message.contains(word), "\(message)", sourceLocation: location) }
  }

  static func entry(_ name: String, _ type: String, _ shape: String, _ begin: String, _ end: String)
    -> String
  {
    #""\#(name)": {"dtype": "\#(type)", "shape": \#(shape), "data_offsets": [\#(begin), \#(end)]}"#
  }

  func one(_ type: String, _ shape: String, _ begin: String = "0", _ end: String = "12") -> String {
    "{" + Self.entry("w", type, shape, begin, end) + "}"
  }

  @Test("products of extents that wrap")
  func wraps() throws {
    for shape in ["[4611686018427387904, 4]", "[4294967296, 4294967296]", "[9223372036854775807]"] {
      try refused(one("F32", shape), "tensor 'w'", "overflows", shape)
    }
    // Larger than any integer here: no size at all.
    try refused(one("F32", "[18446744073709551616]"), "tensor 'w'", "shape")
  }

  @Test("shapes that are larger than the data, or smaller, and types of another size")
  func sizes() throws {
    try refused(one("F32", "[4]"), "'w'", "[4] of F32 needs 16 bytes", "hold 12")
    try refused(one("F32", "[2]"), "'w'", "needs 8 bytes", "hold 12")
    try refused(one("F64", "[3]"), "'w'", "needs 24 bytes", "hold 12")
    try refused(one("F16", "[3]"), "'w'", "needs 6 bytes", "hold 12")
  }

  @Test("offsets outside of the data, reversed, overlapping, after a gap")
  func offsets() throws {
    try refused(one("F32", "[4]", "0", "16"), "'w'", "[0, 16]", "12 bytes")
    try refused(one("F32", "[3]", "12", "0"), "'w'", "[12, 0]")
    try refused(one("F32", "[3]", "0", "9223372036854775807"), "'w'", "9223372036854775807")
    try refused(one("F32", "[3]", "-12", "0"), "'w'", "data_offsets")
    try refused(one("F32", "[2]", "4", "12"), "'w'", "after a gap")
    let a = Self.entry("a", "F32", "[2]", "0", "8")
    let b = Self.entry("b", "F32", "[2]", "4", "12")
    try refused("{\(a), \(b)}", "'b'", "inside the tensor before it")
    try refused("{\(a)}", "goes on after its end", "81 are there")
  }

  @Test("types, ranks, fields and names that cannot be")
  func fields() throws {
    try refused(one("Q4_0", "[3]"), "'w'", "dtype 'Q4_0'")
    try refused(one("F32", "[1,1,1,1,1,1,1,1,3]"), "'w'", "rank 9", "8")
    try refused(one("F32", "3"), "'w'", "shape")
    try refused(one("F32", "[3.0]"), "'w'", "shape")
    try refused(one("F32", "[-3]"), "'w'", "shape")
    let w = Self.entry("w", "F32", "[3]", "0", "12")
    try refused("{\(w), \(w)}", "\"w\" is there twice")
    try refused(#"{"__metadata__": {"a": [1]}, \#(w)}"#, "__metadata__", "'a'")
    let deep = String(repeating: "[", count: 100_000)
    try refused(#"{"w": \#(deep)"#)
  }

  @Test("many tensors are read, a header of more bytes than allowed is not")
  func bloat() throws {
    let entries = (0..<20_000).map {
      Self.entry("t\($0)", "F32", "[1]", "\(4 * $0)", "\(4 * $0 + 4)")
    }
    let whole = TinyCheckpoint.file(
      header: "{" + entries.joined(separator: ",") + "}", data: [UInt8](repeating: 0, count: 80_000)
    )
    try TinyCheckpoint.withFolder(["m.safetensors": whole]) { folder in
      let count = try SafetensorsFile(path: folder + "/m.safetensors").names.count
      #expect(count == 20_000)
    }
    let long = withUnsafeBytes(of: UInt64(SafetensorsFile.headerLimit + 1).littleEndian) {
      Array($0)
    }
    try TinyCheckpoint.withFolder(["m.safetensors": long]) { folder in
      do {
        _ = try SafetensorsFile(path: folder + "/m.safetensors")
        Issue.record("nothing was wrong")
      } catch {
        #expect((error as? ModelError)?.message.contains("100000001 bytes are above") == true)
      }
    }
  }

  @Test("a header cut at any byte")
  func cuts() throws {
    let a = Self.entry("a", "F32", "[2]", "0", "8")
    let bytes = TinyCheckpoint.file(header: "{\(a)}", data: [UInt8](repeating: 0, count: 8))
    try TinyCheckpoint.withFolder(["m.safetensors": bytes]) { folder in
      let path = folder + "/m.safetensors"
      for length in stride(from: bytes.count - 1, through: 0, by: -1) {
        truncate(path, length)
        #expect(throws: ModelError.self, "\(length)") { try SafetensorsFile(path: path) }
      }
    }
  }

  @Test("a file that becomes shorter after it was opened is an error, not the end of the process")
  func shrinks() throws {
    let bytes = TinyCheckpoint.safetensors([("w", [64, 64], [Float](repeating: 2, count: 4096))])
    try TinyCheckpoint.withFolder(["m.safetensors": bytes]) { folder in
      let file = try SafetensorsFile(path: folder + "/m.safetensors")
      truncate(file.path, 200)
      #expect(throws: ModelError.file(.changedMeanwhile(path: file.path))) { try file.floats("w") }
      #expect(throws: ModelError.file(.changedMeanwhile(path: file.path))) {
        try file.rows("w", 9..<10)
      }
      #expect(throws: ModelError.self) { try file.digest() }
    }
  }

  @Test("rows that are not there")
  func rows() throws {
    let bytes = TinyCheckpoint.safetensors([("w", [2, 2], [1, 2, 3, 4]), ("s", [], [5])])
    try TinyCheckpoint.withFolder(["m.safetensors": bytes]) { folder in
      let file = try SafetensorsFile(path: folder + "/m.safetensors")
      let last = try file.rows("w", 1..<2)
      let none = try file.rows("w", 2..<2)
      #expect(last == [3, 4] && none.isEmpty)
      #expect(throws: ModelError.self) { try file.rows("w", 1..<3) }
      #expect(throws: ModelError.self) { try file.rows("w", -1..<1) }
      #expect(throws: ModelError.self) { try file.rows("s", 0..<1) }
      #expect(throws: ModelError.missingTensor(path: file.path, name: "x")) {
        try file.rows("x", 0..<1)
      }
    }
  }
}
