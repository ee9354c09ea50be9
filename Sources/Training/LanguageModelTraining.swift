import Files
import Kernels
import Models
import Tokenizers

/// Trains a language model on texts, from ids to a measured model that can be saved.
public enum LanguageModelTraining {
  /// The sizes of the model and of the run.
  public struct Configuration: Sendable, Equatable {
    public var layers: Int
    public var width: Int
    public var heads: Int
    public var keyValueHeads: Int
    public var mlp: Int
    public var context: Int
    /// Windows of `context` tokens in a step.
    public var batch: Int
    public var steps: Int
    /// The largest learning rate.
    public var rate: Float
    public var seed: UInt64

    public init(
      layers: Int = 4, width: Int = 96, heads: Int = 6, keyValueHeads: Int? = nil,
      mlp: Int? = nil, context: Int = 256, batch: Int = 8, steps: Int = 1000, rate: Float = 3e-3,
      seed: UInt64 = 1
    ) {
      (self.layers, self.width, self.heads) = (layers, width, heads)
      self.keyValueHeads = keyValueHeads ?? heads
      self.mlp = mlp ?? LlamaShape.usualMLP(width: width)
      (self.context, self.batch, self.steps) = (context, batch, steps)
      (self.rate, self.seed) = (rate, seed)
    }
  }

  /// How far a run is.
  public struct Progress: Sendable {
    public let step: Int
    public let steps: Int
    /// Nats a token: the mean of the last steps' losses, up to fifty.
    public let loss: Float
    public let tokens: Int
  }

  /// Trains on all documents but the last twentieth, which the model is measured on.
  ///
  /// - Parameters:
  ///   - tokenizer: must have a BOS or EOS token, which stands between documents.
  ///   - documents: texts; the more alike in kind, the better the last ones measure.
  ///   - start: a model of the same form whose weights training begins with; fresh ones unless given.
  ///   - checkpoint: where a run that was interrupted left off; its file is used, written every
  ///     `checkpointEvery` steps, and left there.
  /// - Throws: ``TrainingError``. If the loss is not finite, the last checkpoint stays.
  public static func run(
    _ configuration: Configuration, tokenizer: Tokenizer, documents: [String],
    start: TransformerModel? = nil, checkpoint: String? = nil, checkpointEvery: Int = 200,
    progress: ((Progress) -> Void)? = nil
  ) throws(TrainingError) -> TrainedLanguageModel {
    let marker = try marker(of: tokenizer)
    let ids = try encoded(documents, tokenizer)
    let split = split(ids)
    let shape = LlamaShape(
      vocabulary: tokenizer.vocabularySize, width: configuration.width,
      layers: configuration.layers, heads: configuration.heads,
      keyValueHeads: configuration.keyValueHeads, mlp: configuration.mlp,
      context: configuration.context)
    let settings = LlamaTrainer.Settings(
      batch: configuration.batch, steps: configuration.steps, rate: configuration.rate,
      seed: configuration.seed)
    let trainer: LlamaTrainer
    if let checkpoint, Paths.exists(checkpoint) {
      trainer = try LlamaTrainer(
        resuming: try .load(checkpoint), shape: shape, settings: settings,
        documents: split.training, marker: marker)
    } else {
      trainer = try LlamaTrainer(
        shape, settings: settings, documents: split.training, marker: marker)
      if let start { try trainer.begin(with: start) }
    }
    var losses: [Float] = []
    while trainer.step < settings.steps {
      let report = try trainer.advance()
      losses.append(report.loss)
      if let checkpoint, checkpointEvery > 0, report.step % checkpointEvery == 0 {
        try trainer.checkpoint.save(to: checkpoint)
      }
      if let progress {
        let recent = losses.suffix(50)
        progress(
          Progress(
            step: report.step, steps: settings.steps,
            loss: recent.reduce(0, +) / Float(recent.count),
            tokens: report.step * trainer.tokensPerStep))
      }
    }
    trainer.roundParametersToHalf()
    let measured = try measure(
      trainer, held: split.held, training: split.training, marker: marker, tokenizer)
    var model = TrainedLanguageModel(
      configuration: configuration, shape: shape, marker: marker, tensors: trainer.tensors,
      parameters: trainer.parameters, tokenizer: tokenizer, dataDigest: trainer.data,
      documents: documents.count, tokens: trainer.step * trainer.tokensPerStep, losses: losses,
      heldOut: measured)
    do throws(ModelError) { model.start = try start?.digest() } catch { throw .model(error) }
    return model
  }

  /// The id that begins and ends documents.
  static func marker(of tokenizer: Tokenizer) throws(TrainingError) -> Int32 {
    guard let marker = tokenizer.bosID ?? tokenizer.eosID else {
      throw .setting(
        name: "the number of special tokens", value: 0,
        reason: "the tokenizer needs one to begin and end documents, such as <|endoftext|>")
    }
    return marker
  }

  /// - Parameter keepsEmpty: an empty document stays, so that none changes its place.
  static func encoded(
    _ documents: [String], _ tokenizer: Tokenizer, keepsEmpty: Bool = false
  ) throws(TrainingError) -> [[Int32]] {
    var ids: [[Int32]] = []
    ids.reserveCapacity(documents.count)
    do throws(TokenizerError) {
      for document in documents where keepsEmpty || !document.isEmpty {
        ids.append(try tokenizer.encode(document))
      }
    } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
    return ids
  }

  /// The last twentieth of the documents, or of the last document where they are few.
  static func split(_ ids: [[Int32]]) -> (training: [[Int32]], held: [[Int32]]) {
    let (held, kept) = heldOut(of: ids.count, last: ids.last?.count ?? 0)
    if held > 0 { return (Array(ids.dropLast(held)), Array(ids.suffix(held))) }
    guard let kept, let last = ids.last else { return (ids, []) }
    return (ids.dropLast() + [Array(last[..<kept])], [Array(last[kept...])])
  }

  /// How many documents at the end are held out; where it is none, how many tokens of the last one are
  /// trained on, if it is cut.
  static func heldOut(of documents: Int, last count: Int) -> (documents: Int, keptOfLast: Int?) {
    let held = documents / 20
    return (held, held == 0 && count >= 20 ? count - count / 20 : nil)
  }

  static func measure(
    _ trainer: LlamaTrainer, held: [[Int32]], training: [[Int32]], marker: Int32,
    _ tokenizer: Tokenizer
  ) throws(TrainingError) -> TrainedLanguageModel.HeldOut {
    let evaluation = try trainer.evaluate(held)
    var bytes = 0
    do { for document in held { bytes += try tokenizer.bytes(of: document).count } } catch {
      throw .tokenizer(error)
    }
    func baseline(_ order: Int) -> Double? {
      NGramBaseline(
        order: order, vocabulary: trainer.shape.vocabulary, documents: training, marker: marker)?
        .nats(held)
    }
    return TrainedLanguageModel.HeldOut(
      documents: held.count, tokens: evaluation.tokens, bytes: bytes, nats: evaluation.nats,
      unigramNats: baseline(1), fiveGramNats: baseline(5))
  }
}
