import Kernels
import Models
import Tensors
import Tokenizers

/// How long to go on, and how.
public struct DecodingOptions: Sendable {
  /// The most new tokens.
  public var maximum: Int
  /// Ends before a token that ends a text (``LanguageModel/stopIDs``).
  public var stopsAtEnd: Bool
  /// Keeps keys and values between steps; without, every step starts from nothing. The tokens are
  /// the same, only the time differs.
  public var usesCache: Bool

  public init(maximum: Int = 128, stopsAtEnd: Bool = true, usesCache: Bool = true) {
    (self.maximum, self.stopsAtEnd, self.usesCache) = (maximum, stopsAtEnd, usesCache)
  }
}

/// Why decoding ended.
public enum StopReason: Sendable, Equatable {
  /// The most new tokens were made.
  case maximum
  /// The model chose this token, which ends a text; it is not among the new ones.
  case endOfText(Int32)
  /// Prompt and new tokens fill the model's context.
  case contextFull

  public var name: String {
    switch self {
    case .maximum: "maximum"
    case .endOfText: "end of text"
    case .contextFull: "context full"
    }
  }
}

/// What decoding made.
public struct DecodedText: Sendable, Equatable {
  public let promptIDs: [Int32]
  /// The new tokens.
  public let ids: [Int32]
  /// The text of the new tokens as it goes on from the prompt; nil without a tokenizer.
  public let text: String?
  /// log p of each new token under the model itself (temperature 1, nothing left out), in nats.
  public let logProbabilities: [Float]
  public let stopReason: StopReason
}

/// Makes text token by token.
public enum Decoder {
  /// Takes the best token at every step.
  public static func greedy(
    _ model: some LanguageModel, prompt: [Int32], options: DecodingOptions = .init(),
    onToken: ((Int32) -> Void)? = nil
  ) throws(DecodingError) -> DecodedText {
    try decode(
      model, prompt: prompt, sampler: .greedy, stream: RandomStream(seed: 0), options: options,
      onToken: onToken)
  }

  /// Draws each token from its scores, as `sampler` shapes them.
  ///
  /// - Parameters:
  ///   - prompt: at least one id.
  ///   - stream: the n-th new token draws from its child "n", so a draw never depends on how many
  ///     numbers those before it used.
  ///   - onToken: told each new token as it comes.
  /// - Complexity: one forward step a token with the cache, one pass over all without.
  public static func decode(
    _ model: some LanguageModel, prompt: [Int32], sampler: Sampler, stream: RandomStream,
    options: DecodingOptions = .init(), onToken: ((Int32) -> Void)? = nil
  ) throws(DecodingError) -> DecodedText {
    guard options.maximum >= 0 else {
      throw .setting(name: "max", value: Double(options.maximum), range: "at least 0")
    }
    do throws(ModelError) {
      return try run(model, prompt, sampler, stream, options, onToken)
    } catch { throw .model(error) }
  }

  private static func run(
    _ model: some LanguageModel, _ prompt: [Int32], _ sampler: Sampler, _ stream: RandomStream,
    _ options: DecodingOptions, _ onToken: ((Int32) -> Void)?
  ) throws(ModelError) -> DecodedText {
    if prompt.isEmpty { throw .noTokens(operation: "decoding") }
    try model.check(prompt)
    let stops = options.stopsAtEnd ? model.stopIDs : []
    var cache = model.makeCache()
    var pending = prompt
    var ids: [Int32] = []
    var logProbabilities: [Float] = []
    var reason = StopReason.maximum
    while ids.count < options.maximum {
      if prompt.count + ids.count >= model.contextLength {
        reason = .contextFull
        break
      }
      if !options.usesCache {
        cache = model.makeCache()
        pending = prompt + ids
      }
      let logits = try model.lastLogits(ids: pending, cache: &cache)
      var step = stream.child(String(ids.count))
      guard Rows.argmax(logits[...]) != nil, let id = sampler.choose(logits, stream: &step) else {
        throw .notANumber(model: model.name, position: prompt.count + ids.count - 1)
      }
      if stops.contains(id) {
        reason = .endOfText(id)
        break
      }
      ids.append(id)
      logProbabilities.append(-(try TokenLoss.nats(logits, row: 0, target: id)))
      onToken?(id)
      pending = [id]
    }
    return DecodedText(
      promptIDs: prompt, ids: ids, text: try text(model, prompt, ids),
      logProbabilities: logProbabilities, stopReason: reason)
  }

  /// The new tokens' text behind the prompt's: a space that joins the two is kept.
  private static func text(_ model: some LanguageModel, _ prompt: [Int32], _ ids: [Int32])
    throws(ModelError) -> String?
  {
    guard let tokenizer = model.tokenizer else { return nil }
    var decoder = tokenizer.makeStreamingDecoder()
    var text = ""
    do throws(TokenizerError) {
      for id in prompt { _ = try decoder.append(id) }
      for id in ids { text += try decoder.append(id) }
    } catch {
      // An embedding that no token of the vocabulary has: the ids are the result.
      if case .idOutsideVocabulary = error { return nil }
      throw .tokenizer(error)
    }
    return text + decoder.finish()
  }
}
