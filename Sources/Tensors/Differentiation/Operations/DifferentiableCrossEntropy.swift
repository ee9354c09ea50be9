import Kernels

/// Cross-entropy of rows of logits with integer targets, one loss a row: the kernel of ``CrossEntropy``.
struct DifferentiableCrossEntropy: KernelOperation {
  /// i32, the logits' shape without the last axis.
  let targets: Tensor
  let ignored: Int32?
  let smoothing: Double

  var name: String { "cross-entropy" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let logits = inputs[0]
    guard logits.rank > 0, targets.shape == Array(logits.shape.dropLast()) else {
      throw .shapeMismatch(operation: name, left: logits.shape, right: targets.shape)
    }
    let (_, width) = try KernelCall.rows(logits, name)
    let results = try KernelCall.run(type, reading: [logits], writing: [.init(targets.shape)]) {
      inputs, outputs in
      guard let logits = inputs[0], let losses = outputs[0] else { return }
      try targets.withElements(of: Int32.self) { targets in
        try CrossEntropy<T>(ignored: ignored, smoothing: T(smoothing)).losses(
          logits, targets: targets, into: losses, width: width)
      }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let logits = pass.inputs[0]
    let (_, width) = try KernelCall.rows(logits, name)
    let results = try KernelCall.run(
      type, reading: [logits, pass.cotangent], writing: [.init(logits.shape)]
    ) { inputs, outputs in
      guard let logits = inputs[0], let g = inputs[1], let dx = outputs[0] else { return }
      try targets.withElements(of: Int32.self) { targets in
        try CrossEntropy<T>(ignored: ignored, smoothing: T(smoothing)).gradient(
          logits, targets: targets, cotangents: g, into: dx, width: width)
      }
    }
    return results
  }
}

extension Variable {
  /// Losses `[…]` in nats of logits `[…, classes]` with targets `[…]` of i32.
  ///
  /// - Parameters:
  ///   - ignored: a target whose loss and gradient are 0.
  ///   - smoothing: the share of the target that goes to all classes alike (arXiv 1512.00567).
  public func crossEntropy(_ targets: Tensor, ignored: Int32? = nil, smoothing: Double = 0)
    throws(TensorError) -> Variable
  {
    try Self.result(
      of: DifferentiableCrossEntropy(targets: targets, ignored: ignored, smoothing: smoothing),
      self)
  }
}
