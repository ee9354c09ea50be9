import Kernels
import Tensors
import Testing

@testable import Models
@testable import Training

@Suite("What takes attention's place") struct TokenMixingTests {
  static func network(layers: Int = 2, norm: Bool = true, context: Int = 16)
    -> NetworkDescription
  {
    var shape = LlamaTrainerTests.shape
    (shape.width, shape.heads, shape.keyValueHeads) = (24, 2, 2)
    (shape.layers, shape.context) = (layers, context)
    var network = TransformerTrainingTests.network(shape)
    if !norm {
      for layer in network.blocks.indices { network.blocks[layer].attentionNorm = nil }
    }
    return network
  }

  static let tokens = CompanionSequence.tokens((0..<16).map { Int32($0 * 5 % 24) })
  static let random = CompanionSequence.drawn(deviation: 1, seed: 4)

  /// All arms of the comparison.
  static func arm(_ kind: Int, of network: NetworkDescription) -> NetworkDescription {
    switch kind {
    case 0: return network
    case 1: return network.mixing(.mlp)
    case 2: return network.mixing(.approximate)
    case 3: return network.mixing(.nonapproximate)
    case 4: return network.mixing(.staticEmbeddings)
    case 5: return network.mixing(.randomSequence, companion: random)
    case 6: return network.mixing(.fixedSequence, companion: tokens)
    default: return network.mixing(.randomSequence, .even, companion: random)
    }
  }

  static func training(_ kind: Int, _ network: NetworkDescription = network()) throws
    -> TransformerTraining
  {
    try TransformerTraining(
      arm(kind, of: network), objective: NextToken(),
      fresh: InitialWeights(seed: 5, deviation: 0.2))
  }

  static let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)

  static func scores(_ training: TransformerTraining, _ batch: [[Int32]]) throws -> Tensor {
    let task = TokenTask(inputs: batch, targets: [], weights: [])
    return try training.scores(
      of: task, with: training.parameters.map { Variable(constant: $0.value) }, in: context
    ).value
  }

  @Test("all arms have as many weights")
  func parameterCounts() throws {
    let counts = try (0..<8).map {
      try Self.training($0).parameters.reduce(0) { $0 + $1.value.count }
    }
    #expect(Set(counts).count == 1, "\(counts)")
  }

  @Test("no arm sees what is behind a token", arguments: 0..<8)
  func causal(kind: Int) throws {
    let training = try Self.training(kind)
    let ids: [Int32] = [3, 9, 4, 1, 7, 2]
    let scores = try Self.scores(training, [ids])
    for changed in ids.indices {
      var other = ids
      other[changed] = 20
      let moved = try Self.scores(training, [other])
      for row in ids.indices {
        let same = try scores.taking([row]) == moved.taking([row])
        // Without mixing a token is seen by itself alone.
        let sees = kind == 1 ? row == changed : row >= changed
        #expect(same == !sees, "token \(changed), row \(row)")
      }
    }
  }

  @Test("sequences of a batch have the bits of each alone", arguments: 0..<8)
  func batches(kind: Int) throws {
    let training = try Self.training(kind)
    let batch: [[Int32]] = [[3, 9, 4], [1], [7, 2, 8, 8, 0, 5]]
    let all = try Self.scores(training, batch)
    var first = 0
    for ids in batch {
      let own = try all.taking(Array(first..<first + ids.count))
      #expect(try Self.scores(training, [ids]) == own)
      first += ids.count
    }
  }

  @Test("embeddings for queries and keys are attention in the first block, to the bit")
  func firstBlock() throws {
    let network = Self.network(layers: 1)
    let ids: [Int32] = [3, 9, 4, 1, 7, 2]
    let attention = try Self.scores(Self.training(0, network), [ids])
    #expect(try Self.scores(Self.training(4, network), [ids]) == attention)
  }

  /// What one block's mixer adds to embeddings, without a norm before it.
  static func added(_ kind: Int, _ rows: Tensor, deviation: Double = 0.2) throws -> Tensor {
    let network = arm(kind, of: network(layers: 1, norm: false))
    let training = try TransformerTraining(
      network, objective: NextToken(), fresh: InitialWeights(seed: 5, deviation: deviation))
    let variables = Dictionary(
      zip(training.keys, training.parameters.map { Variable(constant: $0.value) })
    ) { first, _ in first }
    let captures = HookCaptures()
    var options = PassOptions()
    try options.hooks.capture("layers.0.attn_out", into: captures)
    _ = try network.states(
      of: [SequenceInput(.embeddings(Variable(constant: rows)))],
      weights: RecordedWeights(variables, isHeadTied: true), options: options)
    return try #require(captures.first(.attentionOutput, layer: 0)).value
  }

  @Test("a companion's map is the same for every text, attention's is not", arguments: [0, 5, 6])
  func sameMap(kind: Int) throws {
    func rows(_ name: String) throws -> Tensor {
      try .normal([7, 24], stream: RandomStream(seed: 2, path: [name]))
    }
    let (a, b) = (try rows("a"), try rows("b"))
    let sum = try Self.added(kind, .apply(.add, a, b)).doubles
    let parts = try Tensor.apply(.add, Self.added(kind, a), Self.added(kind, b)).doubles
    let apart = zip(sum, parts).map { abs($0 - $1) }.max() ?? 0
    // A map that does not depend on the text is linear in it.
    #expect((apart < 1e-5) == (kind != 0), "\(apart)")
  }

  /// Heads of q, k, v by one network's weights, in f64: `[head][row][number]`.
  private static func heads(_ kind: Int, _ rows: Tensor) throws -> (
    (WeightKey.Part) -> [[[Double]]], [Double]
  ) {
    let training = try training(kind, network(layers: 1, norm: false))
    let weights = training.weights(of: training.parameters)
    let x = rows.doubles
    let count = rows.shape[0]
    func product(_ part: WeightKey.Part) -> [[[Double]]] {
      let w: [Double] = weights[WeightKey(part, layer: 0)]?.doubles ?? []
      var heads = [[[Double]]](
        repeating: [[Double]](repeating: [Double](repeating: 0, count: 12), count: count), count: 2)
      for output in 0..<24 {
        for row in 0..<count {
          var sum = 0.0
          for input in 0..<24 { sum += x[row * 24 + input] * w[output * 24 + input] }
          heads[output / 12][row][output % 12] = sum
        }
      }
      return heads
    }
    return (product, weights[WeightKey(.output, layer: 0)]?.doubles ?? [])
  }

  private static func output(_ z: [[[Double]]], _ matrix: [Double]) -> [Double] {
    var result: [Double] = []
    for row in z[0].indices {
      for out in 0..<24 {
        var sum = 0.0
        for place in 0..<24 { sum += z[place / 12][row][place % 12] * matrix[out * 24 + place] }
        result.append(sum)
      }
    }
    return result
  }

  @Test("scores of keys alone: the same as a running sum")
  func keyScores() throws {
    let rows = try Tensor.normal([9, 24], stream: RandomStream(seed: 3))
    let (heads, matrix) = try Self.heads(3, rows)
    let (q, k, v) = (heads(.query), heads(.key), heads(.value))
    let z = (0..<2).map { head -> [[Double]] in
      var (sum, total) = ([Double](repeating: 0, count: 12), 0.0)
      return (0..<9).map { row in
        var score = 0.0
        for place in 0..<12 {
          let query: Double = q[head][row][place]
          score += query / (1 + ElementaryFunction.exp(-query)) * k[head][row][place]
        }
        let weight = ElementaryFunction.exp(score / 12.0.squareRoot())
        total += weight
        for place in 0..<12 { sum[place] += weight * v[head][row][place] }
        return sum.map { $0 / total }
      }
    }
    for (a, b) in zip(try Self.added(3, rows).doubles, Self.output(z, matrix)) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  /// Queries or keys turned by their places, as halves.
  private static func turned(_ heads: [[[Double]]]) -> [[[Double]]] {
    var result = heads
    for (head, rows) in heads.enumerated() {
      for (row, x) in rows.enumerated() {
        for pair in 0..<6 {
          let share = -Double(pair) / 6
          let angle = Double(row) * ElementaryFunction.exp(share * ElementaryFunction.log(10_000))
          let (c, s) = (ElementaryFunction.cos(angle), ElementaryFunction.sin(angle))
          result[head][row][pair] = x[pair] * c - x[pair + 6] * s
          result[head][row][pair + 6] = x[pair + 6] * c + x[pair] * s
        }
      }
    }
    return result
  }

  @Test("a polynomial in place of e^s: the same as a running state of products")
  func polynomial() throws {
    let rows = try Tensor.normal([8, 24], stream: RandomStream(seed: 3))
    let (heads, matrix) = try Self.heads(2, rows)
    let (q, k, v) = (Self.turned(heads(.query)), Self.turned(heads(.key)), heads(.value))
    // φ(x) = [1, x, x ⊗ x / √2], with √s taken into q and k.
    func features(_ x: [Double]) -> [Double] {
      let y: [Double] = x.map { $0 / 12.0.squareRoot().squareRoot() }
      var products: [Double] = []
      for a in y { for b in y { products.append(a * b / 2.0.squareRoot()) } }
      return [1] + y + products
    }
    let z = (0..<2).map { head -> [[Double]] in
      let count = 1 + 12 + 144
      var state = [[Double]](repeating: [Double](repeating: 0, count: 13), count: count)
      return (0..<8).map { row in
        for (index, key) in features(k[head][row]).enumerated() {
          for (place, value) in (v[head][row] + [1]).enumerated() {
            state[index][place] += key * value
          }
        }
        var sums = [Double](repeating: 0, count: 13)
        for (index, query) in features(q[head][row]).enumerated() {
          for place in 0..<13 { sums[place] += query * state[index][place] }
        }
        #expect(sums[12] >= 0.5 * Double(row + 1) - 1e-9)
        return (0..<12).map { sums[$0] / sums[12] }
      }
    }
    for (a, b) in zip(try Self.added(2, rows).doubles, Self.output(z, matrix)) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  @Test("the polynomial comes to softmax as scores come to 0, with their third power")
  func nearSoftmax() throws {
    let rows = try Tensor.normal([8, 24], stream: RandomStream(seed: 3))
    func apart(_ deviation: Double) throws -> Double {
      let a = try Self.added(0, rows, deviation: deviation).doubles
      let b = try Self.added(2, rows, deviation: deviation).doubles
      let size = a.map { abs($0) }.max() ?? 1
      return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / size
    }
    // Scores go with the square of the weights: halves of them with 1/4, third powers with 1/64.
    let (far, near) = (try apart(0.08), try apart(0.04))
    #expect(far > 1e-4)
    #expect(near < far / 30)
  }

  @Test("gradients are those of differences along a direction", arguments: 1..<8)
  func direction(kind: Int) throws {
    let training = try Self.training(kind)
    let batch = Array(TransformerTrainingTests.counting.prefix(3))
    let values = training.parameters.map(\.value)
    func loss(_ values: [Tensor]) throws -> Double {
      try training.loss(
        of: batch, with: values.map { Variable(constant: $0) }, in: Self.context
      ).terms.value.doubles.reduce(0, +)
    }
    let tape = Tape()
    let variables = try values.map { try tape.variable($0) }
    let terms = try training.loss(of: batch, with: variables, in: Self.context).terms
    let gradients = try tape.gradients(of: terms.sum(), with: variables)
    #expect(gradients.allSatisfy { $0 != nil })
    let directions = try values.enumerated().map { index, value in
      try Tensor.normal(value.shape, stream: RandomStream(seed: 9, path: ["\(index)"]))
    }
    func moved(_ step: Double) throws -> [Tensor] {
      try zip(values, directions).map { value, direction in
        try .apply(.add, value, .apply(.multiply, .tensor(direction), .scalar(.float(step))))
      }
    }
    let slope = (try loss(moved(2e-4)) - loss(moved(-2e-4))) / 4e-4
    var expected = 0.0
    for (gradient, direction) in zip(gradients, directions) {
      for (a, b) in zip(gradient?.doubles ?? [], direction.doubles) { expected += a * b }
    }
    let size = gradients.compactMap { $0 }.flatMap(\.doubles).reduce(0) { $0 + $1 * $1 }
    #expect(abs(slope - expected) < 0.01 * size.squareRoot(), "\(slope), \(expected)")
  }

  @Test("every arm learns, a text that needs its past only where tokens are mixed")
  func learns() throws {
    // After 0 comes what came before it: nothing but mixing tells.
    let examples = (0..<40).map { start -> TokenExample in
      let a = Int32(1 + start % 20)
      return TokenExample([a, 0, a, 0, a, 0, a])
    }
    var ends: [Double] = []
    for kind in 0..<8 {
      let network = Self.network()
      let trainer = try NetworkTrainer(
        TransformerTraining(Self.arm(kind, of: network), objective: NextToken()),
        batches: ExampleBatches(examples, size: 8, seed: 2),
        settings: .init(steps: 60, rate: LearningRate(peak: 1e-2, warmUp: 4, steps: 60)))
      let losses = try trainer.run().losses
      ends.append(losses.suffix(5).reduce(0, +) / 5)
    }
    // Half of the targets are 0; the others one of 20 to a network that sees its own token only.
    #expect(ends[1] > 1.4)
    for (kind, end) in ends.enumerated() where kind != 1 { #expect(end < 1.2, "\(kind): \(end)") }
  }

  /// −Σ n(a, b) ln(n(a, b) / n(a)) / N over the pairs of neighbours.
  static func bigramEntropy(_ examples: [TokenExample]) -> Double {
    var (pairs, firsts) = ([[Int32]: Double](), [Int32: Double]())
    for example in examples {
      for (a, b) in zip(example.ids, example.ids.dropFirst()) {
        pairs[[a, b], default: 0] += 1
        firsts[a, default: 0] += 1
      }
    }
    let sum = pairs.reduce(0.0) { sum, pair in
      let share: Double = pair.value / (firsts[pair.key[0]] ?? 1)
      return sum - pair.value * ElementaryFunction.log(share)
    }
    return sum / pairs.values.reduce(0, +)
  }

  @Test(
    "without mixing no training gets below the entropy of a token behind another; attention does")
  func bigramBound() throws {
    // What follows a token depends on the one before it: a counter that runs up or down.
    let examples = (0..<24).map { start -> TokenExample in
      let step = start % 2 == 0 ? 1 : 23
      var ids: [Int32] = []
      for place in 0..<9 { ids.append(Int32((start + place * step) % 24)) }
      return TokenExample(ids)
    }
    let bound = Self.bigramEntropy(examples)
    #expect(bound > 0.5)
    for kind in [0, 1] {
      let network = Self.network()
      let trainer = try NetworkTrainer(
        TransformerTraining(Self.arm(kind, of: network), objective: NextToken()),
        batches: ExampleBatches(examples, size: 8, seed: 2),
        settings: .init(steps: 150, rate: LearningRate(peak: 1e-2, warmUp: 4, steps: 150)))
      _ = try trainer.run()
      let loss = try trainer.measure([examples]).loss
      if kind == 0 { #expect(loss < bound - 0.1, "\(loss), \(bound)") }
      if kind == 1 {
        #expect(loss >= bound - 1e-6, "\(loss), \(bound)")
        #expect(loss < bound + 0.3, "\(loss), \(bound)")
      }
    }
  }

  @Test("a mask that says what the order says changes no bit", arguments: 0..<8)
  func masks(kind: Int) throws {
    let training = try Self.training(kind)
    let ids: [Int32] = [3, 9, 4, 1, 7, 2]
    let visible = (0..<36).map { $0 % 6 <= $0 / 6 }
    let mask = try AttentionMask(heads: 1, queryRows: 6, keyRows: 6, visible: visible)
    var task = TokenTask(inputs: [ids], targets: [], weights: [])
    task.masks = [mask]
    let scores = try training.scores(
      of: task, with: training.parameters.map { Variable(constant: $0.value) }, in: Self.context)
    #expect(try scores.value == Self.scores(training, [ids]))
  }

  @Test("what does not go together is refused")
  func refused() throws {
    let network = Self.network()
    let lonely = try TransformerTraining(
      network.mixing(.randomSequence), objective: NextToken())
    #expect(throws: ModelError.self) { try Self.scores(lonely, [[1, 2]]) }
    let short = try TransformerTraining(
      network.mixing(.fixedSequence, companion: .tokens([1, 2, 3])), objective: NextToken())
    _ = try Self.scores(short, [[1, 2, 3]])
    #expect(throws: ModelError.contextExceeded(needed: 4, limit: 3)) {
      try Self.scores(short, [[1, 2, 3, 4]])
    }
    let masked = try TransformerTraining(
      network.mixing(.randomSequence, companion: Self.random),
      objective: MaskedDiffusion(mask: 23))
    #expect(throws: ModelError.self) { try Self.scores(masked, [[1, 2]]) }
  }
}
