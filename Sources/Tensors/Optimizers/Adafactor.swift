import Kernels

/// Adafactor: second moments by rows and columns only (N. Shazeer, M. Stern, arXiv 1804.04235).
///
/// A tensor of at least two axes is a matrix `[all but the last, last]`. With t the step,
/// b = 1 - t^decayExponent, g = gradient · scale and s = g · g + 1e-30:
/// R = b · R + (1 - b) · (row's sum of s / columns), C = b · C + (1 - b) · (column's chain of s / rows),
/// v = (R · C) / (sum of R / rows); other tensors keep v = b · v + (1 - b) · s.
/// u = g / sqrt(v); u = u / max(1, rms(u) / clipping); with `scalesByParameter` the rate is multiplied by
/// max(1e-3, rms(p)) of before; p = p - (rate · u + (rate · decay) · p). Sums are those of sums.h.
public struct Adafactor: Optimizer, Equatable {
  public var decayExponent: Double
  public var clipping: Double
  public var scalesByParameter: Bool
  /// For tensors of at least two axes.
  public var weightDecay: Double
  public var state = OptimizerState()

  public init(
    decayExponent: Double = -0.8, clipping: Double = 1, scalesByParameter: Bool = true,
    weightDecay: Double = 0
  ) {
    (self.decayExponent, self.clipping) = (decayExponent, clipping)
    (self.scalesByParameter, self.weightDecay) = (scalesByParameter, weightDecay)
  }

  public mutating func step(
    _ parameters: inout [Tensor], gradients: [Tensor?], rate: Double, gradientScale: Double
  ) throws(TensorError) {
    try OptimizerStep.check("Adafactor", parameters, gradients)
    var (moved, next) = (parameters, state)
    try prepare(&next, parameters)
    let decay = 1 - Arithmetic.power(Double(state.step + 1), decayExponent)
    for (index, gradient) in gradients.enumerated() {
      guard let gradient, gradient.count > 0, let first = next.slots["first"]?[index],
        let columns = next.slots["columns"]?[index]
      else { continue }
      let after =
        gradient.elementType == .f64
        ? try after(
          gradient, moved[index], first, columns, (rate, gradientScale, decay), Double.self)
        : try after(
          gradient, moved[index], first, columns, (rate, gradientScale, decay), Float.self)
      moved[index] = after.parameter
      next.slots["first"]?[index] = after.first
      next.slots["columns"]?[index] = after.columns
    }
    next.step += 1
    (parameters, state) = (moved, next)
  }

  /// The moments: "first" holds rows (or all elements), "columns" the columns (or nothing).
  private func prepare(_ state: inout OptimizerState, _ parameters: [Tensor]) throws(TensorError) {
    var (rows, columns): ([Tensor], [Tensor]) = ([], [])
    for parameter in parameters {
      let isMatrix = parameter.rank >= 2
      let width = parameter.shape.last ?? 1
      let height = parameter.shape.dropLast().reduce(1, *)
      rows.append(
        try .zeros(isMatrix ? [height] : parameter.shape, parameter.elementType))
      columns.append(try .zeros([isMatrix ? width : 0], parameter.elementType))
    }
    for (slot, tensors) in [("first", rows), ("columns", columns)] {
      if let known = state.slots[slot], !known.isEmpty {
        try OptimizerStep.check("Adafactor", known, tensors)
      } else {
        state.slots[slot] = tensors
      }
    }
  }

  private func after<T: DifferentiableElement>(
    _ gradient: Tensor, _ parameter: Tensor, _ first: Tensor, _ columns: Tensor,
    _ numbers: (rate: Double, scale: Double, decay: Double), _ type: T.Type
  ) throws(TensorError) -> (parameter: Tensor, first: Tensor, columns: Tensor) {
    func elements(_ tensor: Tensor) throws(TensorError) -> [T] {
      try tensor.reading(type) { Array($0) }
    }
    let g = try elements(gradient).map { $0 * T(numbers.scale) }
    var (p, r, c) = (try elements(parameter), try elements(first), try elements(columns))
    let squares = g.map { $0 * $0 + T(1e-30) }
    let (old, new) = (T(numbers.decay), 1 - T(numbers.decay))
    var update = g
    if gradient.rank >= 2 {
      let (height, width) = (r.count, c.count)
      for row in 0..<height {
        let total = T.orderedSum(Array(squares[row * width..<(row + 1) * width]))
        r[row] = old * r[row] + new * (total / T(width))
      }
      for column in 0..<width {
        var total: T = 0
        for row in 0..<height { total = total + squares[row * width + column] }
        c[column] = old * c[column] + new * (total / T(height))
      }
      let mean = T.orderedSum(r) / T(height)
      for row in 0..<height {
        for column in 0..<width {
          let place = row * width + column
          update[place] = g[place] / (r[row] * c[column] / mean).squareRoot()
        }
      }
    } else {
      for i in g.indices {
        r[i] = old * r[i] + new * squares[i]
        update[i] = g[i] / r[i].squareRoot()
      }
    }
    let excess = Self.rms(update) / T(clipping)
    if excess > 1 { update = update.map { $0 / excess } }
    var rate = T(numbers.rate)
    if scalesByParameter { rate = rate * max(T(1e-3), Self.rms(p)) }
    let decay = gradient.rank >= 2 ? rate * T(weightDecay) : 0
    for i in p.indices { p[i] = p[i] - (rate * update[i] + decay * p[i]) }
    func tensor(_ values: [T], _ shape: [Int]) throws(TensorError) -> Tensor {
      try .filled(shape, type) { _ = $0.update(from: values) }
    }
    return (
      try tensor(p, parameter.shape), try tensor(r, first.shape), try tensor(c, columns.shape)
    )
  }

  private static func rms<T: DifferentiableElement>(_ values: [T]) -> T {
    (T.orderedSquares(values) / T(values.count)).squareRoot()
  }
}
