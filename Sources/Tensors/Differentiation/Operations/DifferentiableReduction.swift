/// Axes brought down to a value: sums in the order of sums.h over the reduced axes' row-major index.
///
/// The cotangent of a maximum or minimum goes to the first element that it was taken from.
struct DifferentiableReduction: DifferentiableOperation {
  let reduction: Reduction
  /// Nil: all.
  let axes: [Int]?
  let keepsAxes: Bool

  var name: String { reduction.rawValue }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    let axes = try inputs[0].resolved(axes)
    let reduced = try rows(inputs[0], axes).reduced(reduction, axis: -1)
    return Evaluation(
      try reduced.reshaped(inputs[0].extents(without: axes, keeping: keepsAxes)))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let x = pass.inputs[0]
    let axes = try x.resolved(axes)
    let kept = x.extents(without: axes, keeping: true)
    let g = try pass.cotangent.reshaped(kept)
    switch reduction {
    case .sum: return [try g.broadcast(to: x.shape)]
    case .mean:
      let count = axes.reduce(1) { $0 * x.shape[$1] }
      return [try g.over(Double(count)).broadcast(to: x.shape)]
    default:
      let rows = try rows(x, axes)
      let gradient =
        x.elementType == .f64
        ? try atFirst(rows, pass.output, g, Double.self)
        : try atFirst(rows, pass.output, g, Float.self)
      // Back to the order of the axes.
      let order = Self.order(axes, x.rank)
      var back = [Int](repeating: 0, count: x.rank)
      for (place, axis) in order.enumerated() { back[axis] = place }
      return [try gradient.reshaped(order.map { x.shape[$0] }).transposed(back)]
    }
  }

  /// `[kept, reduced]`: the reduced axes side by side.
  private func rows(_ x: Tensor, _ axes: [Int]) throws(TensorError) -> Tensor {
    let width = axes.reduce(1) { $0 * x.shape[$1] }
    let count = x.shape.indices.reduce(1) { axes.contains($1) ? $0 : $0 * x.shape[$1] }
    let order = Self.order(axes, x.rank)
    let ordered = order == Array(x.shape.indices) ? x : try x.transposed(order)
    return try ordered.reshaped([count, width])
  }

  private static func order(_ axes: [Int], _ rank: Int) -> [Int] {
    (0..<rank).filter { !axes.contains($0) } + axes
  }

  private func atFirst<T: DifferentiableElement>(
    _ rows: Tensor, _ extremes: Tensor, _ g: Tensor, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    let width = rows.shape[1]
    return try Tensor.filled(rows.shape, type) { out in
      try rows.reading(type) { x in
        try extremes.reading(type) { extremes in
          try g.reading(type) { g in
            for row in extremes.indices {
              let extreme = extremes[row]
              for place in row * width..<(row + 1) * width
              where x[place] == extreme || (x[place].isNaN && extreme.isNaN) {
                out[place] = g[row]
                break
              }
            }
          }
        }
      }
    }
  }
}

extension Variable {
  /// The sum over all elements, or over some axes.
  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Variable {
    try reduced(.sum, axes, keepingAxes)
  }
  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Variable {
    try reduced(.mean, axes, keepingAxes)
  }
  public func greatest(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError)
    -> Variable
  {
    try reduced(.max, axes, keepingAxes)
  }
  public func least(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Variable {
    try reduced(.min, axes, keepingAxes)
  }

  private func reduced(_ reduction: Reduction, _ axes: [Int]?, _ keepingAxes: Bool)
    throws(TensorError) -> Variable
  {
    try Self.result(
      of: DifferentiableReduction(reduction: reduction, axes: axes, keepsAxes: keepingAxes), self)
  }
}
