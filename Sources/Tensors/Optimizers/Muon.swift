import Kernels

/// Muon: momentum whose matrix is made orthogonal by Newton–Schulz steps (K. Jordan et al., 2024).
///
/// Matrices: g = gradient · scale; m = momentum · m + g, below 2⁻¹⁰⁰ becoming 0; u = g + momentum · m;
/// X = u / (its norm + 1e-7), transposed where it is taller than wide; five times A = X · Xᵀ,
/// B = b · A + c · (A · A), X = a · X + B · X with (a, b, c) = (3.4445, -4.7750, 2.0315);
/// p = p - rate · (sqrt(max(1, rows / columns)) · X + decay · p). Tensors of other ranks go by
/// ``others`` at `rate · othersShare`.
public struct Muon: Optimizer, Equatable {
  public var momentum: Double
  public var weightDecay: Double
  /// For tensors that are no matrices.
  public var others: AdamW
  /// Their learning rate as a share of the matrices'.
  public var othersShare: Double
  private var momenta = OptimizerState()

  public init(
    momentum: Double = 0.95, weightDecay: Double = 0, others: AdamW = AdamW(),
    othersShare: Double = 0.015
  ) {
    (self.momentum, self.weightDecay) = (momentum, weightDecay)
    (self.others, self.othersShare) = (others, othersShare)
  }

  /// The matrices' momenta and the others' moments together.
  public var state: OptimizerState {
    get {
      var joined = momenta
      for (name, tensors) in others.state.slots { joined.slots["others \(name)"] = tensors }
      return joined
    }
    set {
      momenta = newValue
      (momenta.slots, others.state) = ([:], OptimizerState())
      others.state.step = newValue.step
      for (name, tensors) in newValue.slots {
        if name.hasPrefix("others ") {
          others.state.slots[String(name.dropFirst("others ".count))] = tensors
        } else {
          momenta.slots[name] = tensors
        }
      }
    }
  }

  public mutating func step(
    _ parameters: inout [Tensor], gradients: [Tensor?], rate: Double, gradientScale: Double
  ) throws(TensorError) {
    var next = self
    var moved = parameters
    let settings = self
    try OptimizerStep.check("Muon", parameters, gradients)
    try OptimizerStep.run(
      "Muon", &moved, gradients.map { $0?.rank == 2 ? $0 : nil }, &next.momenta,
      slots: ["momentum"]
    ) { _, gradient, tensors throws(TensorError) in
      try settings.moved(gradient, tensors, rate, gradientScale)
    }
    try next.others.step(
      &moved, gradients: gradients.map { $0?.rank == 2 ? nil : $0 }, rate: rate * othersShare,
      gradientScale: gradientScale)
    (self, parameters) = (next, moved)
  }

  private func moved(_ gradient: Tensor, _ tensors: [Tensor], _ rate: Double, _ scale: Double)
    throws(TensorError) -> [Tensor]
  {
    if gradient.count == 0 { return tensors }
    let g = try gradient.times(scale)
    let sum = try tensors[1].times(momentum).plus(g)
    let isSmall = try Tensor.apply(.abs, sum).compared(.less, OptimizerStep.smallestMoment)
    let m = try sum.kept(where: .apply(.not, isSmall))
    let direction = try Self.orthogonal(g.plus(m.times(momentum)))
    let (rows, columns) = (gradient.shape[0], gradient.shape[1])
    let size = (max(1, Double(rows) / Double(columns))).squareRoot()
    let change = try direction.times(size).plus(tensors[0].times(weightDecay))
    return [try tensors[0].minus(change.times(rate)), m]
  }

  /// Near the orthogonal matrix that is nearest: singular values between about 0.7 and 1.2.
  public static func orthogonal(_ matrix: Tensor) throws(TensorError) -> Tensor {
    guard matrix.rank == 2 else {
      throw .invalidArgument(operation: "Muon", reason: "\(matrix.shape) is not a matrix's shape")
    }
    if matrix.count == 0 { return matrix }
    let isTall = matrix.shape[0] > matrix.shape[1]
    let norm = try GradientNorm([matrix]).value
    var x = try matrix.over(.full([], .float(norm), matrix.elementType).plus(1e-7))
    if isTall { x = try x.transposed() }
    for _ in 0..<5 {
      let a = try x.matmul(x.transposed())
      let b = try a.times(-4.7750).plus(a.matmul(a).times(2.0315))
      x = try x.times(3.4445).plus(b.matmul(x))
    }
    return isTall ? try x.transposed() : x
  }
}
