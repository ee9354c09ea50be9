import Kernels

/// One run of some rows through all layers, with the buffers it needs.
struct LlamaPass {
  let network: LlamaConfiguration
  let weights: LlamaWeights
  let table: RotaryTable

  /// The residual stream, `[rows, width]`.
  private var stream: [Float] = []
  private var rows = 0
  private var normed: [Float] = []
  private var queries: [Float] = []
  private var keys: [Float] = []
  private var values: [Float] = []
  private var attended: [Float] = []
  private var gate: [Float] = []
  private var up: [Float] = []
  private var change: [Float] = []

  init(network: LlamaConfiguration, weights: LlamaWeights, table: RotaryTable) {
    (self.network, self.weights, self.table) = (network, weights, table)
  }

  /// Embeds ids that have been checked and takes them through the layers.
  mutating func run(_ ids: ArraySlice<Int32>, cache: inout KeyValueCache) throws(KernelError) {
    let width = network.width
    prepare(rows: ids.count)
    stream.removeAll(keepingCapacity: true)
    for id in ids {
      stream.append(contentsOf: weights.embedding[Int(id) * width..<(Int(id) + 1) * width])
    }
    for layer in weights.layers.indices {
      try attend(weights.layers[layer], store: &cache.layers[layer])
      try feedForward(weights.layers[layer])
    }
  }

  private mutating func attend(_ layer: LlamaWeights.Layer, store: inout KeyValueStore)
    throws(KernelError)
  {
    let first = store.count
    try Rows.rmsNorm(
      stream, gain: layer.attentionNorm, epsilon: network.epsilon, into: &normed)
    try layer.query.multiply(normed, into: &queries)
    try layer.key.multiply(normed, into: &keys)
    try layer.value.multiply(normed, into: &values)
    try table.rotate(&queries, heads: network.heads, first: first)
    try table.rotate(&keys, heads: network.cachedHeads, first: first)
    try store.append(keys: keys, values: values)
    try store.attend(
      queries: queries, queryHeads: network.heads,
      scale: 1 / Float(network.headWidth).squareRoot(), into: &attended)
    try layer.output.multiply(attended, into: &change)
    try Rows.add(change, to: &stream)
  }

  private mutating func feedForward(_ layer: LlamaWeights.Layer) throws(KernelError) {
    try Rows.rmsNorm(
      stream, gain: layer.feedForwardNorm, epsilon: network.epsilon, into: &normed)
    try layer.gate.multiply(normed, into: &gate)
    try layer.up.multiply(normed, into: &up)
    try Rows.swiglu(gate: &gate, up: up)
    try layer.down.multiply(gate, into: &change)
    try Rows.add(change, to: &stream)
  }

  /// The scores of all rows, `[rows, vocabulary]`.
  mutating func scores() throws(KernelError) -> [Float] {
    try Rows.rmsNorm(stream, gain: weights.finalNorm, epsilon: network.epsilon, into: &normed)
    var scores = [Float](repeating: 0, count: rows * network.vocabularySize)
    try weights.unembedding.multiply(normed, into: &scores)
    return scores
  }

  /// The scores of the last row, `[vocabulary]`.
  mutating func lastScores() throws(KernelError) -> [Float] {
    var last = [Float](repeating: 0, count: network.width)
    try Rows.rmsNorm(
      Array(stream.suffix(network.width)), gain: weights.finalNorm, epsilon: network.epsilon,
      into: &last)
    var scores = [Float](repeating: 0, count: network.vocabularySize)
    try weights.unembedding.multiply(last, into: &scores)
    return scores
  }

  private mutating func prepare(rows: Int) {
    if rows == self.rows { return }
    self.rows = rows
    func buffer(_ width: Int) -> [Float] { [Float](repeating: 0, count: rows * width) }
    stream.reserveCapacity(rows * network.width)
    normed = buffer(network.width)
    queries = buffer(network.heads * network.headWidth)
    keys = buffer(network.cachedHeads * network.headWidth)
    values = keys
    attended = queries
    gate = buffer(network.hiddenWidth)
    up = gate
    change = buffer(network.width)
  }
}
