import Kernels
import Models
import Tensors
import Tokenizers

/// How a model goes on from the bytes of a prompt.
public enum PromptReading: String, Sendable, CaseIterable {
  /// By the prompt's own ids: tokens that reach over the prompt's end are lost.
  case raw
  /// By the ids without the last, where the next token starts with the text of the one left out:
  /// repairs ends inside the last token only.
  case healed
  /// By all covers.
  case exact
}

/// Token healing: the prompt's last token is left out, and the next one must start with its text
/// (S. Lundberg, 2023, "The art of prompt design: prompt boundaries and token healing").
public enum TokenHealing {
  /// Goes on from a prompt. The first new token takes the place of the prompt's last one and starts
  /// with its text.
  ///
  /// - Complexity: one forward step a token.
  public static func decode(
    _ model: ByteModel, prompt: [UInt8], sampler: Sampler, stream: RandomStream,
    options: DecodingOptions = .init(), onToken: ((Int32) -> Void)? = nil
  ) throws(DecodingError) -> HealedText {
    let start = try start(model, prompt)
    guard let dropped = start.dropped else {
      let decoded = try Decoder.decode(
        model.model, prompt: model.context, sampler: sampler, stream: stream, options: options,
        onToken: onToken)
      return HealedText(decoded: decoded, dropped: [], text: decoded.text)
    }
    let decoded = try ConstrainedStart(model: model, ids: start.kept, tokens: start.tokens)
      .decode(sampler, stream, options, onToken)
    return HealedText(
      decoded: decoded, dropped: dropped,
      text: model.text(of: start.kept + decoded.ids, from: prompt.count))
  }

  /// Where healed decoding begins.
  private struct Start {
    var kept: [Int32]
    /// The text of the last token, nil for a prompt without tokens.
    var dropped: [UInt8]?
    /// The tokens that start with it, and log p of each.
    var tokens: [(id: Int32, weight: Double)] = []
    var reader: NextTokenReader
  }

  private static func start(_ model: ByteModel, _ prompt: [UInt8]) throws(DecodingError) -> Start {
    let model = model.unmasked
    let ids = try model.ids(of: prompt)
    var reader = NextTokenReader(model)
    guard let last = ids.last else { return Start(kept: [], reader: reader) }
    let kept = Array(ids.dropLast())
    let dropped = model.bytes(last, behind: kept)
    let next = try reader.scores(after: kept)
    let tokens = model.continuations.tokens(startingWith: dropped, atStart: kept.isEmpty)
      .map { (id: $0, weight: next.score(of: $0)) }.filter { $0.weight > -.infinity }
    return Start(kept: kept, dropped: dropped, tokens: tokens, reader: reader)
  }

  /// The probability of each next byte and of the text's end behind a prompt, under one reading of it.
  ///
  /// Raw and healed ones take the model's scores as they are: the mask is for the exact one.
  /// - Returns: 257 numbers whose sum is 1.
  public static func nextByte(
    _ model: ByteModel, after prompt: [UInt8], reading: PromptReading
  ) throws(DecodingError) -> [Double] {
    switch reading {
    case .exact:
      var state = try model.start(prompt)
      return try state.next()
    case .raw:
      let model = model.unmasked
      var reader = NextTokenReader(model)
      let ids = try model.ids(of: prompt)
      var masses = ByteMasses()
      try masses.add(model, &reader, behind: ids, weight: 0)
      return masses.normalized
    case .healed:
      let model = model.unmasked
      var start = try start(model, prompt)
      var masses = ByteMasses()
      guard let dropped = start.dropped else {
        try masses.add(model, &start.reader, behind: start.kept, weight: 0)
        return masses.normalized
      }
      for (id, weight) in start.tokens {
        let bytes = model.bytes(id, behind: start.kept)
        if bytes.count > dropped.count {
          masses.add(Int(bytes[dropped.count]), weight)
        } else {
          try masses.add(model, &start.reader, behind: start.kept + [id], weight: weight)
        }
      }
      return masses.normalized
    }
  }
}

/// What healed decoding made.
public struct HealedText: Sendable, Equatable {
  /// The tokens behind the prompt's, the last of which was left out.
  public let decoded: DecodedText
  /// The text of the token that was left out.
  public let dropped: [UInt8]
  /// What comes behind the prompt; nil where a new token is none of the vocabulary.
  public let text: String?
}

/// Probabilities of next bytes that are added up.
private struct ByteMasses {
  private var terms = [[Double]](repeating: [], count: NextByte.count)

  mutating func add(_ byte: Int, _ weight: Double) { terms[byte].append(weight) }

  /// What follows ids, token by token.
  mutating func add(
    _ model: ByteModel, _ reader: inout NextTokenReader, behind ids: [Int32], weight: Double
  ) throws(DecodingError) {
    let next = try reader.scores(after: ids)
    for (id, score) in zip(next.ids, next.scores) {
      if let first = model.bytes(id, behind: ids).first { add(Int(first), weight + score) }
    }
    add(NextByte.end, weight + next.end)
  }

  var normalized: [Double] {
    let logs = terms.map(LogSum.of)
    let total = LogSum.of(logs)
    return ElementaryFunction.exp(logs.map { $0 - total })
  }
}
