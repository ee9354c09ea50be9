import Kernels
import Language
import Tensors

/// `tensor.convolve`: weights that slide over pictures or lines.
struct TensorConvolve: Command {
  static let name = "tensor.convolve"
  static let summary = "Slide weights over pictures or lines, without flipping them."
  static let searchWords = ["convolution", "conv1d", "conv2d", "cross-correlation", "filter"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.convolve [[[1, 2, 4, 8]]] [[[1, -1]]]", shows: "tensor f32 [1, 1, 3]\n[0]\n-1  -2  -4"
    ),
    Example(
      "tensor.convolve [[[1, 2]]] [[[1, 10]]] transposed=true",
      shows: "tensor f32 [1, 1, 3]\n[0]\n1  12  20"),
  ]

  let tensor = Argument<Tensor>(
    "Pictures, [batch, channels, height, width], or lines, [batch, channels, length].")
  let weight = Argument<Tensor>(
    "The weights, [outputs, channels / groups, …]; of a transposed one [channels, outputs / groups, …]."
  )
  let bias = Option<Tensor?>("What is added to each output channel.")
  let stride = Option("The step.", default: 1, in: 1...)
  let padding = Option("How many absent places there are on each side.", default: 0, in: 0...)
  let dilation = Option("How far apart the weights' places are.", default: 1, in: 1...)
  let groups = Option("Into how many parts the channels divide.", default: 1, in: 1...)
  let transposed = Option("The other way round, as gradients go: it enlarges.", default: false)

  func run(_ call: Call) throws -> Value {
    let inputs = try Variable.reals([try call[tensor], try call[weight], try call[bias]])
    guard let x = inputs[0], let weight = inputs[1] else { return .null }
    let (stride, padding, dilation) = (try call[stride], try call[padding], try call[dilation])
    let y =
      try call[transposed]
      ? try x.convolvedTransposed(
        weight, bias: inputs[2], stride: stride, padding: padding, dilation: dilation,
        groups: try call[groups])
      : try x.convolved(
        weight, bias: inputs[2], stride: stride, padding: padding, dilation: dilation,
        groups: try call[groups])
    return .tensor(y.value)
  }
}

/// `tensor.pool`: windows as one number each.
struct TensorPool: Command {
  static let name = "tensor.pool"
  static let summary = "The largest or the mean of each window of pictures or lines."
  static let searchWords = ["max pooling", "average pooling", "downsample"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.pool [[[1, 5, 2, 3]]] 2", shows: "tensor f32 [1, 1, 2]\n[0]\n5  3"),
    Example(
      "tensor.pool [[[1, 5, 2, 3]]] 2 kind=average stride=1",
      shows: "tensor f32 [1, 1, 3]\n[0]\n3  3.5  2.5"),
  ]

  enum Kind: String, WordParameter { case max, average }

  let tensor = Argument<Tensor>(
    "Pictures, [batch, channels, height, width], or lines, [batch, channels, length].")
  let size = Argument<Int>("How many places a window has along each axis.")
  let kind = Option("What is taken of a window.", default: Kind.max)
  let stride = Option<Int?>("The step; the windows' size if not given.", in: 1...)
  let padding = Option("How many absent places there are on each side.", default: 0, in: 0...)

  func run(_ call: Call) throws -> Value {
    let x = try Variable.real(try call[tensor])
    let (size, stride, padding) = (try call[size], try call[stride], try call[padding])
    return .tensor(
      try call[kind] == .max
        ? try x.maximumPooled(size, stride: stride, padding: padding).value
        : try x.averagePooled(size, stride: stride, padding: padding, countingPadding: false).value)
  }
}

/// `tensor.resize`: pictures in another size.
struct TensorResize: Command {
  static let name = "tensor.resize"
  static let summary = "Pictures or lines in another size."
  static let searchWords = ["interpolate", "upsample", "downsample", "scale", "bicubic"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.resize [[[0, 4]]] 4", shows: "tensor f32 [1, 1, 4]\n[0]\n0  1  3  4"),
    Example(
      "tensor.resize [[[[1, 3], [5, 7]]]] [1, 1] method=area",
      shows: "tensor f32 [1, 1, 1, 1]\n[0, 0]\n4"),
  ]

  enum Method: String, WordParameter { case nearest, area, bilinear, bicubic }

  let tensor = Argument<Tensor>(
    "Pictures, [batch, channels, height, width], or lines, [batch, channels, length].")
  let size = Argument<TensorShape>("The new height and width, or the new length.")
  let method = Option("How places between are filled.", default: Method.bilinear)
  let alignCorners = Option("Whether the centres of the corners stay.", default: false)

  func run(_ call: Call) throws -> Value {
    let x = try Variable.real(try call[tensor])
    let extents = try call[size].extents
    guard extents.count == x.rank - 2, let width = extents.last else {
      throw call.outOfRange(
        size, given: .list(extents.map { .int($0) }), range: "one extent for each but two axes")
    }
    let method: Resize.Method =
      switch try call[method] {
      case .nearest: .nearest
      case .area: .area
      case .bilinear: .bilinear
      case .bicubic: .bicubic
      }
    return .tensor(
      try x.resized(
        height: extents.count > 1 ? extents[0] : 1, width: width, method: method,
        alignCorners: try call[alignCorners]
      ).value)
  }
}

/// `tensor.fourier`: the spectrum.
struct TensorFourier: Command {
  static let name = "tensor.fourier"
  static let summary = "The discrete Fourier transform along an axis, or its inverse."
  static let searchWords = ["fft", "spectrum", "frequency", "rfft", "ifft"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.fourier [1, 0, 0, 0]", shows: "tensor f32 [3, 2]\n1  0\n1  0\n1  0"),
    Example(
      "[1, 2, 3, 4] | tensor.fourier | tensor.fourier inverse=true",
      shows: "tensor f32 [4]\n1  2  3  4"),
  ]

  let tensor = Argument<Tensor>(
    "Numbers; complex ones are pairs along a last axis of 2, and so are the results' frequencies.")
  let axis = Option("The axis, the one of pairs left out of the count.", default: -1)
  let inverse = Option("Back from frequencies.", default: false)
  let complex = Option(
    "Whether the numbers are complex; of real ones the first n / 2 + 1 frequencies tell the others.",
    default: false)
  let length = Option<Int?>(
    "How many real numbers an inverse gives; an even number if not given.", in: 1...)

  func run(_ call: Call) throws -> Value {
    let x = try Variable.real(try call[tensor])
    let axis = try call[axis]
    let y =
      switch (try call[complex], try call[inverse]) {
      case (true, false): try x.fourierTransformed(axis: axis)
      case (true, true): try x.inverseFourierTransformed(axis: axis)
      case (false, false): try x.realFourierTransformed(axis: axis)
      case (false, true):
        try x.inverseRealFourierTransformed(length: try call[length], axis: axis)
      }
    return .tensor(y.value)
  }
}
