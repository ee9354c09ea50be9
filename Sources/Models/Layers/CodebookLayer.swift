import Tensors

/// The nearest of learned codes in place of each row `[…, width]`, with the row's gradient (A. van den Oord and
/// others, arXiv 1711.00937).
///
/// In training it adds the loss `commitment` · ‖x - sg(code)‖² / width a row, and where codes learn by gradients
/// ‖sg(x) - code‖² / width. Of equally near codes the first is taken.
public struct CodebookLayer: Layer, Equatable {
  /// How codes move.
  public enum Learning: Sendable, Equatable {
    case gradient
    /// To running means of the rows that they are taken for, each step keeping this share of the past
    /// (arXiv 1711.00937, appendix A); a code that was never taken stays.
    case average(decay: Double)
  }

  public let count: Int
  public let width: Int
  public let commitment: Double
  public let learning: Learning
  /// Of the codes.
  public let initial: LayerInitialization

  public init(
    _ count: Int, width: Int, commitment: Double = 0.25, learning: Learning = .gradient,
    initial: LayerInitialization? = nil
  ) throws(ModelError) {
    try SizeChecks.check(layer: "codebook", ["count": count, "width": width])
    guard commitment >= 0, commitment.isFinite else {
      throw .layer(name: "codebook", reason: "the commitment is \(commitment)")
    }
    if case .average(let decay) = learning, !(0..<1).contains(decay) {
      throw .layer(name: "codebook", reason: "the decay \(decay) is not in 0..<1")
    }
    (self.count, self.width, self.commitment) = (count, width, commitment)
    self.learning = learning
    self.initial = initial ?? .uniform(bound: 1 / Double(count))
  }

  public var ownParameters: [LayerParameter] {
    let codes = LayerParameter("codes", [count, width], initial, isTrained: learning == .gradient)
    if learning == .gradient { return [codes] }
    return [
      codes, LayerParameter("counts", [count], .zeros, isTrained: false),
      LayerParameter("sums", [count, width], .zeros, isTrained: false),
    ]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let rows = try x.reshaped([-1, width])
    let ids = try nearest(rows.value, in: pass)
    let chosen = try pass.parameter("codes").rows(ids)
    if pass.isTraining {
      pass.add(
        try .squaredError(rows, to: chosen.stoppingGradient(), scale: commitment), "commitment")
      switch learning {
      case .gradient:
        pass.add(try .squaredError(chosen, to: rows.stoppingGradient()), "codes")
      case .average(let decay): try move(rows.value, ids, decay, in: &pass)
      }
    }
    return try rows.straightThrough(to: chosen.value).reshaped(x.shape)
  }

  /// The numbers of the nearest codes: i32 of the shape without its last axis.
  public func codes(of x: Tensor, in pass: LayerPass) throws -> Tensor {
    try nearest(x.reshaped([-1, width]), in: pass).reshaped(Array(x.shape.dropLast()))
  }

  /// The codes with these numbers: i32 `[…]` to `[…, width]`.
  public func rows(of codes: Tensor, in pass: LayerPass) throws -> Variable {
    try pass.parameter("codes").rows(codes)
  }

  private func nearest(_ rows: Tensor, in pass: LayerPass) throws -> Tensor {
    try rows.nearest(of: pass.parameter("codes").value).indices.reshaped([rows.shape[0]])
  }

  /// counts and sums move towards the batch's, codes to sums / counts.
  private func move(
    _ rows: Tensor, _ ids: Tensor, _ decay: Double, in pass: inout LayerPass
  ) throws {
    let rows = Variable(constant: rows)
    let ones = Variable(constant: try .full([rows.shape[0]], .int(1), rows.elementType))
    func moved(_ name: String, _ batch: Variable) throws -> Variable {
      let next = try pass.parameter(name).stoppingGradient() * decay + batch * (1 - decay)
      pass.update(name, with: next.value)
      return next
    }
    let counts = try moved("counts", ones.segmented(.sum, by: ids, segments: count))
    let sums = try moved("sums", rows.segmented(.sum, by: ids, segments: count))
    let isTaken = try Tensor(counts.value.doubles.map { $0 > 1e-20 }, shape: [count, 1])
    // Where there is nothing to divide by, the quotient is not looked at.
    let divisors = try Variable.choose(
      isTaken.reshaped([count]), counts,
      Variable(constant: try .full([count], .int(1), counts.elementType)))
    let means = try sums / divisors.reshaped([count, 1])
    let codes = try Tensor.choose(
      isTaken.broadcast(to: [count, width]), means.value, pass.parameter("codes").value)
    pass.update("codes", with: codes)
  }
}
