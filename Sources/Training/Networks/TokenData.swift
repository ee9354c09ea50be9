import Tokenizers

/// Sequences of tokens to learn from, and those that a run is measured on.
public struct TokenData: Sendable {
  public let batches: any BatchSource<[TokenExample]>
  /// Batches that training does not see; none where there is too little for one.
  public let heldOut: [[TokenExample]]
  /// Tokens that a step's batch has, or most has where batches differ.
  public let tokensPerBatch: Int

  public init(
    _ batches: any BatchSource<[TokenExample]>, heldOut: [[TokenExample]], tokensPerBatch: Int
  ) {
    (self.batches, self.heldOut, self.tokensPerBatch) = (batches, heldOut, tokensPerBatch)
  }

  /// All texts but the last twentieth, packed into windows, and that.
  ///
  /// - Parameters:
  ///   - tokenizer: must have a BOS or EOS token, which stands between texts.
  ///   - context: the network's; a window has one token less, since its last target stands behind it.
  /// - Throws: ``TrainingError/tooLittleData(tokens:needed:)`` and its like.
  public init(
    _ documents: [String], tokenizer: Tokenizer, context: Int, windows: Int, seed: UInt64
  ) throws(TrainingError) {
    let marker = try LanguageModelTraining.marker(of: tokenizer)
    let ids = try LanguageModelTraining.encoded(documents, tokenizer)
    let (training, held) = LanguageModelTraining.split(ids)
    let batches = try PackedTokenBatches(
      training, marker: marker, context: context - 1, windows: windows, seed: seed)
    let heldBatches = try? PackedTokenBatches(
      held, marker: marker, context: context - 1, windows: 1, seed: seed)
    self.init(
      batches,
      heldOut: (0..<(heldBatches?.batchesPerPass ?? 0)).compactMap { heldBatches?.batch($0) },
      tokensPerBatch: batches.tokensPerBatch)
  }

  /// The same of a text that stays in a file; no more than about a million tokens of the last twentieth are
  /// measured, since those are held in memory.
  public init(
    _ file: TokenFile, tokenizer: Tokenizer, context: Int, windows: Int, seed: UInt64
  ) throws(TrainingError) {
    let marker = try LanguageModelTraining.marker(of: tokenizer)
    let (training, held) = file.split()
    let batches = try MappedTokenBatches(
      file, documents: training, marker: marker, context: context - 1, windows: windows,
      seed: seed)
    let heldBatches = try? MappedTokenBatches(
      file, documents: held, marker: marker, context: context - 1, windows: 1, seed: seed)
    let count = min(heldBatches?.batchesPerPass ?? 0, max((1 << 20) / max(context, 1), 1))
    self.init(
      batches, heldOut: (0..<count).compactMap { heldBatches?.batch($0) },
      tokensPerBatch: batches.tokensPerBatch)
  }
}
