import Kernels
import Tensors

/// Queries and keys of a companion by layer, before they turn: `[positions, heads, width]`.
struct CompanionReads {
  typealias Layer = (query: Variable, key: Variable)

  var layers: [Int: Layer] = [:]
}

extension NetworkPass {
  /// What a block's mixer asks and offers, before positions: `[rows, heads, width]` each.
  mutating func queriesAndKeys(
    _ block: BlockDescription, _ layer: Int, _ x: Variable, _ state: TokenState
  ) throws -> CompanionReads.Layer {
    let d = block.mixer.attention(block.attention)
    switch block.mixer {
    case .softmax, .approximate, .mlp: return try projected(d, layer, x)
    case .nonapproximate: return try keyScores(block.attention, d, layer, x)
    case .staticEmbeddings:
      guard let embedded, options.change == nil else {
        throw ModelError.input(
          reason: "\(block.mixer.rawValue) takes no change of tokens between blocks")
      }
      guard let norm = block.attentionNorm else { return try projected(d, layer, embedded) }
      return try projected(
        d, layer, normed(embedded, norm, WeightKey(.attentionNorm, layer: layer)))
    case .randomSequence, .fixedSequence:
      if isOfCompanion {
        let made = try projected(d, layer, x)
        companion = companion ?? CompanionReads()
        companion?.layers[layer] = made
        return made
      }
      guard let lent = companion?.layers[layer] else {
        throw ModelError.input(reason: "\(block.mixer.rawValue) reads a companion, there is none")
      }
      let places = try Tensor(state.positions, shape: [state.rows])
      return (
        try lent.query.selected(places, axis: 0), try lent.key.selected(places, axis: 0)
      )
    }
  }

  /// Queries and keys as attention has them.
  private func projected(_ d: AttentionDescription, _ layer: Int, _ x: Variable) throws
    -> CompanionReads.Layer
  {
    let query = try norm(heads(.query, d, layer, x), d.queryKeyNorm, .queryNorm, layer)
    return (query, try norm(heads(.key, d, layer, x), d.queryKeyNorm, .keyNorm, layer))
  }

  /// Keys that are a token's score and zeros, and queries that pick the score: attention's own kernels and
  /// caches then serve ``TokenMixer/nonapproximate``.
  private func keyScores(
    _ attention: AttentionDescription, _ d: AttentionDescription, _ layer: Int, _ x: Variable
  ) throws -> CompanionReads.Layer {
    let gate = try heads(.query, d, layer, x).activated(.silu)
    let products = try gate * heads(.key, d, layer, x)
    let scores = try products.sum(axes: [-1], keepingAxes: true) * attention.scale
    let (rows, width) = (x.shape[0], d.headWidth)
    let one = (0..<rows * d.heads * width).map { $0 % width == 0 ? Float(1) : 0 }
    let query = Variable(constant: try Tensor(one, shape: [rows, d.heads, width]))
    if width == 1 { return (query, scores) }
    let zeros = Variable(constant: try .zeros([rows, d.heads, width - 1], .f32))
    return (query, try Variable.concatenated([scores, zeros], axis: 2))
  }

  /// What a block without mixing adds to each token: down(silu(gate x) · up x).
  func tokenwise(_ layer: Int, _ x: Variable) throws -> Variable {
    let gate = try weights.linear(WeightKey(.mixerGate, layer: layer), x)
    let hidden = try gate.gated(.silu, weights.linear(WeightKey(.mixerUp, layer: layer), x))
    return try weights.linear(WeightKey(.mixerDown, layer: layer), hidden)
  }

  /// (1 + s + s² / 2) / Σ over the keys that a row sees, `[batch, heads, rows, keys]`.
  ///
  /// The sum is one chain over them, so that keys which are not there are absent to the bit.
  func polynomialShares(_ scores: Variable, _ visibility: AttentionVisibility) throws -> Variable {
    let hidden = try Tensor.apply(
      .equal, scores.value, .full([], .float(-.infinity), scores.elementType))
    let zeros = Variable(constant: try .zeros(scores.shape, scores.elementType))
    let seen = try Variable.choose(hidden, zeros, scores)
    let weights = try Variable.choose(hidden, zeros, seen * seen * 0.5 + seen + 1)
    let ones = try Tensor.full([scores.shape[0], scores.shape[3], 1, 1], .int(1), .f32)
    let sums = try Variable.attention(
      probabilities: weights, values: Variable(constant: ones), visibility: visibility)
    return try weights / sums.transposed([0, 2, 1, 3])
  }

  /// Takes the companion through the blocks, with this pass's weights.
  ///
  /// - Parameter count: how many of its positions are read.
  func companionReads(count: Int) throws -> CompanionReads {
    guard let sequence = network.companion, network.isCausal else {
      throw ModelError.input(
        reason: "a mixer reads a companion, which only a network with one that sees the past has")
    }
    var own = PassOptions()
    own.skippedLayers = options.skippedLayers
    own.appliesFinalNorm = false
    var pass = NetworkPass(network, weights: weights, options: own, caches: [], memories: [])
    pass.isOfCompanion = true
    _ = try pass.run([sequence.input(network, count: count)])
    return pass.companion ?? CompanionReads()
  }
}
