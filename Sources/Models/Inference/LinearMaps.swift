import Kernels
import Tensors

/// Linear maps that read the same rows, such as queries, keys and values: x · Wᵀ, and the bias where
/// there is one.
///
/// Rows go through 8 bits once for all of them where the matrices are quantised.
struct LinearMaps: Sendable {
  let matrices: [any FrozenMatrix]
  private let biases: [[Float]?]
  /// All of the matrices, where each is quantised; else none.
  private let quantized: [QuantizedMatrix]

  /// - Throws: ``TensorError`` where the network has no matrix of a name.
  init(_ keys: [WeightKey], of weights: FrozenWeights) throws(TensorError) {
    var matrices: [any FrozenMatrix] = []
    for key in keys { matrices.append(try weights.matrix(key)) }
    self.matrices = matrices
    biases = keys.map { weights.values(of: $0.bias) }
    let blocks = matrices.compactMap { $0 as? QuantizedMatrix }
    quantized = blocks.count == matrices.count ? blocks : []
  }

  var isQuantized: Bool { !quantized.isEmpty }

  /// Whether results may be added to what is there, as the last step of a product.
  var adds: Bool { isQuantized && biases.allSatisfy { $0 == nil } }

  /// - Parameters:
  ///   - x: `[rows, inputs]`
  ///   - results: for each map `[rows, outputs]`; none of them is x.
  ///   - room: where rows of 8 bits go.
  ///   - adding: results are added to what is there; for maps that ``adds`` says it of.
  func multiply(
    _ x: UnsafeBufferPointer<Float>, into results: [FloatView], rows: Int, room: QuantizedScratch,
    adding: Bool = false
  ) throws(KernelError) {
    if let first = quantized.first {
      try room.quantize(x, width: first.inputs)
      func product(_ index: Int) -> QuantizedProduct {
        QuantizedProduct(quantized[index], into: results[index], adding: adding)
      }
      switch quantized.count {
      case 1: try room.multiply(product(0))
      case 2: try room.multiply(product(0), product(1))
      default: try room.multiply(product(0), product(1), product(2))
      }
    } else {
      for (matrix, result) in zip(matrices, results) {
        try matrix.multiply(x, into: result, rows: rows)
      }
    }
    for (bias, result) in zip(biases, results) {
      guard let bias else { continue }
      try bias.withUnsafeBufferPointer { (bias) throws(KernelError) in
        try Bias.add(bias, to: UnsafeBufferPointer(result), into: result, rows: rows)
      }
    }
  }
}
