import Files
import Testing

@testable import Tensors

@Suite("NumPy files") struct NPYTests {
  static let folder = Paths.parent(of: #filePath) + "/Fixtures"

  struct Expected: Sendable {
    let name: String
    let shape: [Int]
    let values: [Double]
  }

  static func expected() -> [Expected] {
    guard let text = try? FileContents.text(at: folder + "/expected.txt") else { return [] }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    return stride(from: lines.startIndex, to: lines.endIndex - 2, by: 3).map { line in
      Expected(
        name: String(lines[line]),
        shape: lines[line + 1].split(separator: " ").compactMap { Int($0) },
        values: lines[line + 2].split(separator: " ").compactMap { Double($0) })
    }
  }

  @Test("reads what NumPy wrote", arguments: expected())
  func reading(_ expected: Expected) throws {
    let path = "\(Self.folder)/\(expected.name).npy"
    let tensor = try NPY.decode(FileContents.bytes(at: path), path: path)
    #expect(tensor.shape == expected.shape)
    #expect(tensor.doubles.elementsEqual(expected.values) { $0 == $1 && $0.sign == $1.sign })
    let type: ElementType =
      switch expected.name.prefix(2) {
      case "f8": .f64
      case "u1": .u8
      case "bo": .bool
      case "f2": .f16
      case "i1": .i8
      case "i2", "i4", "i8", "u2", "u4", "u8": .i32
      default: .f32
      }
    #expect(tensor.elementType == type)
  }

  @Test("has fixtures") func fixtures() { #expect(Self.expected().count == 25) }

  @Test("what is written is read back, and is NumPy's own bytes")
  func writing() throws {
    for name in ["f2", "f4", "f8", "i1", "i4", "u1", "bool", "scalar", "empty"] {
      let path = "\(Self.folder)/\(name).npy"
      let bytes = try FileContents.bytes(at: path)
      let tensor = try NPY.decode(bytes, path: path)
      #expect(try NPY.encode(tensor) == bytes, "\(name)")
    }
    let vector = Tensor([1, 2, 3] as [Float])
    #expect(try NPY.decode(NPY.encode(vector), path: "x") == vector)
    let halves = try Tensor((0...UInt16.max).map { Binary16(bits: $0) }, shape: [256, 256])
    let view = try halves.transposed()
    #expect(try NPY.decode(NPY.encode(view), path: "x") == view)
    #expect {
      try NPY.encode(vector.cast(to: .bf16))
    } throws: {
      ($0 as? TensorError)?.message
        == "an .npy file needs a type that NumPy has, such as f32, not bf16"
    }
  }

  @Test("no flipped byte and no cut crashes the reader")
  func corruption() throws {
    for name in ["f4-fortran", "i8", "version-3", "bool"] {
      let path = "\(Self.folder)/\(name).npy"
      let bytes = try FileContents.bytes(at: path)
      for length in 0..<bytes.count {
        #expect(throws: TensorError.self) { try NPY.decode(Array(bytes[..<length]), path: path) }
      }
      #expect(throws: TensorError.self) { try NPY.decode(bytes + [0], path: path) }
      for position in 0..<min(bytes.count, 128) {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128] as [UInt8] {
          var broken = bytes
          broken[position] ^= flip
          _ = try? NPY.decode(broken, path: path)
        }
      }
    }
  }

  @Test("refuses headers that lie")
  func lies() {
    func file(_ header: String, _ data: Int = 0) -> [UInt8] {
      NPY.magic + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
        + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }
    for header in [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '|O', 'fortran_order': False, 'shape': ()}",
      "{'descr': '<c8', 'fortran_order': False, 'shape': ()}",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
      "{'descr': '<f4', 'fortran_order': Falsely, 'shape': ()}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
    ] {
      #expect(throws: TensorError.self, "\(header)") { try NPY.decode(file(header, 4), path: "x") }
    }
    #expect(throws: Never.self) {
      try NPY.decode(file("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4), path: "x")
    }
  }
}
