import Tensors

extension NetworkPass {
  /// The tokens of all sequences as they enter the first block.
  func embedded(_ inputs: [SequenceInput]) throws -> TokenState {
    var all: [[Int32]] = []
    var positions: [Int32] = []
    var origins: [[Int32]] = []
    for (index, input) in inputs.enumerated() {
      let held =
        caches.indices.contains(index) ? options.refreshedFrom ?? caches[index].count : 0
      let own = (0..<input.count).map { Int32(truncatingIfNeeded: held + $0) }
      let places = input.positions ?? own
      guard places.count == input.count else {
        throw ModelError.input(
          reason: "\(places.count) positions were given for \(input.count) tokens")
      }
      all.append(places)
      positions += places
      origins += own.map { [$0] }
    }
    guard !inputs.isEmpty else { throw ModelError.noTokens(operation: "a forward pass") }
    let x: Variable
    if let joined = try joined(inputs) {
      x = try states(joined, positions: positions)
    } else {
      x = try Variable.concatenated(
        zip(inputs, all).map { try states($0, positions: $1) })
    }
    return TokenState(x: x, positions: positions, origins: origins, lengths: inputs.map(\.count))
  }

  /// Sequences of ids as one, so that all are looked up together; nil for others.
  private func joined(_ inputs: [SequenceInput]) throws -> SequenceInput? {
    if inputs.count == 1 { return inputs[0] }
    var ids: [Int32] = []
    for input in inputs {
      guard case .ids(let own) = input.tokens, input.types == nil, let values = own.int32s else {
        return nil
      }
      ids += values
    }
    return try SequenceInput(ids: ids)
  }

  private func states(_ input: SequenceInput, positions: [Int32]) throws -> Variable {
    let description = network.embedding
    var x: Variable
    switch input.tokens {
    case .ids(let ids):
      x = try looked(up: ids)
    case .embeddings(let embeddings):
      guard embeddings.rank == 2, embeddings.shape[1] == network.width else {
        throw ModelError.input(
          reason: "embeddings of the shape \(embeddings.shape) for a network of the width "
            + "\(network.width)")
      }
      x = embeddings
    case .mixture(let shares):
      let all = try Tensor(
        (0..<Int32(description.vocabularySize)).map { $0 }, shape: [description.vocabularySize])
      x = try scaled(shares.matmul(weights.rows(WeightKey(.embedding), all)))
    }
    if let count = description.learnedPositions {
      let rows = positions.map { $0 + Int32(description.positionOffset) }
      if let beyond = rows.first(where: { $0 < 0 || Int($0) >= count }) {
        throw ModelError.contextExceeded(needed: Int(beyond) + 1, limit: count)
      }
      x = try x + weights.rows(WeightKey(.learnedPositions), Tensor(rows, shape: [rows.count]))
    }
    if description.types != nil {
      let types = input.types ?? [Int32](repeating: 0, count: positions.count)
      x = try x + weights.rows(WeightKey(.tokenTypes), Tensor(types, shape: [types.count]))
    }
    if let norm = description.norm { x = try normed(x, norm, WeightKey(.embeddingNorm)) }
    return x
  }

  /// The embeddings of ids, as the network scales them.
  func looked(up ids: Tensor) throws -> Variable {
    try scaled(weights.rows(WeightKey(.embedding), ids))
  }

  private func scaled(_ x: Variable) throws -> Variable {
    guard let scale = network.embedding.scale else { return x }
    return try x * Double(scale)
  }
}
