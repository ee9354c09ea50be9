/// Limits of what configurations may ask for, checked before anything is made of their numbers.
enum SizeChecks {
  /// The largest width, height or count taken, so that products of three stay inside 64 bits.
  static let limit = 1 << 20
  static let contextLimit = 1 << 24
  static let layerLimit = 1 << 12
  static let expertLimit = 1 << 12
  /// The most experts, or heads with tensors of their own, of all layers together.
  static let partLimit = 1 << 16

  static func check(_ path: String, _ field: String, _ size: Int, upTo limit: Int = limit)
    throws(ModelError)
  {
    guard size >= 1, size <= limit else {
      throw .configuration(path: path, field: field, reason: "\(size) is outside 1...\(limit)")
    }
  }

  /// Refuses a network with sizes that none has, or that do not fit each other.
  static func check(_ network: NetworkDescription, path: String) throws(ModelError) {
    try check(path, "hidden_size", network.width)
    if network.blocks.isEmpty || network.blocks.count > layerLimit {
      throw .configuration(
        path: path, field: "num_hidden_layers",
        reason: "\(network.blocks.count) is outside 1...\(layerLimit)")
    }
    let embedding = network.embedding
    if embedding.vocabularySize != 0 {
      try check(path, "vocab_size", embedding.vocabularySize, upTo: 1 << 22)
    }
    try check(path, "max_position_embeddings", embedding.contextLength, upTo: contextLimit)
    if let rows = embedding.learnedPositions {
      try check(path, "max_position_embeddings", rows, upTo: contextLimit)
    }
    if let types = embedding.types { try check(path, "type_vocab_size", types) }
    if let patches = embedding.patches { try check(patches, path) }
    for dense in network.dense {
      try check(path, "\(dense.part.rawValue) outputs", dense.outputs)
      try check(path, "\(dense.part.rawValue) inputs", dense.inputs)
    }
    try check(embedding.norm, path)
    try check(network.finalNorm, path)
    try CompanionSequence.check(network, path: path)
    for block in network.blocks {
      try check(block.attention, path)
      if let cross = block.crossAttention { try check(cross, path) }
      try check(block.feedForward, path)
      for norm in [
        block.attentionNorm, block.attentionOutputNorm, block.crossNorm, block.feedForwardNorm,
        block.feedForwardOutputNorm,
      ] { try check(norm, path) }
    }
  }

  static func check(_ patches: PatchDescription, _ path: String) throws(ModelError) {
    try check(path, "num_channels", patches.channels, upTo: 1 << 12)
    try check(path, "image_size", patches.imageSize, upTo: 1 << 14)
    try check(path, "patch_size", patches.patchSize, upTo: min(patches.imageSize, 1 << 12))
    if patches.imageSize % patches.patchSize != 0 {
      throw .configuration(
        path: path, field: "patch_size",
        reason: "\(patches.patchSize) does not divide the image_size \(patches.imageSize)")
    }
  }

  private static func check(_ norm: NormDescription?, _ path: String) throws(ModelError) {
    guard let norm else { return }
    if !(norm.epsilon > 0 && norm.epsilon < 1) {
      throw .configuration(
        path: path, field: "norm epsilon", reason: "\(norm.epsilon) is outside 0...1")
    }
  }

  private static func check(_ attention: AttentionDescription, _ path: String) throws(ModelError) {
    try check(path, "num_attention_heads", attention.heads)
    try check(path, "num_key_value_heads", attention.keyValueHeads)
    try check(path, "head_dim", attention.headWidth)
    if attention.heads % attention.keyValueHeads != 0 {
      throw .configuration(
        path: path, field: "num_key_value_heads",
        reason: "\(attention.keyValueHeads) does not divide the \(attention.heads) attention heads")
    }
    if !(attention.scale.isFinite && attention.scale > 0) {
      throw .configuration(
        path: path, field: "attention scale", reason: "\(attention.scale) is not above 0")
    }
    if let window = attention.window { try check(path, "sliding_window", window, upTo: 1 << 30) }
    if let cap = attention.softcap, !(cap > 0 && cap.isFinite) {
      throw .configuration(
        path: path, field: "attn_logit_softcapping", reason: "\(cap) is not above 0")
    }
    if let clip = attention.clip, !(clip > 0 && clip.isFinite) {
      throw .configuration(path: path, field: "clip_qkv", reason: "\(clip) is not above 0")
    }
    switch attention.positions {
    case .none: break
    case .rotary(let rotary):
      if rotary.width < 2 || rotary.width % 2 != 0 || rotary.width > attention.headWidth {
        throw .configuration(
          path: path, field: "rotary width",
          reason: "\(rotary.width) values of a head of \(attention.headWidth) do not turn in pairs")
      }
      if !(rotary.base >= 1 && rotary.base < 1e18) {
        throw .configuration(
          path: path, field: "rope_theta", reason: "\(rotary.base) is outside 1...1e18")
      }
    case .linearBias(let linear):
      let count = linear.slopes.count
      if count != attention.heads {
        throw .configuration(
          path: path, field: "alibi", reason: "\(count) slopes for \(attention.heads) heads")
      }
    case .relativeBuckets(let buckets):
      try check(path, "relative_attention_num_buckets", buckets.count)
      try check(path, "relative_attention_max_distance", buckets.maximumDistance)
      // A quarter of the buckets has one distance each, the rest needs room up to the longest.
      if buckets.count < 4 || buckets.maximumDistance <= buckets.count / 2 {
        throw .configuration(
          path: path, field: "relative_attention_num_buckets",
          reason: "\(buckets.count) buckets do not go with distances up to "
            + "\(buckets.maximumDistance)")
      }
    }
  }

  private static func check(_ feedForward: FeedForwardDescription, _ path: String)
    throws(ModelError)
  {
    try check(path, "intermediate_size", feedForward.width)
    guard let experts = feedForward.experts else { return }
    try check(path, "num_experts", experts.count, upTo: expertLimit)
    try check(path, "num_experts_per_tok", experts.active, upTo: experts.count)
    try check(path, "moe_intermediate_size", experts.width)
    if let shared = experts.sharedWidth {
      try check(path, "shared_expert_intermediate_size", shared)
    }
  }
}
