import Kernels
import Testing

@testable import Tensors

/// An operation with inputs to try it on: one row of the table that ``OperationTableTests`` goes through.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [[Int]]
  let range: ClosedRange<Double>
  let body: @Sendable ([Variable]) throws -> Variable

  var testDescription: String { name }

  init(
    _ name: String, _ shapes: [Int]..., in range: ClosedRange<Double> = -1...1,
    body: @escaping @Sendable ([Variable]) throws -> Variable
  ) {
    (self.name, self.shapes, self.range, self.body) = (name, shapes, range, body)
  }

  func inputs() throws -> [Tensor] {
    try shapes.enumerated().map { index, shape in
      try GradientChecking.tensor(
        shape, "\(name) \(index)", from: range.lowerBound, to: range.upperBound)
    }
  }
}

extension GradientCase {
  static let all = pictures + transforms + selections + norms + functions

  static let pictures: [GradientCase] =
    [
      GradientCase("conv2d", [2, 3, 5, 4], [4, 3, 3, 2], [4]) {
        try $0[0].convolved($0[1], bias: $0[2], padding: 1)
      },
      GradientCase("conv2d strided, dilated, grouped", [1, 4, 7, 6], [6, 2, 2, 3], [6]) {
        try $0[0].convolved($0[1], bias: $0[2], stride: 2, padding: 1, dilation: 2, groups: 2)
      },
      GradientCase("conv2d depthwise", [2, 3, 4, 4], [3, 1, 3, 3]) {
        try $0[0].convolved($0[1], padding: 1, groups: 3)
      },
      GradientCase("conv1d", [2, 2, 7], [3, 2, 3], [3]) {
        try $0[0].convolved($0[1], bias: $0[2], stride: 2, padding: 1)
      },
      GradientCase("conv1d causal", [2, 3, 6], [3, 1, 3]) {
        try $0[0].convolved($0[1], window: .line(3, before: 2), groups: 3)
      },
      GradientCase("transposed conv2d", [2, 4, 3, 3], [4, 2, 3, 2], [4]) {
        try $0[0].convolvedTransposed(
          $0[1], bias: $0[2], stride: 2, padding: 1, extra: 1, groups: 2)
      },
      GradientCase("transposed conv1d", [1, 2, 4], [2, 3, 3]) {
        try $0[0].convolvedTransposed($0[1], stride: 2)
      },
      GradientCase("max pool", [2, 2, 5, 4]) { try $0[0].maximumPooled(2, stride: 1, padding: 1) },
      GradientCase("max pool 1d", [2, 2, 6]) { try $0[0].maximumPooled(2) },
      GradientCase("average pool", [1, 2, 5, 4]) { try $0[0].averagePooled(2, padding: 1) },
      GradientCase("average pool of what is there", [1, 2, 5]) {
        try $0[0].averagePooled(2, stride: 1, padding: 1, countingPadding: false)
      },
      GradientCase("adaptive average pool", [1, 2, 5, 7]) {
        try $0[0].averagePooled(height: 2, width: 3)
      },
      GradientCase("unfold", [2, 2, 4, 5]) {
        try $0[0].unfolded(PictureWindow(height: 2, width: 3, stride: 2, padding: 1))
      },
      GradientCase("fold", [2, 12, 9]) {
        try $0[0].folded(
          PictureWindow(height: 2, width: 3, stride: 2, padding: 1), height: 4, width: 5)
      },
    ]
    + Resize.Method.allCases.map { method in
      GradientCase("resize \(method)", [1, 2, 4, 5]) {
        try $0[0].resized(height: 6, width: 3, method: method)
      }
    } + [
      GradientCase("resize with aligned corners", [1, 2, 4, 5]) {
        try $0[0].resized(height: 6, width: 3, method: .bicubic, alignCorners: true)
      },
      GradientCase("resize a line", [1, 2, 5]) { try $0[0].resized(width: 8) },
    ]

  static let transforms: [GradientCase] = [
    GradientCase("Fourier", [2, 6, 2]) { try $0[0].fourierTransformed() },
    GradientCase("Fourier in two dimensions", [3, 5, 2]) {
      try $0[0].fourierTransformed(axis: 0).fourierTransformed(axis: 1)
    },
    GradientCase("inverse Fourier", [2, 5, 3, 2]) { try $0[0].inverseFourierTransformed(axis: 1) },
    GradientCase("real Fourier", [2, 7]) { try $0[0].realFourierTransformed() },
    GradientCase("real Fourier along an axis", [4, 3]) {
      try $0[0].realFourierTransformed(axis: 0)
    },
    GradientCase("inverse real Fourier", [2, 4, 2]) { try $0[0].inverseRealFourierTransformed() },
    GradientCase("inverse real Fourier of odd length", [2, 4, 2]) {
      try $0[0].inverseRealFourierTransformed(length: 7)
    },
    GradientCase("cumulative sum", [2, 3, 4]) { try $0[0].cumulativeSum(axis: 1) },
    GradientCase("cumulative product", [2, 3, 4]) { try $0[0].cumulativeProduct() },
    GradientCase("cumulative log-sum-exp", [3, 5], in: -3...3) {
      try $0[0].cumulativeLogSumExp(axis: 0)
    },
    GradientCase("recurrence", [2, 5, 3], [2, 5, 3]) {
      try .recurrence(decay: $0[0], input: $0[1], axis: 1)
    },
    GradientCase("recurrence from a state", [2, 5], [2, 5], [2]) {
      try .recurrence(decay: $0[0], input: $0[1], initial: $0[2])
    },
    GradientCase("selective scan", [2, 4, 3], [2, 4, 3], [3, 2], [2, 4, 2], [2, 4, 2]) {
      try Variable.selectiveScan($0[0], delta: $0[1], a: $0[2], b: $0[3], c: $0[4]).result
    },
    GradientCase(
      "selective scan with D and states", [1, 4, 3], [1, 4, 3], [3, 2], [1, 4, 2], [1, 4, 2], [3],
      [1, 3, 2]
    ) {
      let found = try Variable.selectiveScan(
        $0[0], delta: $0[1], a: $0[2], b: $0[3], c: $0[4], d: $0[5], state: $0[6])
      return try found.result * 2 + found.state.sum()
    },
    GradientCase("log product", [3, 4], [4, 2], in: -3...3) { try $0[0].logProduct($0[1]) },
    GradientCase("squared distances", [4, 3], [5, 3]) { try $0[0].squaredDistances(to: $0[1]) },
    GradientCase("sparse product", [4], [3, 2]) {
      let pattern = try SparsePattern(columns: 3, starts: [0, 2, 2, 4], entries: [0, 2, 1, 1])
      return try $0[1].multiplied(bySparse: pattern, $0[0])
    },
  ]

  static let selections: [GradientCase] =
    [
      GradientCase("sort", [2, 5]) { try $0[0].sorted().values },
      GradientCase("sort descending along an axis", [4, 3]) {
        try $0[0].sorted(axis: 0, descending: true).values
      },
      GradientCase("top-k", [2, 6]) { try $0[0].top(3).values },
      GradientCase("smallest k", [6, 2]) { try $0[0].top(2, axis: 0, largest: false).values },
      GradientCase("k-th value", [3, 5]) { try $0[0].kth(2).values },
      GradientCase("mask for all rows", [3, 5]) { try $0[0].masked(by: [0b10110], fill: -2) },
      GradientCase("mask for each row", [2, 5]) {
        try $0[0].masked(by: [0b10110, 0b01], fill: 0.5)
      },
      GradientCase("selected rows", [3, 4, 2]) {
        try $0[0].selected(Tensor([Int32(3), 0, 3, 1], shape: [2, 2]), axis: 1)
      },
      GradientCase("gathered", [2, 4]) {
        try $0[0].gathered(Tensor([Int32(3), 3, 0, 1, 2, 1], shape: [2, 3]))
      },
      GradientCase("scatter-add", [3, 2], [4, 2]) {
        let places = try Tensor([Int32(0), 2, 0, 1, 2, 2, 0, 1], shape: [4, 2])
        return try $0[0].addingScattered($0[1], at: places, axis: 0)
      },
      GradientCase("scatter", [3, 2], [4, 2]) {
        let places = try Tensor([Int32(0), 2, 0, 1, 2, 2, 0, 1], shape: [4, 2])
        return try $0[0].replacingScattered($0[1], at: places, axis: 0)
      },
    ]
    + SegmentReduction.allCases.map { reduction in
      GradientCase("segment \(reduction)", [6, 2, 2]) {
        try $0[0].segmented(
          reduction, by: Tensor([Int32(2), 0, 2, 0, 3, 2]), segments: 4, empty: 0.5)
      }
    }

  static let norms: [GradientCase] = [
    GradientCase("group norm", [2, 4, 3], [4], [4], in: -2...2) {
      try $0[0].groupNorm(groups: 2, gain: $0[1], bias: $0[2])
    },
    GradientCase("instance norm", [2, 3, 2, 2], in: -2...2) { try $0[0].groupNorm(groups: 3) },
    GradientCase("batch norm", [4, 2, 3], [2], [2], in: -2...2) {
      try $0[0].batchNorm(gain: $0[1], bias: $0[2]).result
    },
    GradientCase("batch norm with a bias only", [4, 2], [2], in: -2...2) {
      try $0[0].batchNorm(bias: $0[1]).result
    },
    GradientCase("batch norm at inference", [2, 2, 3], [2], [2]) {
      let type = $0[0].elementType
      let running = ChannelStatistics(
        means: try Tensor([0.25, -0.5]).cast(to: type),
        variances: try Tensor([2.0, 0.5]).cast(to: type))
      return try $0[0].batchNorm(running: running, gain: $0[1], bias: $0[2])
    },
    GradientCase("response norm", [2, 3, 2, 4], [4], [4], in: -2...2) {
      try $0[0].responseNorm(gain: $0[1], bias: $0[2])
    },
    GradientCase("adaptive layer norm", [2, 3, 5], [2, 5], [2, 5], in: -2...2) {
      try $0[0].adaptiveNorm(scale: $0[1], shift: $0[2])
    },
    GradientCase("adaptive RMS norm", [2, 3, 5], [5], in: -2...2) {
      try $0[0].adaptiveNorm(scale: $0[1], centered: false)
    },
  ]

  static let functions: [GradientCase] = [
    GradientCase("expm1", [3, 4], in: -2...2) { try $0[0].expm1() },
    GradientCase("log1p", [3, 4], in: -0.7...3) { try $0[0].log1p() },
    GradientCase("erf", [3, 4], in: -2...2) { try $0[0].erf() },
    GradientCase("lgamma", [3, 4], in: 0.3...4) { try $0[0].lgamma() },
  ]
}
