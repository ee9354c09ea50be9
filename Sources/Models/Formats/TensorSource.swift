import Kernels

/// The tensors of a checkpoint, by the names its file gives them.
public protocol TensorSource: Sendable {
  /// The file, or the index of several.
  var path: String { get }
  /// In the order of the data.
  var tensorNames: [String] { get }
  /// Outermost extent first (GGUF's dimensions reversed); nil where there is no such tensor.
  func shape(of name: String) -> [Int]?
  /// The name that the format has for the element type: "F32", "Q4_1".
  func typeName(of name: String) -> String?
  /// The bytes that the tensor takes in the file.
  func byteCount(of name: String) -> Int?
  /// All numbers, row-major: 16-bit ones widened and blocks dequantised exactly, f64 rounded.
  func floats(_ name: String) throws(ModelError) -> [Float]
  /// Some rows of a matrix, as ``floats(_:)`` has them: embeddings are looked up so.
  func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float]
  /// The blocks of a matrix; nil where the tensor is no matrix or not in blocks of a quantised type.
  func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix?
  /// The numbers of a matrix that is kept in 16 bits, row-major; nil for all others.
  func halves(_ name: String) throws(ModelError) -> StoredHalves?
  /// Which files, in which state, the numbers come from: another one where they may have changed. Nil where
  /// that cannot be told without reading them.
  var identity: String? { get }
  /// The digest of all bytes that were opened.
  func digest() throws(ModelError) -> String
}

extension TensorSource {
  public var identity: String? { nil }
  // A format without 16-bit numbers.
  public func halves(_ name: String) throws(ModelError) -> StoredHalves? { nil }
}

/// A matrix's numbers in 16 bits, as a file has them.
public struct StoredHalves: Sendable {
  public let format: HalfFormat
  /// `[outputs, inputs]`
  public let values: [UInt16]
  public let outputs: Int
  public let inputs: Int

  /// Some rows, in this order.
  func choosing(_ rows: [Int]) -> StoredHalves {
    var chosen: [UInt16] = []
    chosen.reserveCapacity(rows.count * inputs)
    for row in rows { chosen.append(contentsOf: values[row * inputs..<(row + 1) * inputs]) }
    return StoredHalves(format: format, values: chosen, outputs: rows.count, inputs: inputs)
  }

  /// As products want it.
  func packed() throws(KernelError) -> PackedHalfMatrix {
    try values.withUnsafeBufferPointer { (values) throws(KernelError) in
      try PackedHalfMatrix(
        values, format: format, inputs: inputs, outputs: outputs, inputStride: 1,
        outputStride: inputs)
    }
  }
}
