import Files
import Glibc

@testable import Models

/// A small GGUF file, put together field by field so that a test can change one of them.
struct TinyGGUF {
  struct Tensor {
    var name: String
    /// Innermost first, as the file has it.
    var dimensions: [UInt64]
    var type: UInt32
    var data: [UInt8]
    /// Instead of the next aligned place.
    var offset: UInt64?
    /// Instead of the dimensions' number.
    var rank: UInt32?
    /// Instead of the name's length.
    var nameLength: UInt64?
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var keyCount: UInt64?
  /// Keys, numbers of types, bytes of values.
  var metadata: [(key: String, type: UInt32, value: [UInt8])] = []
  var tensors: [Tensor] = []
  var alignment: UInt64 = 32
  /// Behind all data.
  var trailing: [UInt8] = []
  /// Behind the header, instead of the padding.
  var padding: [UInt8]?

  static func word<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  static func text(_ text: String) -> [UInt8] {
    word(UInt64(text.utf8.count)) + Array(text.utf8)
  }
  /// A value of the type array: the elements' type, their number, their bytes.
  static func array(_ type: UInt32, count: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    word(type) + word(count) + bytes
  }

  /// One value of every type, and a tensor of every readable type.
  static let full: TinyGGUF = {
    var file = TinyGGUF()
    file.metadata = [
      ("general.architecture", 8, text("llama")),
      ("u8", 0, [7]), ("i8", 1, [0xFF]), ("u16", 2, word(UInt16(700))),
      ("i16", 3, word(Int16(-700))), ("u32", 4, word(UInt32(70_000))),
      ("i32", 5, word(Int32(-70_000))), ("f32", 6, word(Float(1.5).bitPattern)), ("bool", 7, [1]),
      ("texts", 9, array(8, count: 2, text("a") + text("é"))),
      ("numbers", 9, array(5, count: 3, word(Int32(1)) + word(Int32(2)) + word(Int32(3)))),
      ("nested", 9, array(9, count: 1, array(0, count: 2, [1, 2]))),
      ("u64", 10, word(UInt64(1) << 40)), ("i64", 11, word(Int64(-1) << 40)),
      ("f64", 12, word(2.5.bitPattern)),
    ]
    for type in GGUFTensorType.allCases where type.decoder != nil {
      let width = max(type.blockLength, 4)
      let bytes = width / type.blockLength * type.blockBytes * 2
      file.tensors.append(
        Tensor(
          name: "t.\(type.name)", dimensions: [UInt64(width), 2], type: type.rawValue,
          data: (0..<bytes).map { UInt8($0 % 61) }))
    }
    return file
  }()

  /// Where the header ends.
  var headerLength: Int { header(offsets: tensors.map { $0.offset ?? 0 }).count }

  private func header(offsets: [UInt64]) -> [UInt8] {
    var out = magic + Self.word(version)
    out += Self.word(tensorCount ?? UInt64(tensors.count))
    out += Self.word(keyCount ?? UInt64(metadata.count))
    for (key, type, value) in metadata { out += Self.text(key) + Self.word(type) + value }
    for (tensor, offset) in zip(tensors, offsets) {
      out +=
        Self.word(tensor.nameLength ?? UInt64(tensor.name.utf8.count)) + Array(tensor.name.utf8)
      out += Self.word(tensor.rank ?? UInt32(tensor.dimensions.count))
      out += tensor.dimensions.flatMap { Self.word($0) }
      out += Self.word(tensor.type) + Self.word(offset)
    }
    return out
  }

  var bytes: [UInt8] {
    var data: [UInt8] = []
    var offsets: [UInt64] = []
    for tensor in tensors {
      offsets.append(tensor.offset ?? UInt64(data.count))
      data += tensor.data
      data += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32)
    }
    let head = header(offsets: offsets)
    let gap = [UInt8](repeating: 0, count: (32 - head.count % 32) % 32)
    return head + (padding ?? gap) + data + trailing
  }

  /// Changes the first tensor of a name.
  func changing(_ name: String, _ change: (inout Tensor) -> Void) -> TinyGGUF {
    var copy = self
    if let index = tensors.firstIndex(where: { $0.name == name }) { change(&copy.tensors[index]) }
    return copy
  }

  func changing(_ change: (inout TinyGGUF) -> Void) -> TinyGGUF {
    var copy = self
    change(&copy)
    return copy
  }
}
