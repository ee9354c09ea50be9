import Files
import Kernels
import Synchronization
import Tensors
import Tokenizers

/// A transformer of any architecture, with weights as they are stored.
///
/// One forward pass serves all: `logits` of ids, batches of sequences with caches, embeddings in place of
/// ids, hooks, gradients with regard to inputs.
public final class TransformerModel: LanguageModel {
  public let name: String
  public let architecture: String
  public let network: NetworkDescription
  public let activations: Activations
  public let tokenizer: Tokenizer?
  public let configuration: [JSON.Member]
  let weights: FrozenWeights
  let plan: InferencePlan?
  let reading: ArchitectureReading
  let source: any TensorSource
  /// What a companion lends, once it was asked for.
  let companionTable = Mutex<CompanionTable?>(nil)
  /// The weights as the model runs with them: what a pass with changes of its own stands on.
  public var ownWeights: any NetworkWeights { weights }
  /// The file that the weights came from.
  var sourcePath: String { source.path }

  /// The file, where the weights are taken from a GGUF file as they are.
  var ggufFile: GGUFFile? { source as? GGUFFile }

  /// The most rows that go through the layers together: bounds memory and the time between polls.
  private static let tile = 128

  /// - Parameter isPart: the file holds other networks too, so its other tensors are not looked at.
  convenience init(
    name: String, reading given: ArchitectureReading, source: any TensorSource,
    activations: Activations = .f32, tokenizer: Tokenizer?, configuration: [JSON.Member],
    isPart: Bool = false, packs: PackedWeightCache? = nil
  ) throws(ModelError) {
    let reading = given.matching(source.tensorNames)
    try SizeChecks.check(reading.network, path: source.path)
    let weights = try FrozenWeights(
      reading, from: source, activations: activations, isPart: isPart, packs: packs)
    try self.init(
      name: name, reading: reading, source: source, weights: weights, activations: activations,
      tokenizer: tokenizer, configuration: configuration)
  }

  /// A model of weights that are at hand, of a network that was checked.
  init(
    name: String, reading: ArchitectureReading, source: any TensorSource, weights: FrozenWeights,
    activations: Activations, tokenizer: Tokenizer?, configuration: [JSON.Member]
  ) throws(ModelError) {
    self.weights = weights
    plan = InferencePlan(reading.network, weights: weights)
    (self.name, self.architecture, self.network) = (name, reading.name, reading.network)
    (self.activations, self.tokenizer, self.configuration) = (activations, tokenizer, configuration)
    (self.reading, self.source) = (reading, source)
    let rows = reading.network.embedding.vocabularySize
    if let tokenizer, tokenizer.vocabularySize > rows {
      throw .tokenizerTooLarge(model: name, tokens: tokenizer.vocabularySize, embeddings: rows)
    }
  }

  public var vocabularySize: Int { network.embedding.vocabularySize }
  public var contextLength: Int { network.embedding.contextLength }
  public var bosID: Int32? { reading.bosID ?? tokenizer?.bosID }
  public var eosID: Int32? { reading.eosIDs.first ?? tokenizer?.eosID }
  public var stopIDs: Set<Int32> { Set(reading.eosIDs + [bosID, eosID].compactMap { $0 }) }
  public func digest() throws(ModelError) -> String {
    let digest = try source.digest()
    // What the same weights do otherwise than as they are stored makes another model.
    if network.describedMixing == "attention", reading.skippedLayers.isEmpty { return digest }
    return Digest.hexadecimal(
      of: "\(digest) \(network.describedMixing) without \(reading.skippedLayers)")
  }

  // MARK: Weights

  public var parameterCount: Int {
    network.weightShapes.reduce(0) { $0 + $1.shape.reduce(1, &*) }
  }

  public var weightShapes: [(name: String, shape: [Int])] {
    network.weightShapes.map { ($0.key.name, $0.shape) }
  }

  public func weight(_ name: String) throws(ModelError) -> Tensor {
    let found = network.weightShapes.first { key, _ in
      key.name == name || reading.recipes[key].map { $0.isIdentity && $0.source == name } == true
    }
    guard let (key, shape) = found, let values = try weights.values(key) else {
      throw .missingTensor(path: source.path, name: name)
    }
    do throws(TensorError) { return try Tensor(values, shape: shape) } catch {
      throw .memory(needed: values.count * 4)
    }
  }

  /// Where a weight stands in the file: the tensor's name and its type there.
  public func stored(_ key: WeightKey) -> (name: String, type: String)? {
    reading.recipes[key].map { ($0.source, source.typeName(of: $0.source) ?? "?") }
  }

  /// The bytes of a tensor of the file; 0 where it has none of that name.
  func bytes(of tensor: String) -> Int { source.byteCount(of: tensor) ?? 0 }

  /// All weights as variables of a tape.
  public func recordedWeights(on tape: Tape) throws(ModelError) -> RecordedWeights {
    var variables: [WeightKey: Variable] = [:]
    for (key, shape) in network.weightShapes {
      guard let values = try weights.values(key) else { continue }
      do throws(TensorError) {
        variables[key] = try tape.variable(try Tensor(values, shape: shape))
      } catch { throw ModelError(cause: error) }
    }
    return RecordedWeights(variables, isHeadTied: network.head?.isTied ?? false)
  }

  // MARK: Running

  public func makeCache() -> KeyValueCache { makeCache(rotation: .early) }

  /// An empty cache for one sequence.
  public func makeCache(rotation: KeyValueCache.Rotation) -> KeyValueCache {
    KeyValueCache(
      stores: network.blocks.map {
        KeyValueStore(heads: $0.attention.keyValueHeads, headWidth: $0.attention.headWidth)
      }, rotation: rotation)
  }

  /// Runs sequences through the network: the states behind the final norm, one row a token.
  ///
  /// - Parameters:
  ///   - caches: one for each sequence, which take the new tokens; or none at all. If this throws, they
  ///     are as before.
  ///   - weights: other weights than the model's own, such as those of a tape.
  /// - Complexity: O(tokens · parameters + tokens · positions · width).
  public func run(
    _ inputs: [SequenceInput], caches: inout [KeyValueCache], options: PassOptions = .init(),
    weights: (any NetworkWeights)? = nil
  ) throws(ModelError) -> TokenState {
    if !caches.isEmpty, !network.isCausal {
      throw .input(
        reason: "'\(name)' reads texts as a whole, so it takes no cache and gives no next token")
    }
    guard caches.isEmpty || caches.count == inputs.count else {
      throw .input(reason: "\(caches.count) caches were given for \(inputs.count) sequences")
    }
    guard options.masks.isEmpty || (caches.isEmpty && options.masks.count == inputs.count) else {
      throw .input(
        reason: "\(options.masks.count) masks were given for \(inputs.count) sequences with "
          + "\(caches.count) caches")
    }
    var reach = 0
    for (index, input) in inputs.enumerated() {
      if case .ids(let ids) = input.tokens {
        guard let values = ids.int32s else {
          throw .input(reason: "ids have to be whole numbers, not \(ids.elementType)")
        }
        try check(values, after: 0)
      }
      let held = caches.indices.contains(index) ? caches[index].count : 0
      if caches.indices.contains(index) { try check(caches[index]) }
      if let first = options.refreshedFrom {
        guard caches.indices.contains(index) else {
          throw .cache(reason: "there is none whose tokens could be refreshed")
        }
        try check(caches[index], holds: first, count: input.count)
      }
      reach = max(reach, try checkRoom(input, held: options.refreshedFrom ?? held))
    }
    // Rows that are only appended can be taken off again; entries that are written over need the old ones.
    let marks = options.refreshedFrom == nil ? caches.map(\.mark) : []
    let before = options.refreshedFrom == nil ? [] : caches
    var pass = NetworkPass(
      network, weights: weights ?? self.weights, options: options, caches: caches,
      memories: inputs.map(\.memory), plan: weights == nil ? plan : nil)
    if weights == nil, options.skippedLayers.isEmpty {
      pass.companion = try companionReads(positions: reach)
    }
    // While the pass writes its pages nobody else may hold them, or they would be copied.
    caches = []
    do {
      let state = try pass.run(inputs)
      caches = pass.caches
      return state
    } catch {
      caches = options.refreshedFrom == nil ? pass.caches : before
      for (index, mark) in marks.enumerated() { caches[index].goBack(to: mark) }
      throw ModelError(cause: error)
    }
  }

  /// The scores of tokens for states behind the final norm: `[rows, vocabulary]`.
  public func scores(_ states: Variable, weights: (any NetworkWeights)? = nil) throws(ModelError)
    -> Variable
  {
    let pass = NetworkPass(
      network, weights: weights ?? self.weights, options: .init(), caches: [], memories: [])
    do { return try pass.scores(states) } catch { throw ModelError(cause: error) }
  }

  /// What ids are before positions are added, `[ids, width]`: to be mixed with other embeddings.
  public func embeddings(of ids: [Int32]) throws(ModelError) -> Variable {
    try check(ids)
    let pass = NetworkPass(network, weights: weights, options: .init(), caches: [], memories: [])
    do { return try pass.looked(up: Tensor(ids, shape: [ids.count])) } catch {
      throw ModelError(cause: error)
    }
  }

  /// x · Wᵀ + b of a matrix beside the blocks: `[rows, inputs]` to `[rows, outputs]`.
  public func dense(_ part: WeightKey.Part, _ x: Variable) throws(ModelError) -> Variable {
    do throws(TensorError) { return try weights.linear(WeightKey(part), x) } catch {
      throw ModelError(cause: error)
    }
  }

  /// A vector beside the blocks, such as a class token.
  func vector(_ part: WeightKey.Part) throws(ModelError) -> Variable {
    do throws(TensorError) {
      if let vector = try weights.tensor(WeightKey(part)) { return vector }
    } catch { throw ModelError(cause: error) }
    throw .missingTensor(path: source.path, name: WeightKey(part).name)
  }

  /// States behind the final norm, where a pass left that out.
  func finallyNormed(_ states: Variable) throws(ModelError) -> Variable {
    guard let norm = network.finalNorm else { return states }
    let pass = NetworkPass(network, weights: weights, options: .init(), caches: [], memories: [])
    do { return try pass.normed(states, norm, WeightKey(.finalNorm)) } catch {
      throw ModelError(cause: error)
    }
  }

  /// How many positions an input reaches.
  private func checkRoom(_ input: SequenceInput, held: Int) throws(ModelError) -> Int {
    let last = input.positions?.max().map { Int($0) + 1 } ?? held + input.count
    if let least = input.positions?.min(), least < 0 {
      throw .input(reason: "the position \(least) is below 0")
    }
    if last > contextLength { throw .contextExceeded(needed: last, limit: contextLength) }
    return last
  }

  private func check(_ cache: KeyValueCache) throws(ModelError) {
    guard cache.layers.count == network.blocks.count,
      zip(cache.layers, network.blocks).allSatisfy({ store, block in
        store.heads.count == block.attention.keyValueHeads
          && store.headWidth == block.attention.headWidth
      })
    else { throw .foreignCache(model: name) }
  }

  /// Refuses to refresh tokens that do not stand in the cache as they came: it was cut down or compacted.
  private func check(_ cache: KeyValueCache, holds first: Int, count: Int) throws(ModelError) {
    let stand = cache.layers.allSatisfy { store in
      store.heads.allSatisfy { head in
        first >= 0 && count <= head.count && first <= head.count - count
          && (first..<first + count).allSatisfy { Int(head.origins[$0]) == $0 }
      }
    }
    guard stand else {
      throw .cache(
        reason: "\(count) tokens from token \(first) on do not all stand in it as they came, so "
          + "they cannot be refreshed")
    }
  }

  // MARK: Ids

  public func logits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor {
    var parts: [Tensor] = []
    try tiles(ids, cache: &cache) { (states, _) throws(ModelError) in
      parts.append(try scores(states).value)
    }
    do throws(TensorError) {
      if parts.isEmpty { return try .zeros([0, vocabularySize], .f32) }
      return parts.count == 1 ? parts[0] : try .concatenated(parts)
    } catch { throw ModelError(cause: error) }
  }

  public func lastLogits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> [Float] {
    if ids.isEmpty { throw .noTokens(operation: "a forward pass") }
    var last: [Float] = []
    try tiles(ids, cache: &cache) { (states, isLast) throws(ModelError) in
      guard isLast else { return }
      do {
        let row = try states.indexed([.range(start: states.shape[0] - 1, end: nil)])
        last = try scores(row).value.floats
      } catch { throw ModelError(cause: error) }
    }
    return last
  }

  /// The states behind the final norm, `[ids, width]`.
  public func hidden(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor {
    var parts: [Tensor] = []
    try tiles(ids, cache: &cache) { (states, _) throws(ModelError) in parts.append(states.value) }
    do throws(TensorError) {
      if parts.isEmpty { return try .zeros([0, network.width], .f32) }
      return try .concatenated(parts)
    } catch { throw ModelError(cause: error) }
  }

  /// The scores after the last token of each of several sequences, which go through the network
  /// together: the bits are those of each alone.
  ///
  /// - Parameter caches: one for each.
  public func lastLogits(batch: [[Int32]], caches: inout [KeyValueCache]) throws(ModelError)
    -> [[Float]]
  {
    if batch.contains(where: \.isEmpty) || batch.isEmpty {
      throw .noTokens(operation: "a forward pass")
    }
    do {
      let state = try run(
        batch.map { try SequenceInput(ids: $0) }, caches: &caches)
      let last = state.sequences.map { Int32(truncatingIfNeeded: $0.upperBound - 1) }
      let rows = try state.x.selected(Tensor(last, shape: [last.count]), axis: 0)
      let scores = try scores(rows).value.floats
      return batch.indices.map {
        Array(scores[$0 * vocabularySize..<($0 + 1) * vocabularySize])
      }
    } catch { throw ModelError(cause: error) }
  }

  /// Computes the keys and values of tokens that the cache holds anew, from token `first` on: with the
  /// tokens behind them unchanged, only these entries change.
  ///
  /// - Returns: the states of these tokens behind the final norm.
  public func refresh(_ ids: [Int32], from first: Int, cache: inout KeyValueCache)
    throws(ModelError) -> Tensor
  {
    var options = PassOptions()
    options.refreshedFrom = first
    var caches = [cache]
    do {
      let state = try run([try SequenceInput(ids: ids)], caches: &caches, options: options)
      cache = caches[0]
      return state.x.value
    } catch { throw ModelError(cause: error) }
  }

  /// Takes ids through the network tile by tile; the cache is as before where this throws.
  private func tiles(
    _ ids: [Int32], cache: inout KeyValueCache,
    _ body: (Variable, Bool) throws(ModelError) -> Void
  ) throws(ModelError) {
    try check(ids, after: cache.count)
    let mark = cache.mark
    do throws(ModelError) {
      for start in stride(from: 0, to: ids.count, by: Self.tile) {
        let end = min(start + Self.tile, ids.count)
        let input: SequenceInput
        do throws(TensorError) { input = try SequenceInput(ids: Array(ids[start..<end])) } catch {
          throw ModelError(cause: error)
        }
        var caches = [cache]
        // Nobody else holds the pages here either.
        cache = KeyValueCache(stores: [], rotation: cache.rotation)
        defer { cache = caches[0] }
        let state = try run([input], caches: &caches)
        try body(state.x, end == ids.count)
      }
    } catch {
      cache.goBack(to: mark)
      throw error
    }
  }
}

extension TransformerModel {
  /// States `[rows, width]` behind the final norm.
  public func finalNormed(_ states: Variable) throws(ModelError) -> Variable {
    guard let norm = network.finalNorm else { return states }
    let pass = NetworkPass(network, weights: weights, options: .init(), caches: [], memories: [])
    do { return try pass.normed(states, norm, WeightKey(.finalNorm)) } catch {
      throw ModelError(cause: error)
    }
  }
}
