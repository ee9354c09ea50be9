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
  /// The digest of all bytes that were opened.
  func digest() throws(ModelError) -> String
}
