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

  static let tokens = TokenMixing.Companion.tokens((0..<16).map { Int32($0 * 5 % 24) })
  static let random = TokenMixing.Companion.drawn(deviation: 1, seed: 4)

  /// All arms of the comparison.
  static func arm(_ kind: Int, of network: NetworkDescription) -> TokenMixing {
    let companion = OtherStreamMixer(.companion)
    switch kind {
    case 0: return TokenMixing.none
    case 1: return TokenMixing(TokenwiseMixer(), of: network)
    case 2: return TokenMixing(PolynomialMixer(), of: network)
    case 3: return TokenMixing(KeyScoreMixer(), of: network)
    case 4: return TokenMixing(OtherStreamMixer(.embeddings), of: network)
    case 5: return TokenMixing(companion, of: network, companion: random)
    case 6: return TokenMixing(companion, of: network, companion: tokens)
    default: return TokenMixing(companion, in: .odd, of: network, companion: random)
    }
  }

  static func training(_ kind: Int, _ network: NetworkDescription = network()) throws
    -> TransformerTraining
  {
    try TransformerTraining(
      network, objective: NextToken(), mixing: arm(kind, of: network),
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
  static func added(_ mixing: TokenMixing, _ rows: Tensor, deviation: Double = 0.2) throws -> Tensor
  {
    let network = Self.network(layers: 1, norm: false)
    let training = try TransformerTraining(
      network, objective: NextToken(), mixing: mixing,
      fresh: InitialWeights(seed: 5, deviation: deviation))
    let variables = Dictionary(
      zip(training.keys, training.parameters.map { Variable(constant: $0.value) })
    ) { first, _ in first }
    let captures = HookCaptures()
    var options = PassOptions()
    options.mixers = mixing.mixers
    try options.hooks.capture("layers.0.attn_out", into: captures)
    var inputs = [SequenceInput(.embeddings(Variable(constant: rows)))]
    let count = rows.shape[0]
    if let companion = try mixing.companionInput(network, count: count) {
      inputs.insert(companion, at: 0)
      options.hasCompanion = true
    }
    _ = try network.states(
      of: inputs, weights: RecordedWeights(variables, isHeadTied: true), options: options)
    let value = try #require(captures.first(.attentionOutput, layer: 0)).value
    return try value.indexed([.range(start: value.shape[0] - count, end: nil)])
  }

  @Test("a companion's map is the same for every text, attention's is not", arguments: [0, 5, 6])
  func sameMap(kind: Int) throws {
    let mixing = Self.arm(kind, of: Self.network(layers: 1))
    func rows(_ name: String) throws -> Tensor {
      try .normal([7, 24], stream: RandomStream(seed: 2, path: [name]))
    }
    let (a, b) = (try rows("a"), try rows("b"))
    let sum = try Self.added(mixing, .apply(.add, a, b)).doubles
    let parts = try Tensor.apply(.add, Self.added(mixing, a), Self.added(mixing, b)).doubles
    let apart = zip(sum, parts).map { abs($0 - $1) }.max() ?? 0
    // A map that does not depend on the text is linear in it.
    #expect((apart < 1e-5) == (kind != 0), "\(apart)")
  }

  /// Heads of q, k, v by one network's weights, in f64: `[head][row][number]`.
  private static func heads(_ mixing: TokenMixing, _ rows: Tensor) throws -> (
    (WeightKey.Part) -> [[[Double]]], [Double]
  ) {
    let network = Self.network(layers: 1, norm: false)
    let training = try TransformerTraining(
      network, objective: NextToken(), mixing: mixing,
      fresh: InitialWeights(seed: 5, deviation: 0.2))
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
    let mixing = Self.arm(3, of: Self.network(layers: 1))
    let (heads, matrix) = try Self.heads(mixing, rows)
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
    for (a, b) in zip(try Self.added(mixing, rows).doubles, Self.output(z, matrix)) {
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
    let mixing = Self.arm(2, of: Self.network(layers: 1))
    let (heads, matrix) = try Self.heads(mixing, rows)
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
    for (a, b) in zip(try Self.added(mixing, rows).doubles, Self.output(z, matrix)) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  @Test("the polynomial comes to softmax as scores come to 0, with their third power")
  func nearSoftmax() throws {
    let rows = try Tensor.normal([8, 24], stream: RandomStream(seed: 3))
    let network = Self.network(layers: 1)
    func apart(_ deviation: Double) throws -> Double {
      let a = try Self.added(.none, rows, deviation: deviation).doubles
      let b = try Self.added(Self.arm(2, of: network), rows, deviation: deviation).doubles
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
        TransformerTraining(
          network, objective: NextToken(), mixing: Self.arm(kind, of: network)),
        batches: ExampleBatches(examples, size: 8, seed: 2),
        settings: .init(steps: 60, rate: LearningRate(peak: 1e-2, warmUp: 4, steps: 60)))
      let losses = try trainer.run().losses
      ends.append(losses.suffix(5).reduce(0, +) / 5)
    }
    // Half of the targets are 0; the others one of 20 to a network that sees its own token only.
    #expect(ends[1] > 1.4)
    for (kind, end) in ends.enumerated() where kind != 1 { #expect(end < 1.2, "\(kind): \(end)") }
  }

  @Test("which blocks a pattern takes")
  func patterns() {
    func layers(_ pattern: TokenMixing.Pattern) -> [Int] {
      (0..<5).filter { pattern.takes($0, of: 5) }
    }
    #expect(
      TokenMixing.Pattern.allCases.map(layers) == [
        [0, 1, 2, 3, 4], [1, 3], [0, 2, 4], [3, 4], [0, 1], [0], [4],
      ])
  }

  @Test("what does not go together is refused")
  func refused() throws {
    let network = Self.network()
    let lonely = TokenMixing(OtherStreamMixer(.companion), of: network)
    let training = try TransformerTraining(network, objective: NextToken(), mixing: lonely)
    #expect(throws: ModelError.self) { try Self.scores(training, [[1, 2]]) }
    let short = TokenMixing(
      OtherStreamMixer(.companion), of: network, companion: .tokens([1, 2, 3]))
    let other = try TransformerTraining(network, objective: NextToken(), mixing: short)
    #expect(throws: ModelError.self) { try Self.scores(other, [[1, 2, 3, 4]]) }
    let masked = try TransformerTraining(
      network, objective: AnySubset(mask: 23), mixing: Self.arm(3, of: network))
    #expect(throws: ModelError.self) {
      try masked.loss(
        of: [TokenExample([1, 2, 3])],
        with: masked.parameters.map { Variable(constant: $0.value) }, in: Self.context)
    }
  }
}
