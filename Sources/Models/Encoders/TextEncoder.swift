import Tensors
import Tokenizers

/// A network that reads texts as a whole and gives a state for each token (BERT, arXiv 1810.04805), and
/// one vector for a text (arXiv 1908.10084).
///
/// Texts of a batch go through the network together; the bits are those of each alone, whatever their
/// lengths, since nothing is filled up.
public final class TextEncoder: Sendable {
  public let stack: TransformerModel
  /// What the checkpoint asks for; the mean where it does not say.
  public let pooling: TextPooling
  /// Whether the checkpoint asks for vectors of length one.
  public let normalizes: Bool

  /// The most tokens that go through the layers together, where texts are no longer themselves.
  private static let tile = 512

  init(_ stack: TransformerModel, pooling: TextPooling, normalizes: Bool) {
    (self.stack, self.pooling, self.normalizes) = (stack, pooling, normalizes)
  }

  public var name: String { stack.name }
  public var tokenizer: Tokenizer? { stack.tokenizer }
  public var width: Int { stack.network.width }
  /// Whether ``TextPooling/pooler`` can be asked for.
  public var hasPooler: Bool { stack.network.dense.contains { $0.part == .pooler } }
  /// Whether ``scores(ids:types:)`` can be asked for.
  public var scoresTokens: Bool { stack.network.head != nil }

  // MARK: Running

  /// The states of texts, one row a token, and what hooks and rules ask for.
  public func run(_ texts: [SequenceInput], options: PassOptions = .init()) throws(ModelError)
    -> TokenState
  {
    var caches: [KeyValueCache] = []
    return try stack.run(texts, caches: &caches, options: options)
  }

  /// One vector for each text of a state, `[texts, width]`; gradients go through it.
  ///
  /// - Parameters:
  ///   - pooling: nil is the checkpoint's own.
  ///   - normalized: whether vectors are divided by their lengths; nil is as the checkpoint asks.
  public func pooled(
    _ state: TokenState, pooling: TextPooling? = nil, normalized: Bool? = nil
  ) throws(ModelError) -> Variable {
    let pooling = pooling ?? self.pooling
    if pooling == .pooler, !hasPooler {
      throw .input(reason: "'\(name)' has no pooler; mean, first and max need none")
    }
    var all = try state.pooled(pooling)
    do {
      if pooling == .pooler { all = try stack.dense(.pooler, all).tanh() }
      return normalized ?? normalizes ? try all.unitRows() : all
    } catch { throw ModelError(cause: error) }
  }

  // MARK: Ids

  /// The states of a text's tokens, `[ids, width]`.
  ///
  /// - Parameter types: 0 for the first text of a pair and 1 for the second; 0 unless given.
  /// - Complexity: O(ids · parameters + ids² · width).
  public func hidden(ids: [Int32], types: [Int32]? = nil) throws(ModelError) -> Tensor {
    try run([try input(ids, types)]).x.value
  }

  /// The states of several texts' tokens, `[ids, width]` each.
  public func hidden(batch: [[Int32]]) throws(ModelError) -> [Tensor] {
    var all: [Tensor] = []
    try tiles(batch) { (state) throws(ModelError) in
      do throws(TensorError) {
        for range in state.sequences {
          let own = try state.x.indexed([.range(start: range.lowerBound, end: range.upperBound)])
          all.append(own.value)
        }
      } catch { throw ModelError(cause: error) }
    }
    return all
  }

  /// A text's vector, `[width]`.
  public func embedding(
    ids: [Int32], types: [Int32]? = nil, pooling: TextPooling? = nil, normalized: Bool? = nil
  ) throws(ModelError) -> Tensor {
    let state = try run([try input(ids, types)])
    let row = try pooled(state, pooling: pooling, normalized: normalized)
    do throws(TensorError) { return try row.reshaped([width]).value } catch {
      throw ModelError(cause: error)
    }
  }

  /// The vectors of several texts, `[texts, width]`.
  public func embeddings(
    batch: [[Int32]], pooling: TextPooling? = nil, normalized: Bool? = nil
  ) throws(ModelError) -> Tensor {
    var parts: [Tensor] = []
    try tiles(batch) { (state) throws(ModelError) in
      parts.append(try pooled(state, pooling: pooling, normalized: normalized).value)
    }
    do throws(TensorError) {
      return parts.isEmpty ? try .zeros([0, width], .f32) : try .concatenated(parts)
    } catch { throw ModelError(cause: error) }
  }

  /// The scores of tokens in each place, `[ids, vocabulary]`: what a masked token may be.
  public func scores(ids: [Int32], types: [Int32]? = nil) throws(ModelError) -> Tensor {
    try stack.scores(try run([try input(ids, types)]).x).value
  }

  // MARK: Texts

  /// The ids and types of a text, or of a pair, with the tokens that the vocabulary puts around.
  public func input(of text: String, pairedWith second: String? = nil) throws(ModelError)
    -> ModelInput
  {
    guard let tokenizer else { throw .noTokenizer(model: name) }
    do throws(TokenizerError) {
      return try tokenizer.encode(text, pairedWith: second, truncating: nil, padding: nil)
    } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
  }

  private func input(_ ids: [Int32], _ types: [Int32]?) throws(ModelError) -> SequenceInput {
    if ids.isEmpty { throw .noTokens(operation: "a text encoder") }
    var input: SequenceInput
    do throws(TensorError) { input = try SequenceInput(ids: ids) } catch {
      throw ModelError(cause: error)
    }
    guard let types else { return input }
    guard let rows = stack.network.embedding.types else {
      throw .input(reason: "'\(name)' has no token types")
    }
    if types.count != ids.count || types.contains(where: { $0 < 0 || Int($0) >= rows }) {
      throw .input(
        reason: "\(ids.count) types from 0 to \(rows - 1) are needed, one for each id")
    }
    input.types = types
    return input
  }

  /// Takes whole texts through the network, as many at once as memory should be taken for.
  private func tiles(_ batch: [[Int32]], _ body: (TokenState) throws(ModelError) -> Void)
    throws(ModelError)
  {
    var inputs: [SequenceInput] = []
    var tokens = 0
    for (index, ids) in batch.enumerated() {
      inputs.append(try input(ids, nil))
      tokens += ids.count
      let next = index + 1 < batch.count ? batch[index + 1].count : Self.tile
      if tokens + next > Self.tile {
        try body(try run(inputs))
        (inputs, tokens) = ([], 0)
      }
    }
  }
}
