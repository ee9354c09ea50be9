import Kernels
import Testing

@testable import Tensors

/// A call that must be refused by a ``TensorError``.
struct Misfit: Sendable, CustomTestStringConvertible {
  let name: String
  let body: @Sendable () throws -> Void

  var testDescription: String { name }

  /// - Parameter shapes: of the variables that `call` is given.
  init(
    _ name: String, _ shapes: [Int]..., call: @escaping @Sendable ([Variable]) throws -> Variable
  ) {
    self.name = name
    body = {
      _ = try call(try shapes.map { Variable(constant: try .zeros($0, .f64)) })
    }
  }
}

extension Misfit {
  static let all: [Misfit] = [
    Misfit("conv: channels", [1, 3, 4, 4], [2, 2, 3, 3]) { try $0[0].convolved($0[1]) },
    Misfit("conv: rank of weights", [1, 3, 4, 4], [2, 3, 3]) { try $0[0].convolved($0[1]) },
    Misfit("conv: rank of x", [3, 4], [2, 3, 3]) { try $0[0].convolved($0[1]) },
    Misfit("conv: weights larger than the picture", [1, 3, 2, 2], [2, 3, 3, 3]) {
      try $0[0].convolved($0[1])
    },
    Misfit("conv: groups", [1, 3, 4, 4], [2, 3, 3, 3]) { try $0[0].convolved($0[1], groups: 2) },
    Misfit("conv: no groups", [1, 3, 4, 4], [2, 3, 3, 3]) {
      try $0[0].convolved($0[1], groups: 0)
    },
    Misfit("conv: bias", [1, 3, 4, 4], [2, 3, 3, 3], [3]) {
      try $0[0].convolved($0[1], bias: $0[2])
    },
    Misfit("conv: stride", [1, 3, 4, 4], [2, 3, 3, 3]) { try $0[0].convolved($0[1], stride: 0) },
    Misfit("conv: window of another size", [1, 3, 4, 4], [2, 3, 3, 3]) {
      try $0[0].convolved($0[1], window: PictureWindow(height: 2, width: 3))
    },
    Misfit("transposed conv: channels", [1, 3, 4], [2, 2, 3]) {
      try $0[0].convolvedTransposed($0[1])
    },
    Misfit("transposed conv: extra", [1, 3, 4], [3, 2, 3]) {
      try $0[0].convolvedTransposed($0[1], stride: 2, extra: 2)
    },
    Misfit("transposed conv: groups", [1, 3, 4], [3, 2, 3]) {
      try $0[0].convolvedTransposed($0[1], groups: .max)
    },
    Misfit("max pool: window", [1, 1, 2, 2]) { try $0[0].maximumPooled(3) },
    Misfit("max pool: rank", [2, 2]) { try $0[0].maximumPooled(2) },
    Misfit("average pool: nothing but padding", [1, 1, 2]) {
      try $0[0].averagePooled(1, padding: 1, countingPadding: false)
    },
    Misfit("average pool: height of a line", [1, 1, 2]) {
      try $0[0].averagePooled(height: 2, width: 1)
    },
    Misfit("fold: channels", [1, 5, 4]) {
      try $0[0].folded(PictureWindow(height: 2, width: 2), height: 3, width: 3)
    },
    Misfit("fold: windows", [1, 4, 5]) {
      try $0[0].folded(PictureWindow(height: 2, width: 2), height: 3, width: 3)
    },
    Misfit("resize: beyond memory", [1, 1, 2]) { try $0[0].resized(width: .max / 64) },
    Misfit("resize: beyond the kernel's tables", [1, 1, 2]) {
      try $0[0].resized(width: 2_000_000_000)
    },
    Misfit("average pool: beyond the kernel's tables", [1, 1, 2]) {
      try $0[0].averagePooled(1, padding: 1_000_000_000)
    },
    Misfit("top-k: beyond memory", [2, 3]) { try $0[0].top(.max).values },
    Misfit("resize: empty", [1, 1, 2, 2]) { try $0[0].resized(height: 0, width: 2) },
    Misfit("resize: corners of the nearest", [1, 1, 2, 2]) {
      try $0[0].resized(height: 2, width: 2, method: .nearest, alignCorners: true)
    },
    Misfit("Fourier: no pairs", [4, 3]) { try $0[0].fourierTransformed() },
    Misfit("Fourier: axis", [4, 2]) { try $0[0].fourierTransformed(axis: 1) },
    Misfit("Fourier: length", [4, 2]) { try $0[0].inverseRealFourierTransformed(length: 9) },
    Misfit("Fourier: nothing", [0]) { try $0[0].realFourierTransformed() },
    Misfit("cumulative sum: rank 0", []) { try $0[0].cumulativeSum() },
    Misfit("recurrence: shapes", [2, 3], [3, 2]) { try .recurrence(decay: $0[0], input: $0[1]) },
    Misfit("recurrence: state", [2, 3], [2, 3], [3]) {
      try .recurrence(decay: $0[0], input: $0[1], initial: $0[2])
    },
    Misfit("selective scan: B", [1, 4, 3], [1, 4, 3], [3, 2], [1, 4, 3], [1, 4, 2]) {
      try Variable.selectiveScan($0[0], delta: $0[1], a: $0[2], b: $0[3], c: $0[4]).result
    },
    Misfit("selective scan: A", [1, 4, 3], [1, 4, 3], [2, 2], [1, 4, 2], [1, 4, 2]) {
      try Variable.selectiveScan($0[0], delta: $0[1], a: $0[2], b: $0[3], c: $0[4]).result
    },
    Misfit("log product", [2, 3], [2, 3]) { try $0[0].logProduct($0[1]) },
    Misfit("distances", [2, 3], [2, 4]) { try $0[0].squaredDistances(to: $0[1]) },
    Misfit("top-k: k", [2, 3]) { try $0[0].top(4).values },
    Misfit("k-th: k", [2, 3]) { try $0[0].kth(0).values },
    Misfit("sort: axis", [2, 3]) { try $0[0].sorted(axis: 2).values },
    Misfit("mask: words", [2, 3]) { try $0[0].masked(by: [1, 2, 3], fill: 0) },
    Misfit("selected: id", [2, 3]) { try $0[0].selected(Tensor([Int32(3)]), axis: 1) },
    Misfit("gathered: shape", [2, 3]) { try $0[0].gathered(Tensor([Int32(0)])) },
    Misfit("gathered: type", [2]) { try $0[0].gathered(Tensor([Float(0)])) },
    Misfit("scatter-add: shape", [2], [2]) {
      try $0[0].addingScattered($0[1], at: Tensor([Int32(0)]))
    },
    Misfit("segments: rows", [3, 2]) {
      try $0[0].segmented(.sum, by: Tensor([Int32(0), 1]), segments: 2)
    },
    Misfit("segments: id", [2, 2]) {
      try $0[0].segmented(.sum, by: Tensor([Int32(0), 2]), segments: 2)
    },
    Misfit("segments: an empty one", [2, 2]) {
      try $0[0].segmented(.mean, by: Tensor([Int32(0), 0]), segments: 2)
    },
    Misfit("segments: negative", [0, 2]) {
      try $0[0].segmented(.sum, by: Tensor([Int32](), shape: [0]), segments: -1)
    },
    Misfit("sparse product: values", [3], [3, 2]) {
      let pattern = try SparsePattern(columns: 3, starts: [0, 2], entries: [0, 2])
      return try $0[1].multiplied(bySparse: pattern, $0[0])
    },
    Misfit("sparse product: columns", [2], [4, 2]) {
      let pattern = try SparsePattern(columns: 3, starts: [0, 2], entries: [0, 2])
      return try $0[1].multiplied(bySparse: pattern, $0[0])
    },
    Misfit("group norm: groups", [2, 3, 4]) { try $0[0].groupNorm(groups: 2) },
    Misfit("group norm: gain", [2, 4, 4], [3]) { try $0[0].groupNorm(groups: 2, gain: $0[1]) },
    Misfit("batch norm: rank", [4]) { try $0[0].batchNorm().result },
    Misfit("batch norm: statistics", [2, 3]) {
      let running = ChannelStatistics(means: Tensor([0.0]), variances: Tensor([1.0]))
      return try $0[0].batchNorm(running: running)
    },
    Misfit("response norm: gain", [2, 3, 4], [3], [4]) {
      try $0[0].responseNorm(gain: $0[1], bias: $0[2])
    },
    Misfit("adaptive norm: scale", [2, 3, 4], [3, 4]) { try $0[0].adaptiveNorm(scale: $0[1]) },
    Misfit("adaptive norm: shift", [2, 3, 4], [2, 4], [4]) {
      try $0[0].adaptiveNorm(scale: $0[1], shift: $0[2])
    },
  ]
}
