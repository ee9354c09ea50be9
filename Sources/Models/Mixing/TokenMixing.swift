import Tensors

/// Which blocks of a network mix tokens by something else than attention.
public struct TokenMixing: Sendable {
  /// A sequence that goes through the network beside the others, whose queries and keys some mixers use.
  public enum Companion: Sendable {
    /// Normal numbers in place of embeddings, never trained.
    case drawn(deviation: Double, seed: UInt64)
    /// Tokens, as many as the context has.
    case tokens([Int32])
  }

  /// Which blocks of a network, counted from 0.
  public enum Pattern: String, Sendable, CaseIterable {
    case all, even, odd, top, bottom, first, last

    /// Whether it takes in a block; the first block is an odd one, as in the paper.
    public func takes(_ layer: Int, of layers: Int) -> Bool {
      switch self {
      case .all: true
      case .even: layer % 2 == 1
      case .odd: layer % 2 == 0
      case .top: layer >= layers - layers / 2
      case .bottom: layer < layers / 2
      case .first: layer == 0
      case .last: layer == layers - 1
      }
    }
  }

  /// By block.
  public var mixers: [Int: any TokenMixer]
  public var companion: Companion?

  public static let none = TokenMixing(mixers: [:])

  public init(mixers: [Int: any TokenMixer], companion: Companion? = nil) {
    (self.mixers, self.companion) = (mixers, companion)
  }

  /// One mixer in some of a network's blocks.
  public init(
    _ mixer: any TokenMixer, in pattern: Pattern = .all, of network: NetworkDescription,
    companion: Companion? = nil
  ) {
    let layers = network.blocks.indices.filter { pattern.takes($0, of: network.blocks.count) }
    self.init(
      mixers: Dictionary(layers.map { ($0, mixer) }, uniquingKeysWith: { first, _ in first }),
      companion: companion)
  }

  /// All weights of a network whose blocks mix in this way, with their shapes.
  public func weightShapes(of network: NetworkDescription) -> [(key: WeightKey, shape: [Int])] {
    let attention: Set<WeightKey.Part> = [.query, .key, .value, .output, .queryNorm, .keyNorm]
    var written: Set<Int> = []
    var shapes: [(key: WeightKey, shape: [Int])] = []
    for (key, shape) in network.weightShapes {
      guard let layer = key.layer, let mixer = mixers[layer], attention.contains(key.part) else {
        shapes.append((key, shape))
        continue
      }
      // The mixer's weights stand where attention's stood.
      guard written.insert(layer).inserted else { continue }
      for (part, shape) in mixer.weightShapes(network.blocks[layer].attention, width: network.width)
      {
        shapes.append((WeightKey(part, layer: layer), shape))
      }
    }
    return shapes
  }

  /// The companion's rows, as long as the longest sequence: what is behind them changes nothing.
  public func companionInput(_ network: NetworkDescription, count: Int) throws(ModelError)
    -> SequenceInput?
  {
    do {
      switch companion {
      case nil: return nil
      case .drawn(let deviation, let seed):
        let rows = try Tensor.normal(
          [network.embedding.contextLength, network.width], deviation: deviation,
          stream: RandomStream(seed: seed, path: ["model.new", "companion"]))
        return SequenceInput(
          .embeddings(Variable(constant: try rows.indexed([.range(start: 0, end: count)]))))
      case .tokens(let ids):
        guard ids.count >= count else {
          throw ModelError.input(
            reason: "the fixed sequence has \(ids.count) tokens, a text has \(count)")
        }
        return try SequenceInput(ids: Array(ids.prefix(count)))
      }
    } catch { throw ModelError(cause: error) }
  }

  /// How it is named in runs.
  public var described: String {
    let blocks = mixers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.name)" }
    return blocks.isEmpty
      ? "attention" : blocks.joined(separator: ", ") + (companion.map { ", \($0)" } ?? "")
  }
}
