import Files

/// A sequence of tokens to learn from.
public struct TokenExample: TrainingExample, Equatable {
  public var ids: [Int32]
  /// How much each token counts where it is foreseen; nil: 1 each.
  public var weights: [Float]?
  /// The class of the whole sequence.
  public var label: Int32?

  public init(_ ids: [Int32], weights: [Float]? = nil, label: Int32? = nil) {
    (self.ids, self.weights, self.label) = (ids, weights, label)
  }

  public func add(to digest: inout Digest) {
    digest.add(field: "\(ids.count) \(label ?? -1) \(weights?.count ?? -1)")
    for id in ids { withUnsafeBytes(of: id.littleEndian) { digest.add($0) } }
    for weight in weights ?? [] {
      withUnsafeBytes(of: weight.bitPattern.littleEndian) { digest.add($0) }
    }
  }

  /// The weight of a token as a target.
  func weight(_ place: Int) -> Float { weights?[place] ?? 1 }

  /// Refuses an example that an objective cannot use.
  func check(least count: Int) throws(TrainingError) {
    if ids.count < count { throw .tooLittleData(tokens: ids.count, needed: count) }
    if let weights, weights.count != ids.count {
      throw .setting(
        name: "the number of weights", value: weights.count,
        reason: "the example has \(ids.count) tokens")
    }
    if let weight = weights?.first(where: { !($0 >= 0) || !$0.isFinite }) {
      throw .wrongNumber(
        name: "a token's weight", value: Double(weight), reason: "must be 0 or more")
    }
  }
}
