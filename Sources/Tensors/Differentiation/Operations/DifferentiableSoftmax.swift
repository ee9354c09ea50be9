import Kernels

/// Softmax and its relatives along the last axis: the kernels of ``Softmax``.
struct DifferentiableSoftmax: KernelOperation {
  enum Kind { case plain, logarithmic, sparse }

  let kind: Kind
  let temperature: Double

  var name: String {
    switch kind {
    case .plain: "softmax"
    case .logarithmic: "log-softmax"
    case .sparse: "sparsemax"
    }
  }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let x = inputs[0]
    let (rows, width) = try KernelCall.rows(x, name)
    let results = try KernelCall.run(type, reading: [x], writing: [.init(x.shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      let t = T(temperature)
      switch kind {
      case .plain: try Softmax.forward(x, temperature: t, into: y, rows: rows, width: width)
      case .logarithmic:
        try Softmax.logForward(x, temperature: t, into: y, rows: rows, width: width)
      case .sparse: try Softmax.sparse(x, temperature: t, into: y, rows: rows, width: width)
      }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let (y, g) = (pass.output, pass.cotangent)
    let (rows, width) = try KernelCall.rows(y, name)
    let results = try KernelCall.run(type, reading: [y, g], writing: [.init(y.shape)]) {
      inputs, outputs in
      guard let y = inputs[0], let g = inputs[1], let dx = outputs[0] else { return }
      let t = T(temperature)
      switch kind {
      case .plain:
        try Softmax.gradient(p: y, dy: g, temperature: t, into: dx, rows: rows, width: width)
      case .logarithmic:
        try Softmax.logGradient(y: y, dy: g, temperature: t, into: dx, rows: rows, width: width)
      case .sparse:
        try Softmax.sparseGradient(p: y, dy: g, temperature: t, into: dx, rows: rows, width: width)
      }
    }
    return results
  }
}

/// log Σ exp along the last axis, which goes away.
struct DifferentiableLogSumExp: KernelOperation {
  var name: String { "logsumexp" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let x = inputs[0]
    let (rows, width) = try KernelCall.rows(x, name)
    let shape = Array(x.shape.dropLast())
    let results = try KernelCall.run(type, reading: [x], writing: [.init(shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try Softmax.logSumExp(x, into: y, rows: rows, width: width)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let x = pass.inputs[0]
    let (rows, width) = try KernelCall.rows(x, name)
    let results = try KernelCall.run(
      type, reading: [x, pass.output, pass.cotangent], writing: [.init(x.shape)]
    ) { inputs, outputs in
      guard let x = inputs[0], let y = inputs[1], let g = inputs[2], let dx = outputs[0] else {
        return
      }
      try Softmax.logSumExpGradient(x, y: y, dy: g, into: dx, rows: rows, width: width)
    }
    return results
  }
}

extension Variable {
  /// Positive shares along an axis that add up to 1 and go as e to element / temperature.
  public func softmax(axis: Int = -1, temperature: Double = 1) throws(TensorError) -> Variable {
    try along(axis, DifferentiableSoftmax(kind: .plain, temperature: temperature))
  }
  public func logSoftmax(axis: Int = -1, temperature: Double = 1) throws(TensorError) -> Variable {
    try along(axis, DifferentiableSoftmax(kind: .logarithmic, temperature: temperature))
  }
  /// The nearest point of the simplex, with exact zeros (arXiv 1602.02068).
  public func sparsemax(axis: Int = -1, temperature: Double = 1) throws(TensorError) -> Variable {
    try along(axis, DifferentiableSoftmax(kind: .sparse, temperature: temperature))
  }

  /// An operation on the last axis done along another.
  func along(_ axis: Int, _ operation: some DifferentiableOperation) throws(TensorError)
    -> Variable
  {
    let axis = try value.resolved([axis])[0]
    if axis == rank - 1 { return try Self.result(of: operation, self) }
    var order = Array(shape.indices)
    order.swapAt(axis, rank - 1)
    return try Self.result(of: operation, transposed(order)).transposed(order)
  }

  /// log Σ exp over all elements, or over some axes.
  public func logSumExp(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError)
    -> Variable
  {
    let axes = try value.resolved(axes)
    let kept = shape.indices.filter { !axes.contains($0) }
    let ordered =
      axes == Array(shape.indices.suffix(axes.count)) ? self : try transposed(kept + axes)
    let width = axes.reduce(1) { $0 * shape[$1] }
    let sums = try Self.result(
      of: DifferentiableLogSumExp(), ordered.reshaped(kept.map { shape[$0] } + [width]))
    return try sums.reshaped(value.extents(without: axes, keeping: keepingAxes))
  }
}
