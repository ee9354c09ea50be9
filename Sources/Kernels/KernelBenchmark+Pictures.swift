import CKernels

extension KernelBenchmark {
  /// Convolutions with their gradients, pooling, resizing, Fourier transforms.
  static let pictures: [KernelBenchmark] =
    [ConvolutionPass.forward, .inputGradient, .weightGradient].flatMap { pass in
      [
        convolution(pass, groups: 1, channels: 64, extent: 56),
        convolution(pass, groups: 256, channels: 256, extent: 28),
      ]
    } + [
      maxPool(planes: 64, extent: 112), unfold(planes: 64, extent: 56),
      resize(planes: 64, from: 28, to: 56),
      fourier(1024, lines: 256, .forward), fourier(1024, lines: 256, .real),
      fourier(1021, lines: 64, .forward),
    ]

  private enum ConvolutionPass: String {
    case forward = ""
    case inputGradient = " input gradient"
    case weightGradient = " weight gradient"
  }

  /// 3 x 3 taps, as many channels after as before.
  private static func convolution(
    _ pass: ConvolutionPass, groups: Int, channels: Int, extent: Int
  ) -> KernelBenchmark {
    let (plane, taps) = (channels * extent * extent, channels * (channels / groups) * 9)
    return work(
      (groups == 1 ? "convolution" : "depthwise") + pass.rawValue + " f32",
      "\(channels) x \(extent) x \(extent), 3 x 3",
      pass == .weightGradient ? [plane, plane, taps] : [plane, taps, plane],
      operations: 2 * Double(taps * extent * extent), limit: .arithmetic(lanes: 1)
    ) { o in
      let window = PictureWindow(height: 3, width: 3, stride: 1, padding: 1)
      let convolution = try Convolution(
        batch: 1, groups: groups, inputChannels: channels, outputChannels: channels,
        height: extent, width: extent, window: window)
      switch pass {
      case .forward: try convolution.forward(read(o[0]), weight: read(o[1]), into: o[2])
      case .inputGradient:
        try convolution.inputGradient(read(o[0]), weight: read(o[1]), into: o[2])
      case .weightGradient:
        try convolution.weightGradient(read(o[0]), dy: read(o[1]), into: o[2])
      }
    }
  }

  /// 2 x 2 places into one.
  private static func maxPool(planes: Int, extent: Int) -> KernelBenchmark {
    let (count, chosen) = (planes * extent * extent, planes * extent * extent / 4)
    return work(
      "max pool f32", "\(planes) x \(extent) x \(extent), 2 x 2", [count, chosen],
      bytes: 4 * (count + 2 * chosen)
    ) { o in
      let pool = try MaximumPooling(
        planes: planes, height: extent, width: extent,
        window: PictureWindow(height: 2, width: 2, stride: 2))
      try withUnsafeTemporaryAllocation(of: Int32.self, capacity: chosen) { places in
        try pool.forward(read(o[0]), into: o[1], places: places)
      }
    }
  }

  private static func unfold(planes: Int, extent: Int) -> KernelBenchmark {
    let count = planes * extent * extent
    return work("unfold f32", "\(planes) x \(extent) x \(extent), 3 x 3", [count, 9 * count]) { o in
      let windows = try Unfolding(
        planes: planes, height: extent, width: extent,
        window: PictureWindow(height: 3, width: 3, stride: 1, padding: 1))
      try windows.unfold(read(o[0]), into: o[1])
    }
  }

  private static func resize(planes: Int, from extent: Int, to wanted: Int) -> KernelBenchmark {
    let (count, results) = (planes * extent * extent, planes * wanted * wanted)
    return prepared(
      "bilinear f32", "\(planes) x \(extent) x \(extent) to \(wanted) x \(wanted)",
      [count, results]
    ) { o in
      let resize = try Resize(
        planes: planes, height: extent, width: extent, outputHeight: wanted, outputWidth: wanted,
        method: .bilinear)
      return { try resize.forward(read(o[0]), into: o[1]) }
    }
  }

  /// Counted as 5 n log2 n operations a line, half of it where the numbers are real.
  private static func fourier(
    _ n: Int, lines: Int, _ operation: FourierOperation
  ) -> KernelBenchmark {
    let isReal = operation == .real
    let count = lines * n * (isReal ? 1 : 2)
    let results = isReal ? lines * (n / 2 + 1) * 2 : count
    var (logarithm, power) = (0.0, 1.0)
    while power * 2 <= Double(n) { (logarithm, power) = (logarithm + 1, power * 2) }
    // Between two powers of two the chord is close enough.
    logarithm += Double(n) / power - 1
    return prepared(
      isReal ? "real fft f32" : "fft f32", "\(lines) x \(n)", [count, results],
      operations: (isReal ? 2.5 : 5) * Double(lines * n) * logarithm, limit: .arithmetic(lanes: 1)
    ) { o in
      let transform = try FourierTransform<Float>(n)
      return { try transform.apply(operation, read(o[0]), into: o[1], outer: lines) }
    }
  }
}
