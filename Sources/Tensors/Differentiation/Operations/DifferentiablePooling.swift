import Kernels

extension AveragePooling: LinearKernel {}

/// The largest of each window: the kernel of ``MaximumPooling``, whose places the cotangents go back to.
struct DifferentiableMaximumPooling: KernelOperation {
  let kernel: MaximumPooling
  /// Of the result.
  let shape: [Int]

  var name: String { "max pool" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    var results: [Tensor?] = []
    let places = try Tensor.filled(shape, Int32.self) { places in
      results = try KernelCall.run(type, reading: inputs, writing: [.init(shape)]) {
        inputs, outputs in
        guard let x = inputs[0], let y = outputs[0] else { return }
        try kernel.forward(x, into: y, places: places)
      }
    }
    return Evaluation(try KernelCall.first(results, name), saving: [places])
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    try KernelCall.run(type, reading: [pass.cotangent], writing: [.init(pass.inputs[0].shape)]) {
      inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      try pass.saved[0].withElements(of: Int32.self) { places in
        try kernel.gradient(dy, places: places, into: dx)
      }
    }
  }
}

extension Variable {
  /// The largest of each window of pictures `[batch, channels, height, width]` or of lines
  /// `[batch, channels, length]`; ties go to the lowest place.
  ///
  /// - Parameter stride: as `size` unless given.
  public func maximumPooled(_ size: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1)
    throws(TensorError) -> Variable
  {
    try maximumPooled(
      PictureAxes(shape, "max pool").window(
        size: size, stride: stride ?? size, padding: padding, dilation: dilation))
  }

  public func maximumPooled(_ window: PictureWindow) throws(TensorError) -> Variable {
    let axes = try PictureAxes(shape, "max pool")
    let kernel = try KernelCall.checked { () throws(KernelError) in
      try MaximumPooling(
        planes: axes.batch * axes.channels, height: axes.height, width: axes.width, window: window)
    }
    let operation = DifferentiableMaximumPooling(
      kernel: kernel,
      shape: axes.shape(
        channels: axes.channels, height: kernel.outputHeight, width: kernel.outputWidth))
    return try Self.result(of: operation, self)
  }

  /// The mean of each window.
  ///
  /// - Parameters:
  ///   - stride: as `size` unless given.
  ///   - countingPadding: whether sums are divided by the window's size, rather than by how many of its
  ///     places are in the picture.
  public func averagePooled(
    _ size: Int, stride: Int? = nil, padding: Int = 0, countingPadding: Bool = true
  ) throws(TensorError) -> Variable {
    try averagePooled(
      PictureAxes(shape, "average pool").window(
        size: size, stride: stride ?? size, padding: padding), countingPadding: countingPadding)
  }

  public func averagePooled(_ window: PictureWindow, countingPadding: Bool = true)
    throws(TensorError) -> Variable
  {
    let axes = try PictureAxes(shape, "average pool")
    let places = try KernelCall.checked { () throws(KernelError) in
      try window.places("average pool", height: axes.height, width: axes.width)
    }
    try PictureAxes.checkTables(height: places.height, width: places.width)
    return try averaged { axes throws(KernelError) in
      try AveragePooling(
        planes: axes.batch * axes.channels, height: axes.height, width: axes.width, window: window,
        countingPadding: countingPadding)
    }
  }

  /// The means of windows that divide the picture as evenly as can be into `height` by `width`; of lines
  /// the height is 1.
  public func averagePooled(height: Int = 1, width: Int) throws(TensorError) -> Variable {
    if rank == 3, height != 1 {
      throw .invalidArgument(
        operation: "average pool", reason: "lines \(shape) have no height of \(height)")
    }
    try PictureAxes.checkTables(height: height, width: width)
    return try averaged { axes throws(KernelError) in
      try .adaptive(
        planes: axes.batch * axes.channels, height: axes.height, width: axes.width,
        outputHeight: height, outputWidth: width)
    }
  }

  private func averaged(_ make: (PictureAxes) throws(KernelError) -> AveragePooling)
    throws(TensorError) -> Variable
  {
    let axes = try PictureAxes(shape, "average pool")
    let kernel = try KernelCall.checked { () throws(KernelError) in try make(axes) }
    let result = axes.shape(
      channels: axes.channels, height: kernel.outputHeight, width: kernel.outputWidth)
    return try Self.result(
      of: DifferentiableMap(name: "average pool", kernel: kernel, shape: result), self)
  }
}
