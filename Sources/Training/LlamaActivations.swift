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
  /// `[rows, vocabulary]`; the backward pass starts by making them their own gradient.
  let logits: FloatBuffer
  let losses: FloatBuffer
  /// Gradients on their way down, and other scratch.
  let residualGradient, gradient, otherGradient, attentionGradient: FloatBuffer
  let keyGradient, valueGradient, mlpGradient, factors, panels: FloatBuffer

  init(_ shape: LlamaShape, rows: Int) throws(KernelError) {
    self.rows = rows
    var layers: [Layer] = []
    for _ in 0..<shape.layers { layers.append(try Layer(shape, rows: rows)) }
    self.layers = layers
    let (width, kv) = (rows * shape.width, rows * shape.keyValueWidth)
    output = try FloatBuffer(width)
    normed = try FloatBuffer(width)
    logits = try FloatBuffer(rows * shape.vocabulary)
    losses = try FloatBuffer(rows)
    residualGradient = try FloatBuffer(width)
    gradient = try FloatBuffer(width)
    otherGradient = try FloatBuffer(width)
    attentionGradient = try FloatBuffer(width)
    keyGradient = try FloatBuffer(kv)
    valueGradient = try FloatBuffer(kv)
    mlpGradient = try FloatBuffer(rows * shape.mlp)
    factors = try FloatBuffer(rows)
    // The largest operand in either direction.
    let pairs = [
      (shape.width, shape.vocabulary), (shape.width, shape.mlp), (shape.width, shape.width),
    ]
    let needed = pairs.map { a, b in
      max(
        TrainingKernels.panelCount(inputs: a, outputs: b),
        TrainingKernels.panelCount(inputs: b, outputs: a))
    }
    panels = try FloatBuffer(needed.max() ?? 0)
  }
}
