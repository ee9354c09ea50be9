import Kernels
import Tensors

extension NetworkPass {
  /// The sites of own and of cross-attention.
  private struct Sites {
    let query, key, value, scores, probabilities, result: HookSite

    static let own = Sites(
      query: .query, key: .key, value: .value,
      scores: .attentionScores, probabilities: .attentionProbabilities, result: .headResult)
    static let cross = Sites(
      query: .crossQuery, key: .crossKey, value: .crossValue, scores: .crossScores,
      probabilities: .crossProbabilities, result: .crossHeadResult)
  }

  /// What a sequence's rows read: keys and values `[keys, key heads, width]`.
  private struct Reading {
    var keys: Variable
    var values: Variable
    var positions: [Int32]
    var origins: [Int32]
    /// The index of the first row's own key.
    var first: Int?
  }

  // MARK: Own attention

  /// Attention of the rows over their sequence, behind the output matrix.
  mutating func attended(
    _ block: BlockDescription, _ layer: Int, _ x: Variable, _ state: TokenState
  ) throws -> Variable {
    let d = block.mixer.attention(block.attention)
    let made = try queriesAndKeys(block, layer, x, state)
    let query = try hooked(.query, layer, made.query, state)
    let key = try hooked(.key, layer, made.key, state)
    let value = try hooked(.value, layer, heads(.value, d, layer, x), state)
    let turnedQuery = try hooked(
      .turnedQuery, layer, turned(query, d, state.positions), state)
    // Keys that are stored as they are turn when they are read.
    let isLate = caches.first?.rotation == .late
    let turnedKey =
      isLate ? key : try hooked(.turnedKey, layer, turned(key, d, state.positions), state)

    if let z = try packed(
      d, layer, query: turnedQuery, key: turnedKey, value: value, state)
    {
      return try output(z, d, layer, state)
    }
    var results: [Variable] = []
    for (index, range) in state.sequences.enumerated() where !range.isEmpty {
      let all = state.lengths.count == 1
      func part(_ x: Variable) throws -> Variable {
        all ? x : try x.indexed([.range(start: range.lowerBound, end: range.upperBound)])
      }
      results.append(
        try sequence(
          d, layer, query: part(turnedQuery), key: part(turnedKey), value: part(value), state,
          index, range))
    }
    guard let only = results.first else {
      throw ModelError.noTokens(operation: "attention in layer \(layer)")
    }
    return try output(
      results.count == 1 ? only : Variable.concatenated(results), d, layer, state)
  }

  /// A product with one of the block's matrices as heads: `[rows, heads, width]`.
  func heads(_ part: WeightKey.Part, _ d: AttentionDescription, _ layer: Int, _ x: Variable)
    throws -> Variable
  {
    var y = try weights.linear(WeightKey(part, layer: layer), x)
    if let clip = d.clip { y = try y.clamped(from: -clip, to: clip) }
    let count = part == .query ? d.heads : d.keyValueHeads
    return try y.reshaped([x.shape[0], count, d.headWidth])
  }

  /// Heads' results behind the output matrix.
  private func output(
    _ z: Variable, _ d: AttentionDescription, _ layer: Int, _ state: TokenState
  ) throws -> Variable {
    let z = try hooked(.headResult, layer, z, state)
    return try weights.linear(
      WeightKey(.output, layer: layer), z.reshaped([state.rows, d.queryWidth]))
  }

  /// One sequence's attention: `[rows, heads, width]`.
  private mutating func sequence(
    _ d: AttentionDescription, _ layer: Int, query: Variable, key: Variable, value: Variable,
    _ state: TokenState, _ index: Int, _ range: Range<Int>
  ) throws -> Variable {
    let positions = Array(state.positions[range])
    let origins = state.origins[range].map { $0.first ?? 0 }
    func view(_ reading: Reading, _ heads: Range<Int>) -> AttentionView {
      AttentionView(
        description: d, rules: options.maskRules, layer: layer, positions: positions,
        origins: origins, keyPositions: reading.positions, keyOrigins: reading.origins,
        first: d.isCausal ? reading.first : nil, heads: heads,
        mask: options.masks.indices.contains(index) ? options.masks[index] : nil)
    }
    guard caches.indices.contains(index) else {
      let reading = Reading(
        keys: key, values: value, positions: positions, origins: origins, first: 0)
      return try attended(
        d, layer, query, reading, view(reading, 0..<d.heads), state, index, .own)
    }
    let first = try store(key, value, positions, origins, layer, index)
    if let z = try streamed(d, layer, query, positions, origins, index, first, key) { return z }
    let store = caches[index].layers[layer]
    if store.isUniform {
      let reading = try reading(d, store, 0..<store.heads.count, key, value, index, first)
      return try attended(
        d, layer, query, reading, view(reading, 0..<d.heads), state, index, .own)
    }
    // Heads that hold different entries are attended one by one.
    let group = d.heads / d.keyValueHeads
    var parts: [Variable] = []
    for head in store.heads.indices {
      let reading = try reading(d, store, head..<head + 1, key, value, index, first)
      let heads = head * group..<(head + 1) * group
      let own = try query.indexed([.all, .range(start: heads.lowerBound, end: heads.upperBound)])
      parts.append(
        try attended(d, layer, own, reading, view(reading, heads), state, index, .own))
    }
    return try Variable.concatenated(parts, axis: 1)
  }

  /// Puts new keys and values into the cache; the index of the first one in each head, nil where they
  /// stand at the end.
  private mutating func store(
    _ key: Variable, _ value: Variable, _ positions: [Int32], _ origins: [Int32], _ layer: Int,
    _ index: Int
  ) throws -> Int? {
    let first = options.refreshedFrom
    try key.value.withElements(of: Float.self) { keys in
      try value.value.withElements(of: Float.self) { values in
        if let first {
          try caches[index].layers[layer].replace(from: first, keys: keys, values: values)
        } else {
          try caches[index].layers[layer].append(
            keys: keys, values: values, positions: positions, origins: origins)
        }
      }
    }
    return first
  }

  /// The cache's own kernel, which reads pages where they are: for few rows whose scores nobody asks
  /// for. Nil where it does not apply; the bits are those of the general one.
  private func streamed(
    _ d: AttentionDescription, _ layer: Int, _ query: Variable, _ positions: [Int32],
    _ origins: [Int32], _ index: Int, _ first: Int?, _ key: Variable
  ) throws -> Variable? {
    let cache = caches[index]
    let sites: [HookSite] = [
      .cachedKeys, .cachedValues, .attentionScores, .attentionProbabilities,
    ]
    guard d.isCausal, !d.isPolynomial, first == nil, cache.rotation == .early, d.softcap == nil,
      positions.count < 16,
      !query.isRecorded, !key.isRecorded,
      !sites.contains(where: { options.hooks.meets($0, layer: layer) })
    else { return nil }
    switch d.positions {
    case .none, .rotary: break
    case .linearBias, .relativeBuckets: return nil
    }
    let store = cache.layers[layer]
    var begins: [Int]?
    if d.window != nil || !options.maskRules.isEmpty {
      var all: [Int] = []
      for head in store.heads {
        let view = AttentionView(
          description: d, rules: options.maskRules, layer: layer, positions: positions,
          origins: origins, keyPositions: head.positions, keyOrigins: head.origins,
          first: head.count - positions.count, heads: 0..<d.heads)
        guard let own = view.begins else { return nil }
        all += own
      }
      begins = all
    }
    let out = try Tensor(shape: query.shape, of: Float.self) { out in
      try query.value.withElements(of: Float.self) { query in
        try store.attend(
          queries: query, queryHeads: d.heads, scale: Float(d.scale), begins: begins, into: out)
      }
    }
    return Variable(constant: out)
  }

  /// What some heads of a cache hold, as attention reads it. Gradients go to the new rows.
  private mutating func reading(
    _ d: AttentionDescription, _ store: KeyValueStore, _ heads: Range<Int>, _ key: Variable,
    _ value: Variable, _ index: Int, _ refreshed: Int?
  ) throws -> Reading {
    guard let head = store.heads[heads].first else {
      throw ModelError.cache(reason: "it has no heads")
    }
    let (entries, width) = (head.count, store.headWidth)
    let shape = [entries, heads.count, width]
    func gathered(_ isKey: Bool) throws -> Variable {
      Variable(
        constant: try Tensor(shape: shape, of: Float.self) { out in
          guard let out = out.baseAddress else { return }
          for (place, head) in store.heads[heads].enumerated() {
            let to = out + place * width
            head.copy(
              keys: isKey ? to : nil, values: isKey ? nil : to, stride: heads.count * width)
          }
        })
    }
    let rows = key.shape[0]
    let first = refreshed ?? entries - rows
    func joined(_ all: Variable, _ new: Variable) throws -> Variable {
      guard new.isRecorded, refreshed == nil else { return all }
      let own =
        heads.count == store.heads.count
        ? new : try new.indexed([.all, .range(start: heads.lowerBound, end: heads.upperBound)])
      if first == 0 { return own }
      return try Variable.concatenated([all.indexed([.range(start: 0, end: first)]), own])
    }
    var keys = try joined(gathered(true), key)
    if caches[index].rotation == .late { keys = try turned(keys, d, head.positions) }
    return Reading(
      keys: keys, values: try joined(gathered(false), value), positions: head.positions,
      origins: head.origins, first: first)
  }

  // MARK: Cross-attention

  /// Attention of the rows over the encoder's states, behind the output matrix.
  mutating func crossAttention(
    _ block: BlockDescription, _ layer: Int, _ x: Variable, _ state: TokenState
  ) throws -> Variable {
    guard let d = block.crossAttention else { return x }
    var input = x
    if let norm = block.crossNorm {
      input = try normed(x, norm, WeightKey(.crossNorm, layer: layer))
    }
    let query = try hooked(
      .crossQuery, layer,
      weights.linear(WeightKey(.crossQuery, layer: layer), input)
        .reshaped([state.rows, d.heads, d.headWidth]), state)
    var results: [Variable] = []
    for (index, range) in state.sequences.enumerated() where !range.isEmpty {
      let own = try query.indexed([.range(start: range.lowerBound, end: range.upperBound)])
      let reading = try memory(d, layer, index)
      let view = AttentionView(
        description: d, rules: [], layer: layer, positions: Array(state.positions[range]),
        origins: state.origins[range].map { $0.first ?? 0 }, keyPositions: reading.positions,
        keyOrigins: reading.origins, first: nil, heads: 0..<d.heads)
      results.append(try attended(d, layer, own, reading, view, state, index, .cross))
    }
    guard !results.isEmpty else { throw ModelError.noTokens(operation: "cross-attention") }
    let z = try hooked(.crossHeadResult, layer, Variable.concatenated(results), state)
    let out = try weights.linear(
      WeightKey(.crossOutput, layer: layer), z.reshaped([state.rows, d.queryWidth]))
    return try hooked(.crossOutput, layer, out, state)
  }

  /// Keys and values of the encoder's states; a cache keeps them from the first pass on.
  private mutating func memory(_ d: AttentionDescription, _ layer: Int, _ index: Int) throws
    -> Reading
  {
    let isCached = caches.indices.contains(index)
    if isCached, let store = caches[index].memories[layer] {
      let none = Variable(constant: try .zeros([0, d.keyValueHeads, d.headWidth], .f32))
      return try reading(d, store, 0..<store.heads.count, none, none, index, 0)
    }
    guard memories.indices.contains(index), let states = memories[index] else {
      throw ModelError.input(reason: "a decoder needs its encoder's states")
    }
    let shape = [states.shape[0], d.keyValueHeads, d.headWidth]
    let keys = try weights.linear(WeightKey(.crossKey, layer: layer), states).reshaped(shape)
    let values = try weights.linear(WeightKey(.crossValue, layer: layer), states).reshaped(shape)
    let places = (0..<shape[0]).map { Int32(truncatingIfNeeded: $0) }
    if isCached, !keys.isRecorded, !values.isRecorded {
      var store = KeyValueStore(heads: d.keyValueHeads, headWidth: d.headWidth)
      try keys.value.withElements(of: Float.self) { keys in
        try values.value.withElements(of: Float.self) { values in
          try store.append(keys: keys, values: values)
        }
      }
      caches[index].memories[layer] = store
    }
    return Reading(keys: keys, values: values, positions: places, origins: places, first: nil)
  }

  // MARK: The general form

  /// `[rows, heads, width]`, by way of scores and probabilities where hooks ask for them.
  private func attended(
    _ d: AttentionDescription, _ layer: Int, _ query: Variable, _ reading: Reading,
    _ view: AttentionView, _ state: TokenState, _ index: Int, _ sites: Sites
  ) throws -> Variable {
    func batch(_ x: Variable) throws -> Variable { try x.reshaped([1] + x.shape) }
    func hook(_ site: HookSite, _ x: Variable) throws -> Variable {
      try hooked(site, layer, x, state, sequence: index)
    }
    var (keys, values) = (try batch(reading.keys), try batch(reading.values))
    if sites.query == .query {
      keys = try hook(.cachedKeys, keys)
      values = try hook(.cachedValues, values)
    } else {
      keys = try hook(.crossKey, keys)
      values = try hook(.crossValue, values)
    }
    let visibility = try view.visibility
    let table = try relativeTable(d)
    let bias = try view.bias(relative: table)
    let result: Variable
    if d.isPolynomial {
      var scores = try Variable.attentionScores(
        queries: batch(query), keys: keys, visibility: visibility, scale: d.scale,
        softcap: d.softcap)
      if let bias { scores = try scores + bias }
      scores = try hook(sites.scores, scores)
      let shares = try hook(sites.probabilities, polynomialShares(scores, visibility))
      result = try Variable.attention(
        probabilities: shares, values: values, visibility: visibility)
    } else if options.hooks.meets(sites.scores, layer: layer) {
      var scores = try Variable.attentionScores(
        queries: batch(query), keys: keys, visibility: visibility, scale: d.scale,
        softcap: d.softcap)
      if let bias { scores = try scores + bias }
      scores = try hook(sites.scores, scores)
      let (z, probabilities) = try Variable.attention(
        scores: scores, values: values, visibility: visibility)
      result = try mixed(z, probabilities, values, visibility, hook, sites, layer)
    } else if options.hooks.meets(sites.probabilities, layer: layer) {
      let (z, probabilities) = try Variable.attentionWithProbabilities(
        queries: batch(query), keys: keys, values: values, visibility: visibility, scale: d.scale,
        softcap: d.softcap, bias: bias)
      result = try mixed(z, probabilities, values, visibility, hook, sites, layer)
    } else {
      result = try Variable.attention(
        queries: batch(query), keys: keys, values: values, visibility: visibility, scale: d.scale,
        softcap: d.softcap, bias: bias)
    }
    return try result.reshaped(Array(result.shape.dropFirst()))
  }

  /// The result again where a hook looked at the probabilities: replaced ones weigh the values anew.
  private func mixed(
    _ z: Variable, _ probabilities: Variable, _ values: Variable,
    _ visibility: AttentionVisibility, _ hook: (HookSite, Variable) throws -> Variable,
    _ sites: Sites, _ layer: Int
  ) throws -> Variable {
    guard options.hooks.meets(sites.probabilities, layer: layer) else { return z }
    let replaced = try hook(sites.probabilities, probabilities)
    return try Variable.attention(
      probabilities: replaced, values: values, visibility: visibility)
  }

  /// T5's table of distances, which the first layer keeps for all.
  private func relativeTable(_ d: AttentionDescription) throws -> Variable? {
    guard case .relativeBuckets = d.positions else { return nil }
    return try weights.tensor(WeightKey(.relativeBias))
  }

  /// Heads `[rows, heads, width]` turned by positions, where the network does that.
  private mutating func turned(
    _ x: Variable, _ d: AttentionDescription, _ positions: [Int32]
  ) throws -> Variable {
    guard case .rotary(let rotary) = d.positions else { return x }
    if let known = angles.first(where: { $0.0 == rotary && $0.1 == positions }) {
      return try x.rotated(by: known.2, pairing: rotary.pairing)
    }
    let made = try RotaryAngles<Float>(
      RotaryFrequencies(base: rotary.base, pairs: rotary.width / 2, scaling: rotary.scaling),
      positions: .whole(positions))
    // A pass meets few kinds; late keys of other positions push old ones out.
    if angles.count >= 8 { angles.removeFirst() }
    angles.append((rotary, positions, made))
    return try x.rotated(by: made, pairing: rotary.pairing)
  }

  func norm(
    _ x: Variable, _ norm: AttentionDescription.QueryKeyNorm, _ part: WeightKey.Part, _ layer: Int
  ) throws -> Variable {
    let key = WeightKey(part, layer: layer)
    switch norm {
    case .none: return x
    case .perHead(let description): return try normed(x, description, key)
    case .full(let description):
      return try normed(x.reshaped([x.shape[0], x.shape[1] * x.shape[2]]), description, key)
        .reshaped(x.shape)
    case .ownPerHead(var description):
      let (hasGain, hasBias) = (description.hasGain, description.hasBias)
      (description.hasGain, description.hasBias) = (false, false)
      var y = try normed(x, description, key)
      if hasGain, let gain = try weights.tensor(key) { y = try y * gain }
      if hasBias, let bias = try weights.tensor(key.bias) { y = try y + bias }
      return y
    }
  }
}
