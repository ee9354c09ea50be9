import Tensors
import Tokenizers

/// A network that reads a text as a whole and writes another one token by token, looking back at the first
/// (T5, arXiv 1910.10683).
public final class EncoderDecoderModel: Sendable {
  /// Takes embeddings, which are the decoder's.
  public let encoder: TransformerModel
  public let decoder: TransformerModel
  /// The id that every written text begins with.
  public let startID: Int32

  init(encoder: TransformerModel, decoder: TransformerModel, startID: Int32) {
    (self.encoder, self.decoder, self.startID) = (encoder, decoder, startID)
  }

  public var name: String { decoder.name }
  public var tokenizer: Tokenizer? { decoder.tokenizer }
  public var vocabularySize: Int { decoder.vocabularySize }

  // MARK: Reading

  /// The states of texts that are read, one row a token, and what hooks and rules ask for.
  public func run(encoding batch: [[Int32]], options: PassOptions = .init()) throws(ModelError)
    -> TokenState
  {
    var inputs: [SequenceInput] = []
    for ids in batch {
      if ids.isEmpty { throw .noTokens(operation: "an encoder") }
      inputs.append(SequenceInput(.embeddings(try decoder.embeddings(of: ids))))
    }
    var caches: [KeyValueCache] = []
    return try encoder.run(inputs, caches: &caches, options: options)
  }

  /// The states of a text that is read, `[ids, width]`: the memory of the decoder.
  public func encode(_ ids: [Int32]) throws(ModelError) -> Tensor {
    try run(encoding: [ids]).x.value
  }

  // MARK: Writing

  public func makeCache() -> KeyValueCache { decoder.makeCache() }

  /// The scores after each of `ids` of the written text, which stand behind what the cache holds:
  /// `[ids, vocabulary]`.
  ///
  /// - Parameters:
  ///   - memory: the read text's states. A cache keeps what it was first used with, so that a later
  ///     memory changes nothing.
  ///   - cache: takes the new tokens; if this throws, it is as before.
  public func logits(
    ids: [Int32], memory: Tensor, cache: inout KeyValueCache, options: PassOptions = .init()
  ) throws(ModelError) -> Tensor {
    if ids.isEmpty { throw .noTokens(operation: "a forward pass") }
    guard memory.rank == 2, memory.shape[0] > 0, memory.shape[1] == encoder.network.width else {
      throw .input(
        reason: "a memory of the shape \(memory.shape) for a network of the width "
          + "\(encoder.network.width)")
    }
    var caches = [cache]
    do {
      let given = try SequenceInput(
        .ids(Tensor(ids, shape: [ids.count])), memory: Variable(constant: memory))
      let state = try decoder.run([given], caches: &caches, options: options)
      let scores = try decoder.scores(state.x).value
      cache = caches[0]
      return scores
    } catch { throw ModelError(cause: error) }
  }

  /// Writes the likeliest token each time, the lowest id of equals, up to an end token or `limit` ids.
  ///
  /// - Returns: the ids without the start token; an end token is the last.
  /// - Throws: ``ModelError/notANumber(model:position:)`` where scores hold a NaN.
  public func greedy(_ ids: [Int32], limit: Int) throws(ModelError) -> [Int32] {
    let memory = try encode(ids)
    var cache = makeCache()
    var written: [Int32] = []
    var last = startID
    let ends = Set([decoder.eosID].compactMap { $0 })
    while written.count < limit {
      let scores = try logits(ids: [last], memory: memory, cache: &cache).floats
      if scores.contains(where: \.isNaN) {
        throw .notANumber(model: name, position: written.count)
      }
      guard
        let best = scores.indices.max(by: {
          scores[$0] < scores[$1] || scores[$0] == scores[$1] && $0 > $1
        })
      else { break }
      last = Int32(truncatingIfNeeded: best)
      written.append(last)
      if ends.contains(last) { break }
    }
    return written
  }

  // MARK: Texts

  static func source(of text: String, _ tokenizer: Tokenizer) throws(ModelError) -> [Int32] {
    do throws(TokenizerError) {
      return try tokenizer.encode(text, pairedWith: nil, truncating: nil, padding: nil).ids
    } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
  }

  /// The text that is written for one that is read, by ``greedy(_:limit:)``.
  ///
  /// - Throws: ``ModelError/noTokenizer(model:)``, ``ModelError/noTokens(operation:)`` for an empty text.
  public func written(for text: String, limit: Int) throws(ModelError) -> String {
    guard let tokenizer else { throw .noTokenizer(model: name) }
    var ids = try greedy(try Self.source(of: text, tokenizer), limit: limit)
    if let last = ids.last, last == decoder.eosID { ids.removeLast() }
    do throws(TokenizerError) { return try tokenizer.decode(ids) } catch {
      throw .tokenizer(error)
    }
  }
}
