import Kernels

/// The weighted mean of models' next-byte distributions, whatever their vocabularies: each keeps a
/// state of its own over the same bytes (B. Phan et al., arXiv 2410.09303).
public struct ByteEnsemble: ByteDistribution {
  public let members: [any ByteDistribution]
  /// Their sum is 1.
  public let weights: [Double]

  public var name: String { "mean of " + members.map(\.name).joined(separator: ", ") }

  /// - Parameter weights: one a member, not negative and not all zero; equal by default.
  /// - Throws: ``DecodingError/ensemble(reason:)``.
  public init(_ members: [any ByteDistribution], weights: [Double]? = nil) throws(DecodingError) {
    let weights = weights ?? [Double](repeating: 1, count: members.count)
    guard !members.isEmpty else { throw .ensemble(reason: "there are none") }
    guard weights.count == members.count else {
      throw .ensemble(reason: "\(members.count) models have \(weights.count) weights")
    }
    let total = Sums.sum(weights)
    guard weights.allSatisfy({ $0 >= 0 }), total > 0, total.isFinite else {
      throw .ensemble(reason: "weights must not be negative, nor all zero, nor infinite")
    }
    self.members = members
    self.weights = weights.map { $0 / total }
  }

  /// - Throws: what a member throws; one that knows no tokens for the bytes spoils the mean.
  public func start(_ prompt: [UInt8]) throws(DecodingError) -> any ByteState {
    var states: [any ByteState] = []
    for member in members { states.append(try member.start(prompt)) }
    return EnsembleState(states: states, weights: weights)
  }
}

private struct EnsembleState: ByteState {
  var states: [any ByteState]
  let weights: [Double]

  mutating func next() throws(DecodingError) -> [Double] {
    var mean = [Double](repeating: 0, count: NextByte.count)
    for index in states.indices {
      let probabilities = try states[index].next()
      for byte in mean.indices { mean[byte] += weights[index] * probabilities[byte] }
    }
    return mean
  }

  mutating func advance(_ byte: UInt8) throws(DecodingError) {
    for index in states.indices { try states[index].advance(byte) }
  }
}
