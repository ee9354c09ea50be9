import Kernels
import Models
import Tensors
import Tokenizers

/// Trains a model once over documents in one known order, which is kept: the transcript that tests of
/// provenance ask for (arXiv 2510.19796).
public enum OrderedTraining {
  /// How the learning rate goes.
  public enum Course: String, Sendable, CaseIterable {
    /// The same from the end of the warm-up on.
    case constant
    /// Down to a twentieth along half a cosine.
    case cosine
  }

  /// The sizes of the model and how it learns.
  public struct Configuration: Sendable, Equatable {
    public var layers: Int
    public var width: Int
    public var heads: Int
    public var keyValueHeads: Int
    public var mlp: Int
    public var context: Int
    /// Documents in a step.
    public var batch: Int
    /// The largest learning rate.
    public var rate: Float
    public var course: Course
    /// Names the first weights; the order has a seed of its own.
    public var seed: UInt64

    public init(
      layers: Int = 2, width: Int = 64, heads: Int = 2, keyValueHeads: Int? = nil, mlp: Int? = nil,
      context: Int = 64, batch: Int = 16, rate: Float = 2e-3, course: Course = .constant,
      seed: UInt64 = 1
    ) {
      (self.layers, self.width, self.heads) = (layers, width, heads)
      self.keyValueHeads = keyValueHeads ?? heads
      self.mlp = mlp ?? LlamaShape.usualMLP(width: width)
      (self.context, self.batch, self.rate) = (context, batch, rate)
      (self.course, self.seed) = (course, seed)
    }
  }

  /// Where a run begins.
  public enum Start: Sendable {
    case fresh(Configuration)
    /// With the sizes and settings of a checkpoint, and another, constant rate where one is given.
    case checkpoint(LlamaTrainer.Checkpoint, rate: Float? = nil)
  }

  /// How far a run is.
  public struct Progress: Sendable {
    public let step: Int
    public let steps: Int
    /// Nats a token, of the step.
    public let loss: Float
  }

  public struct Result: Sendable {
    /// The transcript: which documents were trained on, in order.
    public let order: [Int]
    /// The states after the numbers of documents that were asked for, in their order.
    public let checkpoints: [LlamaTrainer.Checkpoint]
    /// The state at the end.
    public let last: LlamaTrainer.Checkpoint
    /// Nats a token, of each step before its change.
    public let losses: [Float]
    /// Targets of all steps: tokens, and ends of documents.
    public let tokens: Int
  }

  /// One pass over documents.
  ///
  /// - Parameters:
  ///   - order: the seed of their random order; nil takes them as they stand.
  ///   - checkpoints: numbers of documents after which the state is kept: each the end of a step, so a multiple
  ///     of the batch or the number of all documents.
  ///   - tokenizer: must have a BOS or EOS token, which begins and ends documents.
  /// - Throws: ``TrainingError``.
  /// - Complexity: O(tokens · parameters).
  public static func run(
    _ start: Start, tokenizer: Tokenizer, documents: [String], order: UInt64? = nil,
    checkpoints wanted: [Int] = [], progress: ((Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    let marker = try LanguageModelTraining.marker(of: tokenizer)
    let ids = try LanguageModelTraining.encoded(documents, tokenizer, keepsEmpty: true)
    if ids.isEmpty { throw .tooFewExamples(examples: 0, needed: 1) }
    let trainer = try trainer(
      start, vocabulary: tokenizer.vocabularySize, documents: ids.count, marker: marker)
    let batch = trainer.settings.batch
    for count in wanted
    where count < 0 || count > ids.count
      || (count % batch != 0 && count != ids.count)
    {
      throw .setting(
        name: "a checkpoint", value: count,
        reason: "must be a multiple of the batch (\(batch)) up to the \(ids.count) documents")
    }
    let transcript = Self.order(of: ids.count, seed: order)
    var kept: [Int: LlamaTrainer.Checkpoint] = [:]
    var losses: [Float] = []
    let steps = (ids.count + batch - 1) / batch
    if wanted.contains(0) { kept[0] = trainer.checkpoint }
    for first in stride(from: 0, to: ids.count, by: batch) {
      let end = min(first + batch, ids.count)
      losses.append(try trainer.advance(on: transcript[first..<end].map { ids[$0] }).loss)
      if wanted.contains(end) { kept[end] = trainer.checkpoint }
      progress?(Progress(step: losses.count, steps: steps, loss: losses.last ?? 0))
    }
    return Result(
      order: transcript, checkpoints: wanted.compactMap { kept[$0] }, last: trainer.checkpoint,
      losses: losses, tokens: ids.reduce(0) { $0 + $1.count + 1 })
  }

  /// Which documents come in order: the order that a seed names, whatever the documents are.
  public static func order(of count: Int, seed: UInt64?) -> [Int] {
    guard let seed else { return Array(0..<max(count, 0)) }
    var stream = RandomStream(seed: seed, path: ["train.ordered", "order"])
    return stream.permutation(count)
  }

  private static func trainer(
    _ start: Start, vocabulary: Int, documents: Int, marker: Int32
  ) throws(TrainingError) -> OrderedTrainer {
    switch start {
    case .checkpoint(let checkpoint, let rate):
      guard checkpoint.shape.vocabulary == vocabulary else {
        throw .resumeMismatch(
          setting: "vocabulary", saved: "\(checkpoint.shape.vocabulary)", asked: "\(vocabulary)")
      }
      return try OrderedTrainer(from: checkpoint, rate: rate, marker: marker)
    case .fresh(let own):
      let shape = LlamaShape(
        vocabulary: vocabulary, width: own.width, layers: own.layers, heads: own.heads,
        keyValueHeads: own.keyValueHeads, mlp: own.mlp, context: own.context)
      // An impossible batch is refused with the settings.
      let batch = min(max(own.batch, 1), documents)
      var settings = LlamaTrainer.Settings(
        batch: own.batch, steps: (documents + batch - 1) / batch, rate: own.rate, seed: own.seed)
      if own.course == .constant { settings.schedule.floor = 1 }
      return try OrderedTrainer(shape, settings: settings, marker: marker)
    }
  }
}
