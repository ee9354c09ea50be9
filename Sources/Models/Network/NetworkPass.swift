import Kernels
import Tensors

/// One run of some tokens through a network: the same for training, prefill and decoding, to the bit.
///
/// Values that no tape records are computed and let go of; recorded ones can be asked for gradients.
struct NetworkPass {
  let network: NetworkDescription
  let weights: any NetworkWeights
  let options: PassOptions
  /// One for each sequence, or none at all.
  var caches: [KeyValueCache]
  /// The encoder's states of each sequence.
  let memories: [Variable?]
  /// The fast way, for passes that it serves.
  let plan: InferencePlan?
  /// The angles of this pass's rows, for each kind of rotary positions.
  var angles: [(RotaryDescription, [Int32], RotaryAngles<Float>)] = []
  /// The stream before the first block, where a mixer asks for it.
  var embedded: Variable?
  /// Queries and keys that a companion lends; of a pass of the companion itself, those it has made.
  var companion: CompanionReads?
  /// Whether this pass takes the companion itself through the blocks.
  var isOfCompanion = false

  init(
    _ network: NetworkDescription, weights: any NetworkWeights, options: PassOptions,
    caches: [KeyValueCache], memories: [Variable?], plan: InferencePlan? = nil
  ) {
    (self.network, self.weights, self.options) = (network, weights, options)
    (self.caches, self.memories, self.plan) = (caches, memories, plan)
  }

  /// The states behind the final norm.
  mutating func run(_ inputs: [SequenceInput]) throws -> TokenState {
    var state = try embedded(inputs)
    state.x = try hooked(.embedding, nil, state.x, state)
    if network.blocks.contains(where: { $0.mixer == .staticEmbeddings }) { embedded = state.x }
    if !isOfCompanion, companion == nil, network.lastReaderOfCompanion != nil {
      let last = state.positions.max() ?? -1
      companion = try companionReads(count: Int(last) + 1)
    }
    if let plan, plan.serves(options, state, caches) {
      state.x = Variable(constant: try plan.run(state, caches: &caches))
    } else {
      try runBlocks(&state, of: inputs.count)
    }
    for (index, input) in inputs.enumerated() where caches.indices.contains(index) {
      if options.refreshedFrom == nil { caches[index].count += input.count }
    }
    if options.appliesFinalNorm, let norm = network.finalNorm {
      state.x = try normed(state.x, norm, WeightKey(.finalNorm))
    }
    state.x = try hooked(.final, nil, state.x, state)
    return state
  }

  /// All blocks, one after another, in the general form.
  private mutating func runBlocks(_ state: inout TokenState, of sequences: Int) throws {
    for (layer, block) in network.blocks.enumerated() {
      try Cancellation.check()
      if let change = options.change {
        state = try change(layer, state)
        guard state.isConsistent, state.lengths.count == sequences else {
          throw ModelError.input(
            reason: "what changed the tokens before layer \(layer) left rows that do not fit")
        }
      }
      if options.skippedLayers.contains(layer) { continue }
      // Behind the last layer that reads it nobody asks for the companion.
      if isOfCompanion, layer > network.lastReaderOfCompanion ?? -1 { break }
      state.x = try run(block, layer, state)
    }
  }

  /// The scores of tokens for states behind the final norm: `[rows, vocabulary]`.
  func scores(_ states: Variable) throws -> Variable {
    guard let head = network.head else {
      throw ModelError.input(reason: "this network has no scores of tokens, it is an encoder")
    }
    var x = states
    if let transform = head.transform {
      x = try transform.activation.applied(to: weights.linear(WeightKey(.headTransform), x))
      x = try normed(x, transform.norm, WeightKey(.headNorm))
    }
    if let scale = head.stateScale { x = try x * Double(scale) }
    var scores = try weights.linear(WeightKey(.head), x)
    if let scale = head.scoreScale { scores = try scores * Double(scale) }
    if let cap = head.softcap { scores = try (scores / Double(cap)).tanh() * Double(cap) }
    return scores
  }

  // MARK: Blocks

  private mutating func run(_ block: BlockDescription, _ layer: Int, _ state: TokenState) throws
    -> Variable
  {
    let x = try hooked(.streamBefore, layer, state.x, state)
    var sum: Variable
    switch block.arrangement {
    case .sequential:
      let change = try attention(block, layer, x, state)
      sum = try hooked(.streamBetween, layer, x + change, state)
      if block.crossAttention != nil {
        sum = try sum + crossAttention(block, layer, sum, state)
      }
      let input = try normed(
        sum, block.feedForwardNorm, .feedForwardNorm, .feedForwardNorm, layer, state)
      sum = try sum + feedForward(block, layer, input, state)
    case .parallel:
      let change = try attention(block, layer, x, state)
      // Without a norm of its own the feed-forward part reads what attention reads.
      let own = block.feedForwardNorm != nil
      let input = try normed(
        x, own ? block.feedForwardNorm : block.attentionNorm,
        own ? .feedForwardNorm : .attentionNorm, .feedForwardNorm, layer, state)
      let forward = try feedForward(block, layer, input, state)
      sum = try x + (change + forward)
    case .normedSums:
      let change = try attention(block, layer, x, state)
      sum = try normed(
        x + change, block.attentionOutputNorm, .attentionOutputNorm, .attentionOutputNorm, layer,
        state)
      sum = try hooked(.streamBetween, layer, sum, state)
      let forward = try feedForward(block, layer, sum, state)
      sum = try normed(
        sum + forward, block.feedForwardOutputNorm, .feedForwardOutputNorm, .feedForwardOutputNorm,
        layer, state)
    }
    return try hooked(.streamAfter, layer, sum, state)
  }

  private mutating func attention(
    _ block: BlockDescription, _ layer: Int, _ x: Variable, _ state: TokenState
  ) throws -> Variable {
    let input = try normed(x, block.attentionNorm, .attentionNorm, .attentionNorm, layer, state)
    let read = try hooked(.attentionInput, layer, input, state)
    var change =
      try block.mixer.mixes
      ? attended(block, layer, read, state) : tokenwise(layer, read)
    change = try hooked(.attentionOutput, layer, change, state)
    if block.arrangement == .normedSums { return change }
    return try normed(
      change, block.attentionOutputNorm, .attentionOutputNorm, .attentionOutputNorm, layer, state)
  }

  private func feedForward(
    _ block: BlockDescription, _ layer: Int, _ x: Variable, _ state: TokenState
  ) throws -> Variable {
    var change = try fed(
      block.feedForward, layer, try hooked(.feedForwardInput, layer, x, state), state)
    change = try hooked(.feedForwardOutput, layer, change, state)
    if block.arrangement == .normedSums { return change }
    return try normed(
      change, block.feedForwardOutputNorm, .feedForwardOutputNorm, .feedForwardOutputNorm, layer,
      state)
  }

  // MARK: Small parts

  /// A value behind the hooks of a site.
  func hooked(
    _ site: HookSite, _ layer: Int?, _ value: Variable, _ state: TokenState, sequence: Int? = nil
  ) throws -> Variable {
    guard options.hooks.meets(site, layer: layer) else { return value }
    let positions = sequence.map { Array(state.positions[state.sequences[$0]]) }
    let point = HookPoint(
      site: site, layer: layer, sequence: sequence, positions: positions ?? state.positions)
    return try options.hooks.applied(at: point, to: value)
  }

  /// A norm, where there is one, with its hook.
  private func normed(
    _ x: Variable, _ norm: NormDescription?, _ part: WeightKey.Part, _ site: HookSite,
    _ layer: Int, _ state: TokenState
  ) throws -> Variable {
    guard let norm else { return x }
    return try hooked(site, layer, normed(x, norm, WeightKey(part, layer: layer)), state)
  }

  func normed(_ x: Variable, _ norm: NormDescription, _ key: WeightKey) throws -> Variable {
    let gain = norm.hasGain ? try weights.tensor(key) : nil
    switch norm.kind {
    case .rms:
      return try x.rmsNorm(gain: gain, epsilon: norm.epsilon, gainOffset: norm.gainOffset)
    case .layer:
      let bias = norm.hasBias ? try weights.tensor(key.bias) : nil
      return try x.layerNorm(gain: gain, bias: bias, epsilon: norm.epsilon)
    }
  }
}
