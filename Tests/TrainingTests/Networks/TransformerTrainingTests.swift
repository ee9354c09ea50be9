import Files
import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Models
@testable import Training

@Suite("Transformers over the tape") struct TransformerTrainingTests {
  static let shape = LlamaTrainerTests.shape

  /// Llama's block in the sizes of ``LlamaTrainerTests``.
  static func network(
    _ shape: LlamaShape = shape, normed kind: NormDescription.Kind = .rms, isTied: Bool = true
  ) -> NetworkDescription {
    let norm = NormDescription(kind, epsilon: Double(shape.epsilon))
    let block = BlockDescription(
      attention: AttentionDescription(
        heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.headWidth,
        positions: .rotary(RotaryDescription(base: shape.rotaryBase, width: shape.headWidth))),
      feedForward: FeedForwardDescription(width: shape.mlp, activation: .silu, isGated: true),
      attentionNorm: norm, feedForwardNorm: norm)
    return NetworkDescription(
      width: shape.width, blocks: [BlockDescription](repeating: block, count: shape.layers),
      embedding: EmbeddingDescription(
        vocabularySize: shape.vocabulary, contextLength: shape.context),
      finalNorm: norm, head: HeadDescription(isTied: isTied))
  }

  /// The weights of a ``LlamaTrainer`` by key.
  static func weights(of trainer: LlamaTrainer) throws -> [WeightKey: Tensor] {
    let parts: [(String, WeightKey.Part)] = [
      ("input_layernorm", .attentionNorm), ("q_proj", .query), ("k_proj", .key),
      ("v_proj", .value), ("o_proj", .output), ("post_attention_layernorm", .feedForwardNorm),
      ("gate_proj", .gate), ("up_proj", .up), ("down_proj", .down), ("embed_tokens", .embedding),
    ]
    let parameters = trainer.parameters
    var weights: [WeightKey: Tensor] = [:]
    for tensor in trainer.tensors {
      let part = parts.first { tensor.name.contains($0.0) }?.1 ?? .finalNorm
      let layer = tensor.name.split(separator: ".").compactMap { Int($0) }.first
      weights[WeightKey(part, layer: layer)] = try Tensor(
        Array(parameters[tensor.range]), shape: tensor.shape)
    }
    return weights
  }

  static func trainer(
    _ objective: any TokenObjective = NextToken(), batches: [TokenExample], size: Int = 4,
    steps: Int = 40, rate: Double = 1e-2, input: InputMap = .learned, accumulation: Int = 1,
    network: NetworkDescription = network()
  ) throws -> NetworkTrainer<TransformerTraining> {
    try NetworkTrainer(
      try TransformerTraining(network, objective: objective, input: input),
      batches: ExampleBatches(batches, size: size, seed: 4),
      settings: .init(
        steps: steps, rate: LearningRate(peak: rate, warmUp: 4, steps: steps),
        accumulation: accumulation, seed: 4))
  }

  /// Counting upwards modulo 20, from every start.
  static let counting: [TokenExample] = (0..<40).map { (start: Int) -> TokenExample in
    let ids = (0..<(6 + start % 7)).map { (place: Int) -> Int32 in Int32(1 + (start + place) % 20) }
    return TokenExample(ids)
  }

  // MARK: Against the trainer written by hand

  @Test("losses and gradients are those of the Llama trainer on the same weights and batches")
  func llama() throws {
    let settings = LlamaTrainer.Settings(batch: 4, steps: 5, rate: 1e-2, seed: 2)
    let byHand = try LlamaTrainer(
      Self.shape, settings: settings, documents: LlamaTrainerTests.documents, marker: 0)
    let batches = try PackedTokenBatches(
      LlamaTrainerTests.documents, marker: 0, context: 16, windows: 4, seed: 2)
    var optimizer = Tensors.AdamW()
    (optimizer.firstDecay, optimizer.secondDecay, optimizer.weightDecay) = (0.9, 0.98, 0.1)
    let training = try TransformerTraining(
      Self.network(), weights: try Self.weights(of: byHand), objective: NextToken())
    let rates = (1...5).map { Double(settings.schedule.rate(at: $0)) }
    let general = try NetworkTrainer(
      training, batches: batches,
      settings: .init(
        steps: 5, optimizer: optimizer,
        rate: LearningRate(
          peak: rates[0], course: .cosine, warmUp: settings.schedule.warmUp, steps: 5, floor: 0.05),
        seed: 2))
    for step in 0..<5 {
      let (a, b) = (try byHand.advance(), try general.advance())
      #expect(b.weight == 64)
      #expect(abs(Double(a.loss) - b.loss) < 1e-6, "step \(step)")
      #expect(abs(Double(a.gradientNorm) - b.gradientNorm) < 1e-5 * b.gradientNorm)
      #expect(abs(Double(a.rate) - b.rate) < 1e-9)
    }
    let (after, found) = (
      try Self.weights(of: byHand), training.weights(of: general.parameters)
    )
    for (key, value) in after {
      let other = try #require(found[key])
      for (a, b) in zip(value.floats, other.floats) { #expect(abs(a - b) < 2e-5, "\(key.name)") }
    }
  }

  @Test("scores are those of the model that inference runs")
  func inference() throws {
    let training = try TransformerTraining(Self.network(), objective: NextToken())
    let example = Self.counting[3]
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: false)
    let variables = training.parameters.map { Variable(constant: $0.value) }
    let alone = try training.scores(
      of: training.objective.task(for: [example], in: context), with: variables, in: context)
    // Together with others: the same bits.
    let batch = [Self.counting[5], example, Self.counting[9]]
    let all = try training.scores(
      of: training.objective.task(for: batch, in: context), with: variables, in: context)
    let first = batch[0].ids.count - 1
    let own = try all.value.taking(Array(first..<first + example.ids.count - 1))
    #expect(own == alone.value)
  }

  @Test("packed sequences have the gradients of one sequence after another, to the bit")
  func packing() throws {
    let training = try TransformerTraining(Self.network(), objective: NextToken())
    let batch = Array(Self.counting.prefix(5))
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    func gradients(_ groups: [[TokenExample]]) throws -> [Tensor?] {
      var accumulator = GradientAccumulator()
      for group in groups {
        let tape = Tape()
        let variables = try training.parameters.map { try tape.variable($0.value) }
        let loss = try training.loss(of: group, with: variables, in: context)
        try tape.accumulateGradients(of: loss.terms.sum(), with: variables, into: &accumulator)
      }
      return try accumulator.gradients()
    }
    #expect(try gradients([batch]) == gradients(batch.map { [$0] }))
  }

  // MARK: Runs

  @Test("the same bits for 1, 2 and 3 shares, and for micro-batches")
  func shares() throws {
    func run(size: Int = 8, accumulation: Int = 1) throws -> [NetworkParameter] {
      let trainer = try Self.trainer(
        batches: Self.counting, size: size, steps: 4, accumulation: accumulation)
      for _ in 0..<4 { _ = try trainer.advance() }
      return trainer.parameters
    }
    let reference = try #require(
      try Machine.with(variant: Machine.variant, shares: 1) { try run() })
    for shares in 2...3 {
      #expect(try Machine.with(variant: Machine.variant, shares: shares) { try run() } == reference)
    }
    #expect(try run(size: 4, accumulation: 2) == reference)
  }

  @Test("a run of masks goes on with the same bits", arguments: [1, 7])
  func resume(cut: Int) throws {
    func trainer() throws -> NetworkTrainer<TransformerTraining> {
      try Self.trainer(
        MaskedDiffusion(mask: 23), batches: Self.counting, size: 6, steps: 12, accumulation: 2)
    }
    let whole = try trainer()
    let losses = try whole.run().losses
    let first = try trainer()
    for _ in 0..<cut { _ = try first.advance() }
    let second = try trainer()
    try second.resume(from: first.checkpoint)
    #expect(try second.run().losses == Array(losses[cut...]))
    #expect(second.checkpoint == whole.checkpoint)
    let other = try Self.trainer(
      MaskedDiffusion(mask: 22), batches: Self.counting, size: 6, steps: 12, accumulation: 2)
    #expect(throws: TrainingError.resumeMismatch(setting: "mask", saved: "23", asked: "22")) {
      try other.resume(from: first.checkpoint)
    }
  }

  @Test("next tokens, masked tokens, subsets and classes are learned", arguments: 0..<4)
  func learns(kind: Int) throws {
    let classes = Self.counting.map { example in
      TokenExample(example.ids, label: example.ids[0] < 11 ? 0 : 1)
    }
    let objectives: [any TokenObjective] = [
      NextToken(), MaskedDiffusion(mask: 23, leastShare: 0.2), AnySubset(mask: 23),
      SequenceClass(classes: 2),
    ]
    let chance = [3.178, 3.178, 3.178, 0.693]
    let trainer = try Self.trainer(objectives[kind], batches: classes, size: 8, steps: 80)
    let losses = try trainer.run().losses
    #expect(abs(losses[0] - chance[kind]) < (kind == 1 ? 2 : 0.2))
    let end = losses.suffix(10).reduce(0, +) / 10
    #expect(end < chance[kind] * [0.4, 0.92, 0.85, 0.4][kind], "\(end)")
  }

  @Test("gradients are those of differences along a direction", arguments: 0..<4)
  func direction(kind: Int) throws {
    let objectives: [any TokenObjective] = [
      NextToken(loss: .init(smoothing: 0.1, zLoss: 1e-2, focal: 2)),
      MaskedDiffusion(mask: 23, leastShare: 0.2), AnySubset(mask: 23, order: .random),
      SequenceClass(classes: 3, pooling: .last, isBidirectional: true),
    ]
    let training = try TransformerTraining(
      Self.network(normed: kind == 1 ? .layer : .rms), objective: objectives[kind],
      fresh: InitialWeights(seed: 3, deviation: 0.2))
    let batch = Self.counting.prefix(3).map { TokenExample($0.ids, label: $0.ids[0] % 3) }
    let context = LossContext(stream: RandomStream(seed: 6), isTraining: true)
    func loss(_ values: [Tensor]) throws -> Double {
      let terms = try training.loss(
        of: batch, with: values.map { Variable(constant: $0) }, in: context
      ).terms
      return terms.value.doubles.reduce(0, +)
    }
    let values = training.parameters.map(\.value)
    let tape = Tape()
    let variables = try values.map { try tape.variable($0) }
    let recorded = try training.loss(of: batch, with: variables, in: context)
    let gradients = try tape.gradients(of: recorded.terms.sum(), with: variables)
    for trial in 0..<3 {
      let directions = try values.enumerated().map { index, value in
        try Tensor.normal(
          value.shape, stream: RandomStream(seed: 9, path: ["\(trial)", "\(index)"]))
      }
      func moved(_ step: Double) throws -> [Tensor] {
        try zip(values, directions).map { value, direction in
          try .apply(.add, value, .apply(.multiply, .tensor(direction), .scalar(.float(step))))
        }
      }
      let step = 2e-4
      let slope = (try loss(moved(step)) - loss(moved(-step))) / (2 * step)
      var expected = 0.0
      for (gradient, direction) in zip(gradients, directions) {
        guard let gradient else { continue }
        for (a, b) in zip(gradient.doubles, direction.doubles) { expected += a * b }
      }
      let size = gradients.compactMap { $0 }.flatMap(\.doubles).reduce(0) { $0 + $1 * $1 }
      #expect(abs(slope - expected) < 0.01 * size.squareRoot(), "\(slope), \(expected)")
    }
  }

  @Test("a teacher's student comes near it, and nearer than to chance")
  func distillation() throws {
    let batch = [Self.counting[2], Self.counting[8]]
    let training = try TransformerTraining(Self.network(), objective: NextToken())
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    let task = try NextToken().task(for: batch, in: context)
    let variables = training.parameters.map { Variable(constant: $0.value) }
    let scores = try training.scores(of: task, with: variables, in: context)
    let teacher = FixedTeacher(vocabularySize: 24)
    // By hand, in f64.
    let objective = try Distillation(teacher: teacher, temperature: 2, share: 0.75)
    let found = try objective.losses(scores, of: task).value.doubles
    let known = try Tensor.concatenated(task.inputs.map { try teacher.logits(ids: $0) }).doubles
    func logSoftmax(_ row: ArraySlice<Double>, _ t: Double) -> [Double] {
      let scaled = row.map { $0 / t }
      let m = scaled.max() ?? 0
      let sum = scaled.reduce(0) { $0 + ElementaryFunction.exp($1 - m) }
      return scaled.map { $0 - m - ElementaryFunction.log(sum) }
    }
    for row in found.indices {
      let range = row * 24..<(row + 1) * 24
      let (p, q) = (logSoftmax(known[range], 2), logSoftmax(scores.value.doubles[range], 2))
      let divergence = zip(p, q).reduce(0) { $0 + ElementaryFunction.exp($1.0) * ($1.0 - $1.1) }
      let plain = -logSoftmax(scores.value.doubles[range], 1)[Int(task.targets[row])]
      #expect(abs(found[row] - (0.75 * 4 * divergence + 0.25 * plain)) < 1e-5)
    }
    let trainer = try Self.trainer(objective, batches: Self.counting, size: 8, steps: 60)
    let losses = try trainer.run().losses
    #expect((losses.last ?? 9) < 0.6 * losses[0])
    #expect(throws: TrainingError.self) { try Distillation(teacher: teacher, temperature: 0) }
  }
}

/// Foresees the next number, with some doubt.
struct FixedTeacher: LanguageModel {
  let vocabularySize: Int
  var name: String { "fixed" }
  var architecture: String { "fixed" }
  var contextLength: Int { 64 }
  var bosID: Int32? { nil }
  var eosID: Int32? { nil }
  var stopIDs: Set<Int32> { [] }
  var tokenizer: Tokenizer? { nil }
  var parameterCount: Int { 0 }
  var configuration: [JSON.Member] { [] }
  func digest() throws(ModelError) -> String { "fixed" }
  func makeCache() -> KeyValueCache { KeyValueCache(stores: [], rotation: .early) }
  func lastLogits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> [Float] { [] }

  func logits(ids: [Int32], cache: inout KeyValueCache) throws(ModelError) -> Tensor {
    let values = ids.flatMap { id in
      (0..<Int32(vocabularySize)).map { $0 == id % 20 + 1 ? Float(4) : 0 }
    }
    do { return try Tensor(values, shape: [ids.count, vocabularySize]) } catch {
      throw .tensor(error)
    }
  }
}
