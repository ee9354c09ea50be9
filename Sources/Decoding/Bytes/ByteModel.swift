import Kernels
import Models
import Tokenizers

/// A language model over tokens as a model of bytes, exactly: the probability of a byte string is the
/// sum over its covers (B. Phan et al., arXiv 2410.09303).
///
/// A cover is a sequence of tokens that can begin the ids of some text (``TokenContinuations``) and
/// whose text starts with the byte string, where only the last token reaches beyond it. So a prompt
/// may end inside a word, and models with different vocabularies can be compared and averaged.
public struct ByteModel: ByteDistribution {
  public let model: any LanguageModel
  public let continuations: TokenContinuations
  /// Tokens that no text has at a place get no probability there, and the others theirs anew, so that
  /// nothing is lost. Without the mask scores are as the model gives them, and sequences are looked at
  /// only when they end where the byte string does: faster, and near the same.
  public private(set) var masks: Bool
  /// What stands before a text: BOS, also where the model's files do not ask for it, or EOS, which
  /// stands between the texts that models learn from.
  let context: [Int32]

  public var name: String { model.name }
  public var tokenizer: Tokenizer { continuations.tokenizer }

  /// - Parameter tokenizer: by default the model's own.
  /// - Throws: ``DecodingError/noBeginning(model:)``; ``DecodingError/model(_:)`` where there is no
  ///   tokenizer, or one with more tokens than the model has.
  /// - Complexity: one encoding per token of the vocabulary.
  public init(_ model: any LanguageModel, tokenizer: Tokenizer? = nil, masks: Bool = true)
    throws(DecodingError)
  {
    guard let tokenizer = tokenizer ?? model.tokenizer else {
      throw .model(.noTokenizer(model: model.name))
    }
    do throws(ModelError) { try model.check(tokenizer) } catch { throw .model(error) }
    guard let beginning = model.bosID ?? model.eosID else { throw .noBeginning(model: model.name) }
    do throws(TokenizerError) {
      continuations = try TokenContinuations(tokenizer)
    } catch { throw DecodingError(error) }
    (self.model, self.masks, context) = (model, masks, [beginning])
  }

  /// The state behind a prompt: its covers, found from scratch.
  ///
  /// Their weights lack what all of them have in common, the tokens that lie before the places where
  /// they differ.
  /// - Throws: ``DecodingError/notEncodable(place:tokenizer:)``,
  ///   ``DecodingError/impossibleByte(byte:place:model:)``, ``DecodingError/model(_:)``.
  /// - Complexity: one model call for each place behind which a token starts with all that is left of
  ///   the prompt: the bytes of its last word, as a rule.
  public func start(_ prompt: [UInt8]) throws(DecodingError) -> any ByteState {
    try coverState(of: prompt)
  }

  /// As ``start(_:)``, with its type.
  public func coverState(of prompt: [UInt8]) throws(DecodingError) -> CoverState {
    _ = try ids(of: prompt)
    var state = CoverState(self)
    try state.begin(with: prompt)
    return state
  }

  /// The ids of bytes, which must come back from them.
  func ids(of bytes: [UInt8]) throws(DecodingError) -> [Int32] {
    let (ids, back): ([Int32], [UInt8])
    do throws(TokenizerError) {
      ids = try tokenizer.encode(bytes: bytes)
      back = try tokenizer.bytes(of: ids)
    } catch { throw DecodingError(error) }
    if back != bytes {
      let same = zip(back, bytes).prefix { $0 == $1 }.count
      throw .notEncodable(place: same, tokenizer: tokenizer.name)
    }
    return ids
  }

  /// The same without the mask.
  var unmasked: ByteModel {
    var model = self
    model.masks = false
    return model
  }

  /// What ids give from a byte on, nil where one is none of the vocabulary: the model may have more
  /// embeddings.
  func text(of ids: [Int32], from place: Int) -> String? {
    (try? tokenizer.bytes(of: ids)).map { String(decoding: $0.dropFirst(place), as: UTF8.self) }
  }

  /// What a token gives behind ids.
  func bytes(_ id: Int32, behind ids: [Int32]) -> [UInt8] {
    continuations.bytes(of: id, atStart: ids.isEmpty)
  }
}
