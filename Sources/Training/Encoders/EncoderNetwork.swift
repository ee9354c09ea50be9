import Models
import Tensors

/// What a text encoder learns of pairs of texts that belong together.
public enum EncoderObjective: String, Sendable, CaseIterable {
  /// To find the other text of each pair among those of the batch.
  case pairs
  /// To foresee hidden tokens of all texts.
  case masked
  /// Both: the sum of the two means.
  case both

  public var hidesTokens: Bool { self != .pairs }
  public var matchesPairs: Bool { self != .masked }
}

/// A text encoder that ``NetworkTrainer`` can train on pairs of texts: the pass of inference, over a tape.
public struct EncoderNetwork: TrainableNetwork {
  public typealias Batch = [SequencePair]

  public let objective: EncoderObjective
  public let pooling: TextPooling
  public let contrast: ContrastiveLoss
  /// The network with the objective of hidden tokens.
  private let masked: TransformerTraining

  /// - Parameters:
  ///   - mask: the id that stands for a hidden token; only read where tokens are hidden.
  ///   - share: of tokens that are hidden.
  /// - Throws: ``TrainingError`` where tokens are to be foreseen and the encoder has no scores of them.
  public init(
    _ made: MadeEncoder, objective: EncoderObjective, mask: Int32 = 0, share: Double = 0.15,
    contrast: ContrastiveLoss = .init()
  ) throws(TrainingError) {
    if objective.hidesTokens, made.network.head == nil {
      throw .model(
        .input(
          reason: "'\(made.name)' scores no tokens, so that hidden ones cannot be foreseen "
            + "(objective=pairs needs none)"))
    }
    (self.objective, self.contrast, pooling) = (objective, contrast, made.pooling)
    let tokens = MaskedTokens(
      mask: mask, vocabulary: made.network.embedding.vocabularySize, share: share)
    do throws(ModelError) {
      // What the objective does not reach stays as it is.
      masked = try TransformerTraining(
        made.network, weights: made.weights, objective: tokens,
        isTrained: { key in
          key.part != .pooler && (objective.hidesTokens || !Self.headParts.contains(key.part))
        })
    } catch { throw TrainingError(cause: error) }
  }

  private static let headParts: Set<WeightKey.Part> = [.head, .headTransform, .headNorm]

  public var parameters: [NetworkParameter] { masked.parameters }

  public var settings: [TrainingSetting] {
    [
      .init("encoder_objective", objective.rawValue), .init("pooling", pooling.rawValue),
    ] + contrast.settings + masked.settings
  }

  /// Weights by key, of a trainer's parameters.
  public func weights(of parameters: [NetworkParameter]) -> [WeightKey: Tensor] {
    masked.weights(of: parameters)
  }

  public func loss(
    of batch: [SequencePair], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    var parts: [(terms: Variable, weight: Double)] = []
    if objective.matchesPairs {
      let vectors = try vectors(of: batch.map(\.source) + batch.map(\.target), with: parameters)
      let count = batch.count
      let terms = try contrast.losses(
        vectors.indexed([.range(start: 0, end: count)]),
        vectors.indexed([.range(start: count, end: 2 * count)]),
        same: { batch[$0].source == batch[$1].source || batch[$0].target == batch[$1].target })
      parts.append((terms, Double(2 * count)))
    }
    if objective.hidesTokens {
      let examples = batch.flatMap { [TokenExample($0.source), TokenExample($0.target)] }
      let recorded = try masked.loss(of: examples, with: parameters, in: context)
      parts.append((recorded.terms, recorded.weight))
    }
    // Each a mean of its kind.
    let weight = parts.first?.weight ?? 0
    var terms: [Variable] = []
    for part in parts {
      terms.append(part.weight == weight ? part.terms : try part.terms * (weight / part.weight))
    }
    return RecordedLoss(terms: try .concatenated(terms), weight: weight)
  }

  /// The vectors of sequences, as long as they come out: `[sequences, width]`.
  func vectors(of sequences: [[Int32]], with parameters: [Variable]) throws -> Variable {
    let weights = RecordedWeights(
      Dictionary(zip(masked.keys, parameters), uniquingKeysWith: { first, _ in first }),
      isHeadTied: masked.network.head?.isTied ?? false)
    return try masked.network
      .states(of: sequences.map { try SequenceInput(ids: $0) }, weights: weights)
      .pooled(pooling)
  }
}
