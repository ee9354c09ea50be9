import Kernels

/// An operation whose directions are calls of kernels, the same for f32 and for f64, its twin.
protocol KernelOperation: DifferentiableOperation {
  /// The forward direction; the inputs are of the type given.
  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  /// The backward direction, as ``DifferentiableOperation/backward(_:)``.
  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
}

extension KernelOperation {
  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return inputs.first?.elementType == .f64
      ? try evaluated(inputs, Double.self) : try evaluated(inputs, Float.self)
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    pass.cotangent.elementType == .f64
      ? try gradients(pass, Double.self) : try gradients(pass, Float.self)
  }
}

/// A linear map by a kernel: its way back needs nothing but the cotangent.
protocol LinearKernel: Sendable {
  func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>) throws(KernelError)
  func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>) throws(KernelError)
}

/// A ``LinearKernel`` on a tensor.
struct DifferentiableMap<Kernel: LinearKernel>: KernelOperation {
  let name: String
  let kernel: Kernel
  /// Of the result.
  let shape: [Int]

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try kernel.forward(x, into: y)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    try KernelCall.run(type, reading: [pass.cotangent], writing: [.init(pass.inputs[0].shape)]) {
      inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      try kernel.gradient(dy, into: dx)
    }
  }
}

/// Which of an operation's inputs are there, where some may be left out.
struct GivenInputs: Sendable {
  private let isGiven: [Bool]

  init(_ inputs: [Variable?]) { isGiven = inputs.map { $0 != nil } }

  /// One value for every possible input, nil for those left out.
  func spread<Value>(_ values: [Value]) -> [Value?] {
    var next = values.makeIterator()
    return isGiven.map { $0 ? next.next() : nil }
  }

  /// The values of those that are there.
  func gathered<Value>(_ values: [Value]) -> [Value] {
    zip(isGiven, values).filter(\.0).map(\.1)
  }

  /// Which possible input the one at `index` of those given is.
  func place(of index: Int) -> Int {
    let places = isGiven.indices.filter { isGiven[$0] }
    return places.indices.contains(index) ? places[index] : isGiven.count
  }

  /// The gradients' places: as the inputs, nil where they are not needed; the chains go on from buffers.
  func outputs(_ pass: BackwardPass) -> [KernelCall.Output?] {
    let needed = spread(pass.needed)
    let buffers = spread(pass.buffers)
    return spread(pass.inputs).enumerated().map { place, input in
      guard let input, needed[place] == true else { return nil }
      return .init(input.shape, from: buffers[place] ?? nil)
    }
  }
}
