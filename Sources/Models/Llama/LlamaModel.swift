import Files
import Kernels
import Synchronization
import Tensors
import Tokenizers

/// A Llama network (H. Touvron et al., arXiv 2302.13971; grouped queries: arXiv 2307.09288) in f32.
///
/// Pre-norm blocks: RMS norm, causal attention with rotary positions, residual; RMS norm, SwiGLU,
/// residual; then a last norm and the output matrix.
public final class LlamaModel: LanguageModel {
  /// The most rows that go through the layers together: bounds memory and the time between polls.
  private static let tile = 64

  public let name: String
  public let architecture = "llama"
  public let network: LlamaConfiguration
  public let tokenizer: Tokenizer?
  public let configuration: [JSON.Member]
  private let weights: LlamaWeights
  private let source: WeightFile
  private let rotary: Mutex<RotaryTable>

  init(
    name: String, network: LlamaConfiguration, weights: LlamaWeights, tokenizer: Tokenizer?,
    configuration: [JSON.Member], source: WeightFile
  ) throws(ModelError) {
    (self.name, self.network, self.weights) = (name, network, weights)
    (self.tokenizer, self.configuration, self.source) = (tokenizer, configuration, source)
    rotary = Mutex(try Self.table(network, positions: min(network.contextLength, 512)))
    if let tokenizer, tokenizer.vocabularySize > network.vocabularySize {
      throw .tokenizerTooLarge(
        model: name, tokens: tokenizer.vocabularySize, embeddings: network.vocabularySize)
    }
  }

  public var vocabularySize: Int { network.vocabularySize }
  public var contextLength: Int { network.contextLength }
  public var bosID: Int32? { network.bosID ?? tokenizer?.bosID }
  public var eosID: Int32? { network.eosIDs.first ?? tokenizer?.eosID }
  public var stopIDs: Set<Int32> { Set(network.eosIDs + [bosID, eosID].compactMap { $0 }) }
  public var parameterCount: Int { weights.parameterCount }
  public func digest() throws(ModelError) -> String { try source.digest() }

  public var weightShapes: [(name: String, shape: [Int])] { LlamaWeights.shapes(network) }

  public func weight(_ name: String) throws(ModelError) -> Tensor {
    guard let shape = weightShapes.first(where: { $0.name == name })?.shape,
      let values = weights.values(name)
    else { throw .missingTensor(path: source.path, name: name) }
    do throws(TensorError) { return try Tensor(values, shape: shape) } catch {
      throw .memory(needed: values.count * 4)
    }
  }

  public func makeCache() -> KeyValueCache {
    KeyValueCache(
      layers: network.layers, heads: network.cachedHeads, headWidth: network.headWidth)
  }

  public func logits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor {
    let values = try scores(ids, rows: .all, cache: &cache)
    do throws(TensorError) { return try Tensor(values, shape: [ids.count, vocabularySize]) } catch {
      throw .memory(needed: values.count * 4)
    }
  }

  public func lastLogits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> [Float] {
    if ids.isEmpty { throw .noTokens(operation: "a forward pass") }
    return try scores(ids, rows: .last, cache: &cache)
  }

  private enum ScoredRows { case all, last }

  private func scores(_ ids: [Int32], rows: ScoredRows, cache: inout KeyValueCache)
    throws(ModelError) -> [Float]
  {
    let held = cache.count
    try check(ids, after: held)
    guard cache.layers.count == network.layers,
      cache.layers.allSatisfy({
        $0.heads == network.cachedHeads && $0.headWidth == network.headWidth && $0.count == held
      })
    else { throw .foreignCache(model: name) }
    let (count, overflow) = (rows == .all ? ids.count : 1).multipliedReportingOverflow(
      by: vocabularySize)
    if overflow { throw .memory(needed: Int.max) }
    var result: [Float] = []
    result.reserveCapacity(count)
    do throws(ModelError) {
      let table = try angles(upTo: held + ids.count)
      var pass = LlamaPass(network: network, weights: weights, table: table)
      for start in stride(from: 0, to: ids.count, by: Self.tile) {
        do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
        let end = min(start + Self.tile, ids.count)
        let part: [Float]
        do throws(KernelError) {
          try pass.run(ids[start..<end], cache: &cache)
          switch rows {
          case .all: part = try pass.scores()
          case .last: part = end == ids.count ? try pass.lastScores() : []
          }
        } catch { throw ModelError(error) }
        result += part
      }
    } catch {
      cache.truncate(to: held)
      throw error
    }
    return result
  }

  /// The rotary angles of at least `positions` positions; made in doubling steps.
  private func angles(upTo positions: Int) throws(ModelError) -> RotaryTable {
    let known = rotary.withLock { $0 }
    if known.positions >= positions { return known }
    let wanted = min(max(positions, 2 * known.positions), network.contextLength)
    let table = try Self.table(network, positions: wanted)
    rotary.withLock { if $0.positions < table.positions { $0 = table } }
    return table
  }

  private static func table(_ network: LlamaConfiguration, positions: Int) throws(ModelError)
    -> RotaryTable
  {
    do throws(KernelError) {
      return try RotaryTable(
        base: network.rotaryBase, pairs: network.headWidth / 2, positions: positions)
    } catch { throw ModelError(error) }
  }
}
