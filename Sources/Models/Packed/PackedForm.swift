import Kernels
import Tensors

/// How a matrix is kept for products, where a cache may hold it: the file's own numbers in another order.
enum PackedForm: Equatable {
  case halves(HalfFormat)
  case blocks(BlockFormat)

  /// Such as `F16` or `Q4_0`.
  var name: String {
    switch self {
    case .halves(.f16): "F16"
    case .halves(.bf16): "BF16"
    case .blocks(let format): format.rawValue
    }
  }

  init?(name: String) {
    switch name {
    case "F16": self = .halves(.f16)
    case "BF16": self = .halves(.bf16)
    default:
      guard let format = BlockFormat(rawValue: name) else { return nil }
      self = .blocks(format)
    }
  }

  /// What changes when packed bytes get another meaning.
  static let layout = "\(QuantizedMatrix.layout).\(PackedHalfMatrix.layout)"

  /// The bytes of a packed matrix; nil where there is none of these extents.
  func byteCount(inputs: Int, outputs: Int) -> Int? {
    switch self {
    case .halves: PackedHalfMatrix.packedByteCount(inputs: inputs, outputs: outputs)
    case .blocks(let format):
      QuantizedMatrix.packedByteCount(format: format, inputs: inputs, outputs: outputs)
    }
  }

  /// A matrix from packed bytes that `owner` keeps.
  func matrix(
    _ bytes: UnsafeRawBufferPointer, owner: AnyObject, inputs: Int, outputs: Int
  ) throws(KernelError) -> any FrozenMatrix {
    switch self {
    case .halves(let format):
      try PackedHalfMatrix(
        packed: bytes, owner: owner, format: format, inputs: inputs, outputs: outputs)
    case .blocks(let format):
      try QuantizedMatrix(
        packed: bytes, owner: owner, format: format, inputs: inputs, outputs: outputs)
    }
  }
}

/// A matrix whose packed bytes can be written to a file.
protocol PackedStorage: FrozenMatrix {
  var packedForm: PackedForm { get }
  /// Whether somebody else keeps the bytes, such as a mapped file.
  var isMapped: Bool { get }
  func withPackedBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension PackedHalfMatrix: PackedStorage {
  var packedForm: PackedForm { .halves(format) }
}

extension QuantizedMatrix: PackedStorage {
  var packedForm: PackedForm { .blocks(format) }
}
