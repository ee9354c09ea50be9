import Kernels

/// What convolutions and transposed convolutions have in common.
protocol ConvolutionKernel: Sendable {
  func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>, bias: UnsafeBufferPointer<T>?,
    into y: UnsafeMutableBufferPointer<T>) throws(KernelError)
  func inputGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>) throws(KernelError)
  func weightGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into gradient: UnsafeMutableBufferPointer<T>) throws(KernelError)
  func biasGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into gradient: UnsafeMutableBufferPointer<T>) throws(KernelError)
}

extension Convolution: ConvolutionKernel {}
extension TransposedConvolution: ConvolutionKernel {}

/// A convolution, or a transposed one, of pictures or lines; inputs are x, weights and, if there is
/// one, the bias. Gradients of weights and bias are chains over (batch, place) that go on from buffers.
struct DifferentiableConvolution<Kernel: ConvolutionKernel>: KernelOperation {
  let name: String
  let kernel: Kernel
  /// Of the result.
  let shape: [Int]

  func continuesChain(ofInput index: Int) -> Bool { index > 0 }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let weight = inputs[1], let y = outputs[0] else { return }
      try kernel.forward(x, weight: weight, bias: inputs.count > 2 ? inputs[2] : nil, into: y)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    try KernelCall.run(
      type, reading: [pass.inputs[0], pass.inputs[1], pass.cotangent],
      writing: pass.inputs.indices.map {
        pass.needed[$0] ? .init(pass.inputs[$0].shape, from: pass.buffers[$0]) : nil
      }
    ) { inputs, outputs in
      guard let x = inputs[0], let weight = inputs[1], let dy = inputs[2] else { return }
      if let dx = outputs[0] { try kernel.inputGradient(dy, weight: weight, into: dx) }
      if let gradient = outputs[1] { try kernel.weightGradient(x, dy: dy, into: gradient) }
      if outputs.count > 2, let gradient = outputs[2] {
        try kernel.biasGradient(dy, into: gradient)
      }
    }
  }
}

extension Variable {
  /// Pictures `[batch, channels, height, width]` by weights `[outputs, channels / groups, size, size]`, or
  /// lines `[batch, channels, length]` by `[outputs, channels / groups, size]`; no flipping (a
  /// cross-correlation). With as many groups as channels it is depthwise.
  ///
  /// - Parameters:
  ///   - bias: `[outputs]`.
  ///   - padding: absent places on each side of each axis.
  public func convolved(
    _ weight: Variable, bias: Variable? = nil, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1
  ) throws(TensorError) -> Variable {
    let window = try window(of: weight, stride, padding, dilation, "convolution")
    return try convolved(weight, bias: bias, window: window, groups: groups)
  }

  /// The same by a window of any steps and padding; it has the weights' size.
  public func convolved(
    _ weight: Variable, bias: Variable? = nil, window: PictureWindow, groups: Int = 1
  ) throws(TensorError) -> Variable {
    let name = "convolution"
    let axes = try axes(against: weight, window, name)
    let kernel = try KernelCall.checked { () throws(KernelError) in
      try Convolution(
        batch: axes.batch, groups: groups, inputChannels: axes.channels,
        outputChannels: weight.shape[0], height: axes.height, width: axes.width, window: window)
    }
    try check(weight, bias, [weight.shape[0], axes.channels / groups], weight.shape[0], name)
    let operation = DifferentiableConvolution(
      name: name, kernel: kernel,
      shape: axes.shape(
        channels: weight.shape[0], height: kernel.outputHeight, width: kernel.outputWidth))
    guard let bias else { return try Self.result(of: operation, self, weight) }
    return try Self.result(of: operation, self, weight, bias)
  }

  /// What gives ``convolved(_:bias:stride:padding:dilation:groups:)`` its input's gradient: weights are
  /// `[channels, outputs / groups, size, size]` or `[channels, outputs / groups, size]`.
  ///
  /// - Parameter extra: how much larger than need be the result is, below the stride: several sizes
  ///   give a strided convolution the same result.
  public func convolvedTransposed(
    _ weight: Variable, bias: Variable? = nil, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, extra: Int = 0, groups: Int = 1
  ) throws(TensorError) -> Variable {
    let window = try window(of: weight, stride, padding, dilation, "transposed convolution")
    return try convolvedTransposed(
      weight, bias: bias, window: window, extraHeight: rank == 3 ? 0 : extra, extraWidth: extra,
      groups: groups)
  }

  /// The same by a window of any steps and padding; it has the weights' size.
  public func convolvedTransposed(
    _ weight: Variable, bias: Variable? = nil, window: PictureWindow, extraHeight: Int = 0,
    extraWidth: Int = 0, groups: Int = 1
  ) throws(TensorError) -> Variable {
    let name = "transposed convolution"
    let axes = try axes(against: weight, window, name)
    let (outputs, overflow) = weight.shape[1].multipliedReportingOverflow(by: groups)
    guard !overflow else {
      throw .invalidArgument(operation: name, reason: "\(groups) groups are too many")
    }
    let kernel = try KernelCall.checked { () throws(KernelError) in
      try TransposedConvolution(
        batch: axes.batch, groups: groups, inputChannels: axes.channels, outputChannels: outputs,
        height: axes.height, width: axes.width, window: window, extraHeight: extraHeight,
        extraWidth: extraWidth)
    }
    try check(weight, bias, [axes.channels, outputs / groups], outputs, name)
    let operation = DifferentiableConvolution(
      name: name, kernel: kernel,
      shape: axes.shape(
        channels: outputs, height: kernel.outputHeight, width: kernel.outputWidth))
    guard let bias else { return try Self.result(of: operation, self, weight) }
    return try Self.result(of: operation, self, weight, bias)
  }

  private func window(
    of weight: Variable, _ stride: Int, _ padding: Int, _ dilation: Int, _ name: String
  ) throws(TensorError) -> PictureWindow {
    let axes = try PictureAxes(shape, name)
    guard weight.rank == rank else {
      throw .shapeMismatch(operation: name, left: shape, right: weight.shape)
    }
    return axes.window(
      height: weight.shape[rank - 2], width: weight.shape[rank - 1], stride, padding, dilation)
  }

  private func axes(against weight: Variable, _ window: PictureWindow, _ name: String)
    throws(TensorError) -> PictureAxes
  {
    let axes = try PictureAxes(shape, name)
    let size = axes.isLine ? [window.width] : [window.height, window.width]
    guard weight.rank == rank, Array(weight.shape.dropFirst(2)) == size else {
      throw .shapeMismatch(operation: name, left: shape, right: weight.shape)
    }
    return axes
  }

  private func check(
    _ weight: Variable, _ bias: Variable?, _ channels: [Int], _ outputs: Int, _ name: String
  ) throws(TensorError) {
    guard Array(weight.shape.prefix(2)) == channels else {
      throw .shapeMismatch(operation: name, left: shape, right: weight.shape)
    }
    if let bias, bias.shape != [outputs] {
      throw .shapeMismatch(operation: "\(name)'s bias", left: [outputs], right: bias.shape)
    }
  }
}
