import Files
import Kernels
import Tensors
import Tokenizers

/// A causal language model: token ids in, scores of the next token out.
///
/// One answer: logits have the same bits whether the ids come at once or one by one through a cache,
/// and for any number of threads.
public protocol LanguageModel: Sendable {
  var name: String { get }
  /// What kind of network it is, such as `llama`.
  var architecture: String { get }
  /// The number of scores a position has.
  var vocabularySize: Int { get }
  /// The largest number of positions.
  var contextLength: Int { get }
  var bosID: Int32? { get }
  var eosID: Int32? { get }
  /// The ids that end a text: EOS, and BOS, which begins another.
  var stopIDs: Set<Int32> { get }
  /// The vocabulary that came with the model.
  var tokenizer: Tokenizer? { get }
  /// The number of weights.
  var parameterCount: Int { get }
  /// The model's own configuration, in its file's order.
  var configuration: [JSON.Member] { get }
  /// The SHA-256 digest of the file that the weights came from, in hexadecimal.
  func digest() throws(ModelError) -> String

  /// The weights' names, as Hugging Face gives them, and shapes, in the order of the network.
  var weightShapes: [(name: String, shape: [Int])] { get }
  /// A copy of one weight, as the network uses it (rotary pairs (i, i + half)).
  ///
  /// - Throws: ``ModelError/missingTensor(path:name:)`` for a name that is not in ``weightShapes``.
  func weight(_ name: String) throws(ModelError) -> Tensor

  /// An empty cache for one sequence.
  func makeCache() -> KeyValueCache

  /// The scores after each of `ids`, which stand behind what the cache holds: `[ids, vocabulary]`.
  ///
  /// The cache takes the new positions; if this throws, it is as before.
  /// - Complexity: O(ids · parameters + ids · positions · width).
  func logits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor

  /// As ``logits(ids:cache:)``, only the last row: `[vocabulary]` values.
  func lastLogits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> [Float]

  /// log p of each token after `ids`, which stand behind what the cache holds: the scores' logarithmic
  /// softmax in f64, or what a model that knows better gives.
  func lastLogProbabilities(ids: [Int32], cache: inout KeyValueCache) throws(ModelError)
    -> [Double]
}

extension LanguageModel {
  // A model that shows no weights.
  public var weightShapes: [(name: String, shape: [Int])] { [] }
  public func weight(_ name: String) throws(ModelError) -> Tensor {
    throw .missingTensor(path: self.name, name: name)
  }

  public func lastLogProbabilities(ids: [Int32], cache: inout KeyValueCache) throws(ModelError)
    -> [Double]
  {
    let logits = try lastLogits(ids: ids, cache: &cache)
    guard let largest = Rows.argmax(logits[...]).map({ Double(logits[$0]) }), largest.isFinite
    else {
      throw .notANumber(model: name, position: cache.count - 1)
    }
    let shifted = logits.map { Double($0) - largest }
    let total = ElementaryFunction.log(Sums.sum(ElementaryFunction.exp(shifted)))
    return shifted.map { $0 - total }
  }

  /// Text that goes to this model begins with BOS: where its own files ask for it.
  public var addsBOS: Bool { tokenizer?.addsBOS ?? false }

  /// The scores after each of `ids` from an empty cache: `[ids, vocabulary]`.
  public func logits(ids: [Int32]) throws(ModelError) -> Tensor {
    var cache = makeCache()
    return try logits(ids: ids, cache: &cache)
  }

  /// The ids of a text as this model takes it, with BOS exactly where its own files ask for it.
  public func ids(of text: String) throws(ModelError) -> [Int32] {
    guard let tokenizer else { throw .noTokenizer(model: name) }
    do throws(TokenizerError) {
      return try tokenizer.encode(text, addingBOS: addsBOS)
    } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
  }

  /// The text of ids.
  public func text(of ids: [Int32]) throws(ModelError) -> String {
    guard let tokenizer else { throw .noTokenizer(model: name) }
    do throws(TokenizerError) { return try tokenizer.decode(ids) } catch {
      throw .tokenizer(error)
    }
  }

  /// Refuses a vocabulary that has more ids than the model embeddings.
  public func check(_ tokenizer: Tokenizer) throws(ModelError) {
    if tokenizer.vocabularySize > vocabularySize {
      throw .foreignTokens(
        tokenizer: tokenizer.name, tokens: tokenizer.vocabularySize, model: name,
        embeddings: vocabularySize)
    }
  }

  /// Refuses ids without an embedding and sequences longer than the context.
  public func check(_ ids: [Int32], after held: Int = 0) throws(ModelError) {
    for (position, id) in ids.enumerated() where id < 0 || Int(id) >= vocabularySize {
      throw .idOutsideVocabulary(id: id, position: held + position, size: vocabularySize)
    }
    let (needed, overflow) = held.addingReportingOverflow(ids.count)
    if overflow || needed > contextLength {
      throw .contextExceeded(needed: overflow ? Int.max : needed, limit: contextLength)
    }
  }
}
