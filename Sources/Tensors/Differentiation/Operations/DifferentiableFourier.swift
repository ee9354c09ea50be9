import Kernels

/// A Fourier transform along one axis; complex numbers are pairs along a last axis of 2.
struct DifferentiableFourier<T: DifferentiableElement>: DifferentiableOperation {
  let transform: FourierTransform<T>
  let operation: FourierOperation
  let outer: Int
  let inner: Int
  /// Of the result.
  let shape: [Int]

  var name: String { "Fourier transform" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    Evaluation(try applied(operation, inputs[0], shape))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    [try applied(operation.adjoint, pass.cotangent, pass.inputs[0].shape)]
  }

  private func applied(_ operation: FourierOperation, _ x: Tensor, _ shape: [Int])
    throws(TensorError) -> Tensor
  {
    let results = try KernelCall.run(T.self, reading: [x], writing: [.init(shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try transform.apply(operation, x, into: y, outer: outer, inner: inner)
    }
    return try KernelCall.first(results, name)
  }
}

extension Variable {
  /// The discrete Fourier transform of complex numbers `[…, n, …, 2]` along an axis, the last axis of 2
  /// left out of the count: y_k = Σ x_j exp(-2πi j k / n).
  public func fourierTransformed(axis: Int = -1) throws(TensorError) -> Variable {
    try transformed(.forward, axis, nil)
  }

  /// The inverse of ``fourierTransformed(axis:)``, with 1 / n.
  public func inverseFourierTransformed(axis: Int = -1) throws(TensorError) -> Variable {
    try transformed(.inverse, axis, nil)
  }

  /// The spectrum of real numbers `[…, n, …]` along an axis: its n / 2 + 1 bins that tell the others,
  /// `[…, bins, …, 2]`.
  public func realFourierTransformed(axis: Int = -1) throws(TensorError) -> Variable {
    try transformed(.real, axis, nil)
  }

  /// The inverse of ``realFourierTransformed(axis:)``, `[…, length, …]` from `[…, bins, …, 2]`; the
  /// imaginary parts of bin 0, and of bin n / 2 of an even n, are not read.
  ///
  /// - Parameter length: 2 (bins - 1) unless given; one more has as many bins.
  public func inverseRealFourierTransformed(length: Int? = nil, axis: Int = -1)
    throws(TensorError) -> Variable
  {
    try transformed(.realInverse, axis, length)
  }

  private func transformed(_ operation: FourierOperation, _ axis: Int, _ length: Int?)
    throws(TensorError) -> Variable
  {
    try Tensor.checkReals([value], operation: "Fourier transform")
    let isComplex = operation != .real
    guard !isComplex || shape.last == 2, rank > (isComplex ? 1 : 0) else {
      throw .invalidArgument(
        operation: "Fourier transform",
        reason: isComplex
          ? "complex numbers are pairs along a last axis of 2, the shape is \(shape)"
          : "it needs an axis, the rank is 0")
    }
    let extents = isComplex ? Array(shape.dropLast()) : shape
    let place = axis < 0 ? axis + extents.count : axis
    guard extents.indices.contains(place) else {
      throw .axisOutOfRange(axis: axis, shape: extents)
    }
    let n = operation == .realInverse ? length ?? 2 * (extents[place] - 1) : extents[place]
    guard n > 0, operation.input(n).length == extents[place] else {
      throw .invalidArgument(
        operation: "Fourier transform",
        reason: "\(extents[place]) numbers along axis \(place) are not the bins of a length of \(n)"
      )
    }
    var result = extents
    result[place] = operation.output(n).length
    if operation.output(n).parts == 2 { result.append(2) }
    return elementType == .f64
      ? try transformed(operation, n, extents, place, result, Double.self)
      : try transformed(operation, n, extents, place, result, Float.self)
  }

  private func transformed<T: DifferentiableElement>(
    _ operation: FourierOperation, _ n: Int, _ extents: [Int], _ axis: Int, _ result: [Int],
    _ type: T.Type
  ) throws(TensorError) -> Variable {
    let (outer, _, inner) = KernelCall.axes(extents, around: axis)
    let transform = try KernelCall.checked { () throws(KernelError) in
      try FourierTransform<T>(n)
    }
    return try Self.result(
      of: DifferentiableFourier(
        transform: transform, operation: operation, outer: outer, inner: inner, shape: result),
      self)
  }
}
