import Kernels

/// What a network takes: operations, bytes, weights by their role.
public struct ModelCost: Sendable {
  /// Weights that serve the same end.
  public struct Role: Sendable, Equatable {
    public let name: String
    public let parameters: Int
  }

  let network: NetworkDescription

  public init(_ network: NetworkDescription) { self.network = network }

  /// The number of weights by role, in the order of the network; a tied head adds none.
  public var roles: [Role] {
    var names: [String] = []
    var counts: [String: Int] = [:]
    for (key, shape) in network.weightShapes {
      let name = Self.role(of: key.part)
      if counts[name] == nil { names.append(name) }
      counts[name, default: 0] += shape.reduce(1, &*)
    }
    return names.map { Role(name: $0, parameters: counts[$0] ?? 0) }
  }

  private static func role(of part: WeightKey.Part) -> String {
    switch part {
    case .embedding, .learnedPositions, .tokenTypes, .classToken, .patches, .relativeBias:
      "embedding"
    case .head: "head"
    case .query, .key, .value, .output, .crossQuery, .crossKey, .crossValue, .crossOutput:
      "attention"
    case .gate, .up, .down, .expertGate, .expertUp, .expertDown, .sharedGate, .sharedUp,
      .sharedDown:
      "feed-forward"
    case .mixerGate, .mixerUp, .mixerDown: "mixer"
    case .router, .sharedRouter: "router"
    case .embeddingNorm, .finalNorm, .attentionNorm, .queryNorm, .keyNorm, .attentionOutputNorm,
      .crossNorm, .feedForwardNorm, .feedForwardOutputNorm:
      "norm"
    default: "other"
    }
  }

  /// Operations of a forward pass over `tokens` new tokens behind `held` others: two for each multiply-add
  /// of a matrix or of attention; norms and activations are left out. All positions are scored.
  public func operations(tokens: Int, held: Int = 0) -> Double {
    var perToken = 0.0
    for (key, shape) in network.weightShapes where shape.count == 2 && !key.isBias {
      let size = Double(shape[0]) * Double(shape[1])
      switch key.part {
      case .embedding:
        if network.head?.isTied == true { perToken += size }
      case .learnedPositions, .tokenTypes, .relativeBias, .queryNorm, .keyNorm: break
      case .expertGate, .expertUp, .expertDown:
        // A token goes through few of the experts.
        if let layer = key.layer, let experts = network.blocks[layer].feedForward.experts {
          perToken += size * Double(experts.active) / Double(experts.count)
        }
      default: perToken += size
      }
    }
    var attention = 0.0
    for block in network.blocks where block.mixer.mixes {
      let pairs = Self.pairs(tokens, held, block.attention)
      attention += 2 * pairs * Double(block.attention.queryWidth)
    }
    return 2 * (perToken * Double(tokens) + attention)
  }

  /// How many (row, key) pairs attention looks at.
  private static func pairs(_ tokens: Int, _ held: Int, _ attention: AttentionDescription)
    -> Double
  {
    guard attention.isCausal else { return Double(tokens) * Double(tokens + held) }
    var sum = 0.0
    for row in 0..<tokens {
      let seen = held + row + 1
      sum += Double(attention.window.map { min($0, seen) } ?? seen)
    }
    return sum
  }

  /// The bytes of keys and values of so many positions, in f32.
  public func cacheBytes(positions: Int) -> Int {
    network.blocks.filter(\.mixer.mixes).reduce(0) { sum, block in
      let held = block.attention.window.map { min($0, positions) } ?? positions
      return sum + 2 * 4 * held * block.attention.keyWidth
    }
  }
}

extension TransformerModel {
  /// The bytes of the weights in their file; one that several parts share counts once.
  public var storedBytes: Int {
    let names = Set(network.weightShapes.compactMap { stored($0.key)?.name })
    return names.reduce(0) { $0 + bytes(of: $1) }
  }
}
