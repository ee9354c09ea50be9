extension NetworkDescription {
  /// All weights with their shapes, in the order of the network; matrices are `[outputs, inputs]`.
  public var weightShapes: [(key: WeightKey, shape: [Int])] {
    var list = WeightList()
    if embedding.vocabularySize > 0 {
      list.add(WeightKey(.embedding), [embedding.vocabularySize, width])
    }
    if let patches = embedding.patches {
      list.add(WeightKey(.classToken), [width])
      list.linear(WeightKey(.patches), width, patches.inputs, bias: patches.hasBias)
    }
    if let rows = embedding.learnedPositions {
      list.add(WeightKey(.learnedPositions), [rows, width])
    }
    if let rows = embedding.types { list.add(WeightKey(.tokenTypes), [rows, width]) }
    list.add(embedding.norm, .embeddingNorm, nil, width)
    var isBiased = false
    for (layer, block) in blocks.enumerated() {
      // T5 keeps the table of distances once, in the first layer.
      if !isBiased, case .relativeBuckets(let buckets) = block.attention.positions {
        list.add(WeightKey(.relativeBias), [buckets.count, block.attention.heads])
        isBiased = true
      }
      list.add(block, layer, width)
    }
    list.add(finalNorm, .finalNorm, nil, width)
    if let head {
      if let transform = head.transform {
        list.linear(WeightKey(.headTransform), width, width, bias: true)
        list.add(transform.norm, .headNorm, nil, width)
      }
      if !head.isTied { list.add(WeightKey(.head), [embedding.vocabularySize, width]) }
      if head.hasBias { list.add(WeightKey(.head).bias, [embedding.vocabularySize]) }
    }
    for dense in dense {
      list.linear(WeightKey(dense.part), dense.outputs, dense.inputs, bias: dense.hasBias)
    }
    return list.shapes
  }
}

/// Collects the weights of a description.
private struct WeightList {
  var shapes: [(key: WeightKey, shape: [Int])] = []

  mutating func add(_ key: WeightKey, _ shape: [Int]) { shapes.append((key, shape)) }

  mutating func linear(_ key: WeightKey, _ outputs: Int, _ inputs: Int, bias: Bool) {
    add(key, [outputs, inputs])
    if bias { add(key.bias, [outputs]) }
  }

  mutating func add(
    _ norm: NormDescription?, _ part: WeightKey.Part, _ layer: Int?, _ width: Int,
    heads: Int? = nil
  ) {
    guard let norm else { return }
    let shape = (heads.map { [$0] } ?? []) + [width]
    if norm.hasGain { add(WeightKey(part, layer: layer), shape) }
    if norm.hasBias { add(WeightKey(part, layer: layer).bias, shape) }
  }

  mutating func add(_ block: BlockDescription, _ layer: Int, _ width: Int) {
    add(block.attentionNorm, .attentionNorm, layer, width)
    add(block.mixer, block.attention, layer, width)
    add(block.attentionOutputNorm, .attentionOutputNorm, layer, width)
    if let cross = block.crossAttention {
      add(block.crossNorm, .crossNorm, layer, width)
      add(cross, layer, width, [.crossQuery, .crossKey, .crossValue, .crossOutput])
    }
    add(block.feedForwardNorm, .feedForwardNorm, layer, width)
    add(block.feedForward, layer, width)
    add(block.feedForwardOutputNorm, .feedForwardOutputNorm, layer, width)
  }

  mutating func add(
    _ mixer: TokenMixer, _ attention: AttentionDescription, _ layer: Int, _ width: Int
  ) {
    guard mixer.mixes else {
      let inner = attention.tokenwiseWidth
      for part in [WeightKey.Part.mixerGate, .mixerUp] {
        linear(WeightKey(part, layer: layer), inner, width, bias: attention.hasValueBias)
      }
      linear(WeightKey(.mixerDown, layer: layer), width, inner, bias: attention.hasOutputBias)
      return
    }
    add(mixer.attention(attention), layer, width, [.query, .key, .value, .output])
  }

  mutating func add(
    _ attention: AttentionDescription, _ layer: Int, _ width: Int, _ parts: [WeightKey.Part]
  ) {
    let (query, key) = (attention.queryWidth, attention.keyWidth)
    linear(
      WeightKey(parts[0], layer: layer), query, width, bias: attention.hasQueryKeyBias)
    linear(WeightKey(parts[1], layer: layer), key, width, bias: attention.hasQueryKeyBias)
    linear(WeightKey(parts[2], layer: layer), key, width, bias: attention.hasValueBias)
    switch attention.queryKeyNorm {
    case .none: break
    case .perHead(let norm):
      add(norm, .queryNorm, layer, attention.headWidth)
      add(norm, .keyNorm, layer, attention.headWidth)
    case .ownPerHead(let norm):
      add(norm, .queryNorm, layer, attention.headWidth, heads: attention.heads)
      add(norm, .keyNorm, layer, attention.headWidth, heads: attention.keyValueHeads)
    case .full(let norm):
      add(norm, .queryNorm, layer, query)
      add(norm, .keyNorm, layer, key)
    }
    linear(WeightKey(parts[3], layer: layer), width, query, bias: attention.hasOutputBias)
  }

  mutating func add(_ feedForward: FeedForwardDescription, _ layer: Int, _ width: Int) {
    func key(_ part: WeightKey.Part, _ expert: Int? = nil) -> WeightKey {
      WeightKey(part, layer: layer, expert: expert)
    }
    let bias = feedForward.hasBias
    guard let experts = feedForward.experts else {
      if feedForward.isGated { linear(key(.gate), feedForward.width, width, bias: bias) }
      linear(key(.up), feedForward.width, width, bias: bias)
      linear(key(.down), width, feedForward.width, bias: bias)
      return
    }
    linear(key(.router), experts.count, width, bias: false)
    for expert in 0..<experts.count {
      if feedForward.isGated {
        linear(key(.expertGate, expert), experts.width, width, bias: bias)
      }
      linear(key(.expertUp, expert), experts.width, width, bias: bias)
      linear(key(.expertDown, expert), width, experts.width, bias: bias)
    }
    if let shared = experts.sharedWidth {
      linear(key(.sharedRouter), 1, width, bias: false)
      if feedForward.isGated { linear(key(.sharedGate), shared, width, bias: bias) }
      linear(key(.sharedUp), shared, width, bias: bias)
      linear(key(.sharedDown), width, shared, bias: bias)
    }
  }
}
