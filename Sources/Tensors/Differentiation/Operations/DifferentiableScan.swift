import Kernels

private struct CumulativeSum: LinearKernel {
  let outer: Int
  let axis: Int
  let inner: Int

  func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try Scans.sum(x, into: y, outer: outer, axis: axis, inner: inner)
  }

  func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try Scans.sumGradient(dy, into: dx, outer: outer, axis: axis, inner: inner)
  }
}

/// Running products and logarithms of sums of exponentials along an axis: kernels of ``Scans``.
struct DifferentiableScan: KernelOperation {
  enum Kind { case product, logSum }

  let kind: Kind
  let axis: Int

  var name: String { kind == .product ? "cumulative product" : "cumulative log-sum-exp" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let shape = inputs[0].shape
    let (outer, axis, inner) = KernelCall.axes(shape, around: axis)
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      switch kind {
      case .product: try Scans.product(x, into: y, outer: outer, axis: axis, inner: inner)
      case .logSum: try Scans.logSum(x, into: y, outer: outer, axis: axis, inner: inner)
      }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let shape = pass.output.shape
    let (outer, axis, inner) = KernelCall.axes(shape, around: axis)
    return try KernelCall.run(
      type, reading: [pass.inputs[0], pass.output, pass.cotangent], writing: [.init(shape)]
    ) { inputs, outputs in
      guard let x = inputs[0], let y = inputs[1], let dy = inputs[2], let dx = outputs[0] else {
        return
      }
      switch kind {
      case .product:
        try Scans.productGradient(
          x: x, y: y, dy: dy, into: dx, outer: outer, axis: axis, inner: inner)
      case .logSum:
        try Scans.logSumGradient(
          x: x, y: y, dy: dy, into: dx, outer: outer, axis: axis, inner: inner)
      }
    }
  }
}

/// h_t = a_t · h_{t-1} + b_t along an axis; inputs are a, b and, if there is one, what h begins with.
struct DifferentiableRecurrence: KernelOperation {
  let axis: Int

  var name: String { "recurrence" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let shape = inputs[0].shape
    guard inputs[1].shape == shape else {
      throw .shapeMismatch(operation: name, left: shape, right: inputs[1].shape)
    }
    let first = inputs[0].extents(without: [axis], keeping: false)
    if inputs.count > 2, inputs[2].shape != first {
      throw .shapeMismatch(operation: name, left: first, right: inputs[2].shape)
    }
    let (outer, axis, inner) = KernelCall.axes(shape, around: axis)
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(shape)]) {
      inputs, outputs in
      guard let a = inputs[0], let b = inputs[1], let h = outputs[0] else { return }
      try Scans.recurrence(
        a: a, b: b, initial: inputs.count > 2 ? inputs[2] : nil, into: h, outer: outer,
        axis: axis, inner: inner)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let shape = pass.output.shape
    let (outer, axis, inner) = KernelCall.axes(shape, around: axis)
    let hasInitial = pass.inputs.count > 2
    return try KernelCall.run(
      type,
      reading: [pass.inputs[0], pass.output, pass.cotangent, hasInitial ? pass.inputs[2] : nil],
      writing: pass.inputs.map { .init($0.shape) }
    ) { inputs, outputs in
      guard let a = inputs[0], let h = inputs[1], let dh = inputs[2], let da = outputs[0],
        let db = outputs[1]
      else { return }
      try Scans.recurrenceGradient(
        a: a, h: h, initial: inputs[3], dh: dh, da: da, db: db,
        initialGradient: hasInitial ? outputs[2] : nil, outer: outer, axis: axis, inner: inner)
    }
  }
}

extension Variable {
  /// y_t = y_{t-1} + x_t along an axis.
  public func cumulativeSum(axis: Int = -1) throws(TensorError) -> Variable {
    let (outer, axis, inner) = KernelCall.axes(
      shape, around: try value.resolved([axis])[0])
    return try Self.result(
      of: DifferentiableMap(
        name: "cumulative sum", kernel: CumulativeSum(outer: outer, axis: axis, inner: inner),
        shape: shape), self)
  }

  /// y_t = y_{t-1} · x_t along an axis; its gradient is right for zeros too.
  public func cumulativeProduct(axis: Int = -1) throws(TensorError) -> Variable {
    try Self.result(
      of: DifferentiableScan(kind: .product, axis: try value.resolved([axis])[0]), self)
  }

  /// y_t = log(exp x_0 + … + exp x_t) along an axis, by a running maximum.
  public func cumulativeLogSumExp(axis: Int = -1) throws(TensorError) -> Variable {
    try Self.result(
      of: DifferentiableScan(kind: .logSum, axis: try value.resolved([axis])[0]), self)
  }

  /// h_t = decay_t · h_{t-1} + input_t along an axis: a linear recurrence.
  ///
  /// - Parameters:
  ///   - decay: in the shape of `input`.
  ///   - initial: what h begins with, in that shape without the axis; 0 unless given.
  public static func recurrence(
    decay: Variable, input: Variable, initial: Variable? = nil, axis: Int = -1
  ) throws(TensorError) -> Variable {
    let operation = DifferentiableRecurrence(axis: try decay.value.resolved([axis])[0])
    guard let initial else { return try result(of: operation, decay, input) }
    return try result(of: operation, decay, input, initial)
  }
}
