import Kernels

/// Gradients on their way down through the network, for one number of rows; used again in every step.
final class LlamaGradients {
  /// What a thread needs for its block of rows.
  final class Scratch {
    let narrow, other, wide: FloatBuffer

    init(_ shape: LlamaShape) throws(KernelError) {
      let rows = LlamaNetwork.blockRows
      narrow = try FloatBuffer(rows * shape.width)
      other = try FloatBuffer(rows * shape.width)
      wide = try FloatBuffer(rows * shape.mlp)
    }
  }

  let rows: Int
  /// Of the residual stream after a layer, between its halves, and before it; all `[rows, …]`.
  private(set) var after, middle, before: FloatBuffer
  /// Of what norms gave, and the factors that norms multiplied rows by: of the MLP's and of the attention's.
  let mlpNormed, attentionNormed, mlpFactors, attentionFactors: FloatBuffer
  let attended, query, key, value: FloatBuffer
  private var scratch: [Scratch] = []
  private let shape: LlamaShape

  init(_ shape: LlamaShape, rows: Int) throws(KernelError) {
    (self.shape, self.rows) = (shape, rows)
    let (width, kv) = (rows * shape.width, rows * shape.keyValueWidth)
    after = try FloatBuffer(width)
    middle = try FloatBuffer(width)
    before = try FloatBuffer(width)
    mlpNormed = try FloatBuffer(width)
    attentionNormed = try FloatBuffer(width)
    mlpFactors = try FloatBuffer(rows)
    attentionFactors = try FloatBuffer(rows)
    attended = try FloatBuffer(width)
    query = try FloatBuffer(width)
    key = try FloatBuffer(kv)
    value = try FloatBuffer(kv)
  }

  /// What was before one layer is after the next one down.
  func goDown() { swap(&after, &before) }

  /// Scratch memory for so many threads.
  func scratch(threads: Int) throws(KernelError) -> [Scratch] {
    while scratch.count < threads { scratch.append(try Scratch(shape)) }
    return scratch
  }
}
