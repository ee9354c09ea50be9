import Tensors
import Tokenizers

/// A sequence that goes through a network's blocks beside each text and lends some of them its queries and
/// keys: their attention is then the same for all texts (arXiv 2510.11602).
public enum CompanionSequence: Sendable, Equatable {
  /// Normal numbers in place of embeddings, never trained, for ``TokenMixer/randomSequence``.
  case drawn(deviation: Double, seed: UInt64)
  /// Tokens, for ``TokenMixer/fixedSequence``.
  case tokens([Int32])

  /// Its first tokens as a network takes them; what is behind them changes nothing.
  ///
  /// - Throws: ``ModelError/contextExceeded(needed:limit:)`` where there are not so many.
  func input(_ network: NetworkDescription, count: Int) throws(ModelError) -> SequenceInput {
    do {
      switch self {
      case .drawn(let deviation, let seed):
        let rows = try Tensor.normal(
          [count, network.width], deviation: deviation,
          stream: RandomStream(seed: seed, path: ["model.new", "companion"]))
        return SequenceInput(.embeddings(Variable(constant: rows)))
      case .tokens(let ids):
        guard ids.count >= count else {
          throw ModelError.contextExceeded(needed: count, limit: ids.count)
        }
        return try SequenceInput(ids: Array(ids.prefix(count)))
      }
    } catch { throw ModelError(cause: error) }
  }

  /// Refuses a companion that a network cannot have.
  static func check(_ network: NetworkDescription, path: String) throws(ModelError) {
    func fail(_ field: String, _ reason: String) -> ModelError {
      .configuration(path: path, field: field, reason: reason)
    }
    let readers = network.blocks.map(\.mixer).filter(\.readsCompanion)
    guard let companion = network.companion else {
      if let reader = readers.first {
        throw fail("companion", "\(reader.rawValue) reads one, and there is none")
      }
      return
    }
    guard !readers.isEmpty else { throw fail("companion", "no layer reads it") }
    let needed: TokenMixer
    switch companion {
    case .drawn(let deviation, _):
      needed = .randomSequence
      guard deviation > 0, deviation <= 1e6 else {
        throw fail("companion", "the deviation \(deviation) is outside 0...1e6")
      }
    case .tokens(let ids):
      needed = .fixedSequence
      let size = network.embedding.vocabularySize
      if let id = ids.first(where: { $0 < 0 || Int($0) >= size }) {
        throw fail("companion", "the id \(id) is outside the vocabulary of \(size)")
      }
      let context = network.embedding.contextLength
      guard ids.count >= context else {
        throw fail(
          "companion", "it has \(ids.count) tokens, and a text may have \(context)")
      }
    }
    if let other = readers.first(where: { $0 != needed }) {
      throw fail("mixers", "\(other.rawValue) does not go with the companion of \(needed.rawValue)")
    }
    guard network.isCausal else {
      throw fail("mixers", "\(needed.rawValue) needs a network whose tokens see their past alone")
    }
  }
}

extension NetworkDescription {
  /// The same network with a mixer in the layers that a pattern does not leave to attention.
  public func mixing(
    _ mixer: TokenMixer, _ pattern: MixingPattern = .uniform, companion: CompanionSequence? = nil
  ) -> NetworkDescription {
    var network = self
    for (layer, own) in pattern.mixers(mixer, layers: blocks.count).enumerated() {
      network.blocks[layer].mixer = own
    }
    network.companion = network.blocks.contains { $0.mixer.readsCompanion } ? companion : nil
    return network
  }

  /// How tokens are mixed, in short: `attention`, or the mixer of each layer.
  public var describedMixing: String {
    if blocks.allSatisfy({ $0.mixer == .softmax }) { return "attention" }
    let layers = blocks.map(\.mixer.rawValue).joined(separator: ", ")
    return companion.map { "\(layers); \($0)" } ?? layers
  }

  /// The last layer that reads a companion; nil where none does.
  var lastReaderOfCompanion: Int? { blocks.lastIndex { $0.mixer.readsCompanion } }
}

extension CompanionSequence {
  /// What a mixer reads beside each text; nil for mixers that read nothing.
  ///
  /// - Parameters:
  ///   - count: how many positions a text may have.
  ///   - texts: begin the fixed sequence, one after another, the tokenizer's marker of texts between them.
  ///   - seed: names random rows, which have the deviation of fresh embeddings.
  /// - Throws: ``ModelError/input(reason:)`` where texts have too few tokens for a fixed sequence.
  public init?(
    of mixer: TokenMixer, count: Int, texts: [String], tokenizer: Tokenizer, seed: UInt64
  ) throws(ModelError) {
    switch mixer {
    case .softmax, .mlp, .approximate, .nonapproximate, .staticEmbeddings: return nil
    case .randomSequence:
      self = .drawn(deviation: InitialWeights(seed: seed).deviation, seed: seed)
    case .fixedSequence:
      var ids: [Int32] = []
      do throws(TokenizerError) {
        for text in texts where ids.count < count {
          if !ids.isEmpty, let marker = tokenizer.bosID ?? tokenizer.eosID { ids.append(marker) }
          ids += try tokenizer.encode(text)
        }
      } catch { throw .tokenizer(error) }
      guard ids.count >= count else {
        throw .input(
          reason: "fixed_qk needs a fixed sequence of \(count) tokens, and its texts have "
            + "\(ids.count): give a longer text, or a shorter context")
      }
      self = .tokens(Array(ids.prefix(count)))
    }
  }
}
