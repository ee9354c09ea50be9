import Kernels

/// What a forward pass leaves for the backward pass, for one number of rows; used again in every step.
final class LlamaActivations {
  /// What one layer's backward pass reads. All `[rows, …]`.
  final class Layer {
    /// The residual stream before the layer and between its halves.
    let input, middle: FloatBuffer
    let attentionNormed, mlpNormed: FloatBuffer
    /// Turned by their positions.
    let query, key: FloatBuffer
    let value, attended: FloatBuffer
    /// The backward pass makes gate and up their own gradients.
    let gate, up, gated: FloatBuffer

    init(_ shape: LlamaShape, rows: Int) throws(KernelError) {
      let (width, kv) = (rows * shape.width, rows * shape.keyValueWidth)
      input = try FloatBuffer(width)
      middle = try FloatBuffer(width)
      attentionNormed = try FloatBuffer(width)
      mlpNormed = try FloatBuffer(width)
      query = try FloatBuffer(width)
      key = try FloatBuffer(kv)
      value = try FloatBuffer(kv)
      attended = try FloatBuffer(width)
      gate = try FloatBuffer(rows * shape.mlp)
      up = try FloatBuffer(rows * shape.mlp)
      gated = try FloatBuffer(rows * shape.mlp)
    }
  }

  let rows: Int
  let layers: [Layer]
  /// The residual stream after the last layer, and normed.
  let output, normed: FloatBuffer
  let losses: FloatBuffer
  /// `[some rows, vocabulary]`: what the head made last.
  private(set) var logits: FloatBuffer

  init(_ shape: LlamaShape, rows: Int) throws(KernelError) {
    self.rows = rows
    var layers: [Layer] = []
    for _ in 0..<shape.layers { layers.append(try Layer(shape, rows: rows)) }
    self.layers = layers
    output = try FloatBuffer(rows * shape.width)
    normed = try FloatBuffer(rows * shape.width)
    losses = try FloatBuffer(rows)
    logits = try FloatBuffer(0)
  }

  /// Room for so many logits; what was there is lost.
  func takeLogits(_ count: Int) throws(KernelError) -> FloatBuffer {
    if logits.count != count {
      // The old ones first, so that both are never held.
      logits = try FloatBuffer(0)
      logits = try FloatBuffer(count)
    }
    return logits
  }
}
