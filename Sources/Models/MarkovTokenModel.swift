import Files
import Kernels
import Tensors
import Tokenizers

/// The language model over tokens that a source of byte strings and a tokenizer induce, exactly: the
/// ideal model that never gives a sequence to which no text has these ids.
///
/// p(t | t₁…tₙ) is the share of the strings whose ids begin so that go on with t, found by going
/// through all of them.
public struct MarkovTokenModel: LanguageModel {
  public let source: MarkovSource
  private let given: Tokenizer
  /// The prefixes of all strings' ids as a tree, the empty one first.
  private let nodes: [Node]

  private struct Node: Sendable {
    var children: [Int32: Int] = [:]
    /// The probability of the strings whose ids begin so.
    var mass = 0.0
    /// The probability of the string whose ids these are.
    var end = 0.0
  }

  /// - Complexity: one encoding per string of the source.
  public init(_ source: MarkovSource, _ tokenizer: Tokenizer) throws(ModelError) {
    var nodes = [Node()]
    do throws(TokenizerError) {
      try source.forEachString { (text, probability) throws(TokenizerError) in
        if probability == 0 { return }
        var node = 0
        nodes[0].mass += probability
        for id in try tokenizer.encode(bytes: text) {
          let known = nodes[node].children[id]
          let next = known ?? nodes.count
          if known == nil {
            nodes[node].children[id] = next
            nodes.append(Node())
          }
          node = next
          nodes[node].mass += probability
        }
        nodes[node].end += probability
      }
    } catch { throw .tokenizer(error) }
    (self.source, given, self.nodes) = (source, tokenizer, nodes)
  }

  public var name: String { "markov-" + given.name }
  public var architecture: String { "markov" }
  /// The tokenizer's ids and one that begins and ends a string.
  public var vocabularySize: Int { given.vocabularySize + 1 }
  public var contextLength: Int { source.longest + 2 }
  public var bosID: Int32? { Int32(clamping: given.vocabularySize) }
  public var eosID: Int32? { bosID }
  public var stopIDs: Set<Int32> { Set([bosID].compactMap { $0 }) }
  public var tokenizer: Tokenizer? { given }
  public var parameterCount: Int { nodes.count }
  public var configuration: [JSON.Member] { [] }
  public func digest() throws(ModelError) -> String {
    throw .unsupported(path: name, feature: "the digest of a model that came from no file")
  }

  /// The ids are kept as keys.
  public func makeCache() -> KeyValueCache { KeyValueCache(layers: 1, heads: 1, headWidth: 2) }

  public func logits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor {
    var rows: [Float] = []
    for id in ids { rows += try lastLogits(ids: [id], cache: &cache) }
    do throws(TensorError) { return try Tensor(rows, shape: [ids.count, vocabularySize]) } catch {
      throw .tensor(error)
    }
  }

  public func lastLogits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> [Float] {
    try lastLogProbabilities(ids: ids, cache: &cache).map { Float($0) }
  }

  /// Behind ids that no string has, the end is certain.
  public func lastLogProbabilities(ids: [Int32], cache: inout KeyValueCache) throws(ModelError)
    -> [Double]
  {
    if ids.isEmpty { throw .noTokens(operation: "a forward pass") }
    try check(ids, after: cache.count)
    let sequence = try append(ids, to: &cache)
    var logs = [Double](repeating: -.infinity, count: vocabularySize)
    var node: Int? = 0
    for id in sequence { node = id == bosID ? 0 : node.flatMap { nodes[$0].children[id] } }
    guard let place = node else {
      logs[logs.count - 1] = 0
      return logs
    }
    let mass = nodes[place].mass
    for (id, child) in nodes[place].children {
      logs[Int(id)] = ElementaryFunction.log(nodes[child].mass / mass)
    }
    logs[logs.count - 1] = ElementaryFunction.log(nodes[place].end / mass)
    return logs
  }

  /// All ids that the cache then holds.
  private func append(_ ids: [Int32], to cache: inout KeyValueCache) throws(ModelError) -> [Int32] {
    guard cache.layers.count == 1, cache.layers[0].heads.count == 1,
      cache.layers[0].headWidth == 2
    else { throw .foreignCache(model: name) }
    let keys: [Float] = ids.flatMap { [Float($0), 0] }
    do throws(KernelError) { try cache.layers[0].append(keys: keys, values: keys) } catch {
      throw ModelError(error)
    }
    cache.count += ids.count
    let head = cache.layers[0].heads[0]
    var held = [Float](repeating: 0, count: 2 * head.count)
    held.withUnsafeMutableBufferPointer { head.copy(keys: $0.baseAddress, values: nil, stride: 2) }
    return stride(from: 0, to: held.count, by: 2).map { Int32(held[$0]) }
  }
}
