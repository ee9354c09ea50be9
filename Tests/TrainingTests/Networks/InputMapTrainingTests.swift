import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Models
@testable import Training

@Suite("Training with other inputs than a learned table") struct InputMapTrainingTests {
  static func sizes(isTied: Bool = true) -> ModelSizes {
    ModelSizes(
      layers: 1, width: 16, heads: 2, mlp: 32, vocabulary: 24, context: 16, isTied: isTied)
  }

  static func trainer(
    _ made: MadeModel, steps: Int, examples: [TokenExample] = TransformerTrainingTests.counting
  ) throws -> NetworkTrainer<TransformerTraining> {
    try NetworkTrainer(
      try TransformerTraining(
        made.network, weights: made.weights, objective: NextToken(), input: made.input),
      batches: ExampleBatches(examples, size: 8, seed: 2),
      settings: .init(steps: steps, rate: LearningRate(peak: 1e-2, steps: steps)))
  }

  @Test("frozen tables and codes never move, the rest learns")
  func frozen() throws {
    let codes = try TokenCodes(vocabularySize: 24)
    for input in [InputMap.frozen, .codes(codes), .codes(codes, values: .bits)] {
      let made = try MadeModel(Self.sizes(), input: input, fresh: .init(seed: 3))
      let trainer = try Self.trainer(made, steps: 60)
      let losses = try trainer.run().losses
      #expect(losses.suffix(5).reduce(0, +) / 5 < 0.7 * losses[0], "\(input.described)")
      let after = trainer.network.weights(of: trainer.parameters)
      #expect(after[WeightKey(.embedding)] == made.weights[WeightKey(.embedding)])
      for (key, value) in after where key.part != .embedding {
        #expect(value != made.weights[key], "\(key.name)")
      }
      // What was learned is what the made model foresees.
      var trained = made
      trained.weights = after
      let model = try trained.model()
      let ids = TransformerTrainingTests.counting[0].ids
      let scores = try model.logits(ids: ids).floats
      let best = (0..<24).max {
        scores[(ids.count - 2) * 24 + $0] < scores[(ids.count - 2) * 24 + $1]
      }
      #expect(best == ids.last.map { Int($0) })
    }
  }

  @Test("lexinvariance: renamed ids with their rows renamed have the renamed scores")
  func invariance() throws {
    let made = try MadeModel(
      Self.sizes(), input: .normalPerSequence, fresh: .init(seed: 3, deviation: 0.3))
    var stream = RandomStream(seed: 8, path: ["names"])
    let names = stream.permutation(24)
    let table = try #require(made.weights[WeightKey(.embedding)])
    var places = [Int](repeating: 0, count: 24)
    for (id, name) in names.enumerated() { places[name] = id }
    var renamed = made
    renamed.weights[WeightKey(.embedding)] = try table.taking(places)
    let ids: [Int32] = [3, 5, 5, 23, 0, 3]
    let scores = try made.model().logits(ids: ids).floats
    let others = try renamed.model().logits(ids: ids.map { Int32(names[Int($0)]) }).floats
    for row in ids.indices {
      for id in 0..<24 { #expect(scores[row * 24 + id] == others[row * 24 + names[id]]) }
    }
  }

  @Test("each sequence has a table of its own, for input and scores alike")
  func perSequence() throws {
    let made = try MadeModel(Self.sizes(), input: .normalPerSequence, fresh: .init(seed: 3))
    let training = try TransformerTraining(
      made.network, weights: made.weights, objective: NextToken(), input: made.input)
    #expect(!training.parameters[0].isTrained)
    let context = LossContext(stream: RandomStream(seed: 6, path: ["step"]), isTraining: true)
    let batch = [TokenExample([1, 2, 3, 4]), TokenExample([1, 2, 3], weights: [1, 0, 1])]
    let task = try NextToken().task(for: batch, in: context)
    let variables = training.parameters.map { Variable(constant: $0.value) }
    let scores = try training.scores(of: task, with: variables, in: context).value
    #expect(scores.shape == [4, 24])
    // The models that have each draw for a table.
    var first = 0
    for (index, rows) in [[0, 1, 2], [1]].enumerated() {
      var one = made
      one.weights[WeightKey(.embedding)] = try made.input.sequenceTable(
        Variable(constant: variables[0].value), stream: context.stream.child("table \(index)")
      ).value
      let expected = try one.model().logits(ids: task.inputs[index]).taking(rows)
      #expect(try scores.taking(Array(first..<first + rows.count)) == expected)
      first += rows.count
    }
    #expect(throws: TrainingError.idOutsideVocabulary(id: 24, size: 24)) {
      try training.loss(of: [TokenExample([24, 1])], with: variables, in: context)
    }
  }

  @Test("gradients go through tables that are partly drawn", arguments: [0.0, 0.3])
  func gradients(probability: Double) throws {
    let made = try MadeModel(
      Self.sizes(), input: .semiLexinvariant(probability: probability), fresh: .init(seed: 3))
    let training = try TransformerTraining(
      made.network, weights: made.weights, objective: NextToken(), input: made.input)
    let context = LossContext(stream: RandomStream(seed: 6, path: ["step"]), isTraining: true)
    let batch = [TokenExample([1, 2, 3, 4, 1, 2]), TokenExample([5, 6, 7])]
    let values = training.parameters.map(\.value)
    func loss(_ values: [Tensor]) throws -> Double {
      try training.loss(
        of: batch, with: values.map { Variable(constant: $0) }, in: context
      ).terms.value.doubles.reduce(0, +)
    }
    let tape = Tape()
    let variables = try values.map { try tape.variable($0) }
    let terms = try training.loss(of: batch, with: variables, in: context).terms
    let gradients = try tape.gradients(of: terms.sum(), with: variables)
    let own = try #require(gradients[0]).doubles
    #expect(own.contains { $0 != 0 })
    for place in [16 * 1 + 3, 16 * 2 + 5, 16 * 20 + 1] {
      func moved(_ step: Float) throws -> [Tensor] {
        var all = values
        var table = values[0].floats
        table[place] += step
        all[0] = try Tensor(table, shape: values[0].shape)
        return all
      }
      let slope = (try loss(moved(0.01)) - loss(moved(-0.01))) / 0.02
      #expect(abs(slope - own[place]) < 2e-3, "\(place)")
    }
  }

  @Test("a lexinvariant network learns what stands in the context alone")
  func learnsToCopy() throws {
    // Pairs that repeat: a b a b a b; nothing is known of the first two.
    var stream = RandomStream(seed: 5, path: ["pairs"])
    let examples = (0..<64).map { _ in
      let a = Int32(stream.int(below: 24))
      let b = (a + 1 + Int32(stream.int(below: 23))) % 24
      return TokenExample([a, b, a, b, a, b, a, b, a, b])
    }
    let sizes = ModelSizes(
      layers: 2, width: 32, heads: 2, mlp: 32, vocabulary: 24, context: 16)
    let made = try MadeModel(sizes, input: .normalPerSequence, fresh: .init(seed: 3))
    let trainer = try Self.trainer(made, steps: 60, examples: examples)
    let losses = try trainer.run().losses
    #expect(losses.suffix(5).reduce(0, +) / 5 < 0.6 * losses[0])
  }
}
