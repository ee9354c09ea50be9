import Tensors
import Testing

@testable import Training

@Suite("Training on inverse permutations") struct InversePermutationTrainingTests {
  static func layouts(_ n: Int) throws -> [InversePermutationLayout] {
    [
      try InversePermutationLayout(size: n), try InversePermutationLayout(size: n, isCausal: false),
      try InversePermutationLayout(size: n, after: n),
      try InversePermutationLayout(size: n, before: n),
      try InversePermutationLayout(size: n, after: 1, reading: .permutation),
    ]
  }

  static func examples(_ n: Int, _ count: Int) -> [InversePermutationExample] {
    InversePermutationBatches(size: n, count: count, seed: 3).batch(0)
  }

  /// Parameters large enough that attention is far from even.
  static func parameters(
    _ network: InversePermutationNetwork, _ elementType: ElementType, deviation: Double = 0.6
  ) throws -> [Tensor] {
    try network.parameters.map {
      try .normal(
        $0.value.shape, deviation: deviation, elementType,
        stream: RandomStream(seed: 8, path: [$0.name]))
    }
  }

  static func transformer(
    _ layout: InversePermutationLayout, _ parameters: [Tensor]
  ) throws -> DisentangledTransformer {
    try DisentangledTransformer(
      contentWidth: layout.size, rows: layout.rows, isCausal: layout.isCausal,
      attention: parameters.dropLast().map(\.doubles), readout: parameters.last?.doubles ?? [])
  }

  @Test("the tape's answers are the plain transformer's", arguments: 1...3)
  func forward(layers: Int) throws {
    for layout in try Self.layouts(3) {
      let network = try InversePermutationNetwork(layout, layers: layers, seed: 1)
      let examples = Self.examples(3, 5)
      for (elementType, bound) in [(ElementType.f32, 1e-5), (.f64, 1e-13)] {
        // Smaller weights where layers are many, so that answers stay of the order of one.
        let values = try Self.parameters(
          network, elementType, deviation: layers == 3 ? 0.15 : 0.3)
        let answers = try network.answers(
          to: examples, with: values.map { Variable(constant: $0) }
        ).value.doubles
        let plain = try Self.transformer(layout, values)
        var wanted: [Double] = []
        for example in examples {
          let rows = try plain(example.content(layout))
          wanted += layout.readRows.flatMap { rows[$0] }
        }
        #expect(answers.count == wanted.count)
        let worst = zip(answers, wanted).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < bound)
      }
    }
  }

  @Test("constructed weights answer on the tape too")
  func constructed() throws {
    let layout = try InversePermutationLayout(size: 4, after: 4)
    let network = try InversePermutationNetwork(layout, seed: 1)
    let weights = try DisentangledTransformer(constructedFor: layout, sharpness: 60)
    let parameters = try zip(network.parameters, weights.attention + [weights.readout]).map {
      NetworkParameter($0.name, try Tensor($1, shape: $0.value.shape).cast(to: .f32))
    }
    let examples = InversePermutationExample.balanced(
      size: 4, count: 24, stream: RandomStream(seed: 1))
    let score = try InversePermutationTraining.score(network, parameters, on: examples)
    #expect(score.solvedShare == 1)
    #expect(try network.transformer(parameters) == weights)
  }

  @Test("what a causal row does not see changes no bit of its answer on the tape")
  func invariance() throws {
    let layout = try InversePermutationLayout(size: 4, before: 4)
    let network = try InversePermutationNetwork(layout, seed: 1)
    let variables = try Self.parameters(network, .f32).map { Variable(constant: $0) }
    let examples = InversePermutationExample.balanced(
      size: 4, count: 24, stream: RandomStream(seed: 3))
    let before = try network.answers(to: examples, with: variables).value.floats
    for j in 0..<4 {
      let others = examples.map { example in
        var string = example.string
        for column in 0..<4 { string[j * 4 + column].toggle() }
        return InversePermutationExample(permutation: example.permutation, string: string)
      }
      let after = try network.answers(to: others, with: variables).value.floats
      for (index, example) in examples.enumerated() {
        let row = index * 16 + j * 4..<index * 16 + (j + 1) * 4
        let isSolvable = layout.isSolvable(j, under: example.permutation)
        #expect((before[row] == after[row]) == !isSolvable)
      }
    }
  }

  @Test("gradients are the slopes of the plain transformer's loss", arguments: 0..<5)
  func gradients(kind: Int) throws {
    let layout = try Self.layouts(2)[kind]
    let network = try InversePermutationNetwork(layout, seed: 1)
    let examples = Self.examples(2, 3)
    let values = try Self.parameters(network, .f64)
    let tape = Tape()
    let variables = try values.map { try tape.variable($0) }
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    let loss = try network.loss(of: examples, with: variables, in: context)
    let gradients = try tape.gradients(of: loss.terms.sum(), with: variables)
    #expect(loss.weight == 12)
    for (index, gradient) in gradients.enumerated() {
      let found = try #require(gradient).doubles
      let slopes = try values[index].centralDifferences(step: 1e-5) { changed in
        var all = values
        all[index] = changed
        let plain = try Self.transformer(layout, all)
        return try examples.reduce(0.0) { total, example in
          let rows = try plain(example.content(layout))
          let answers = layout.readRows.flatMap { rows[$0] }
          return total
            + zip(answers, example.targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
      }.doubles
      let worst = zip(found, slopes).map { abs($0 - $1) / max(1, abs($1)) }.max()
      #expect(try #require(worst) < 1e-6)
      #expect(slopes.contains { abs($0) > 1e-3 })
    }
  }

  @Test("training without a mask goes below what any causal reading can reach")
  func learns() throws {
    let open = try InversePermutationLayout(size: 3, isCausal: false)
    let run = try InversePermutationTraining.run(
      .init(layout: open, batch: 32, steps: 300, rate: 0.05, seed: 1, measured: 120))
    #expect(run.losses.count == 300)
    #expect(run.losses[0] > 0.25)
    let causal = try InversePermutationLayout(size: 3)
    #expect(run.score.squaredError < causal.leastSquaredError)
    #expect(run.score.accuracy > causal.greatestAccuracy)
    let again = try InversePermutationScore(
      run.transformer,
      on: InversePermutationExample.balanced(
        size: 3, count: 120,
        stream: RandomStream(seed: 1, path: ["inverse permutation", "held out"])), open)
    #expect(abs(again.squaredError - run.score.squaredError) < 1e-5)
  }

  @Test("a causal run stays above its floor, and comes again")
  func floor() throws {
    let layout = try InversePermutationLayout(size: 3, before: 3)
    let configuration = InversePermutationTraining.Configuration(
      layout: layout, batch: 32, steps: 60, rate: 0.05, seed: 2, measured: 600)
    var steps: [Int] = []
    let run = try InversePermutationTraining.run(configuration) { step, _ in steps.append(step) }
    #expect(steps == Array(1...60))
    #expect(run.score.squaredError > layout.leastSquaredError - 0.01)
    #expect(try InversePermutationTraining.run(configuration).losses == run.losses)
    var other = configuration
    other.seed = 3
    #expect(try InversePermutationTraining.run(other).losses != run.losses)
  }

  @Test("the paper's first step moves the read-out alone, by the slope of a row's error from zero")
  func paperStep() throws {
    let layout = try InversePermutationLayout(size: 3, after: 2)
    // The second of two steps has the rate 0, the first half of the greatest one.
    let run = try InversePermutationTraining.run(
      .init(layout: layout, batch: 5, steps: 2, recipe: .sgd, seed: 4, measured: 6))
    let zero = try DisentangledTransformer(
      contentWidth: 3, rows: layout.rows, isCausal: true,
      attention: run.transformer.attention.map { $0.map { _ in 0 } },
      readout: run.transformer.readout.map { _ in 0 })
    let batch = InversePermutationBatches(size: 3, count: 5, seed: 4).batch(0)
    var wanted = zero.readout
    var squares = 0.0
    for example in batch {
      let stream = try #require(try zero.streams(example.content(layout)).last)
      for (j, row) in layout.readRows.enumerated() {
        for column in 0..<3 where example.string[j * 3 + column] {
          squares += 1
          for (index, value) in stream[row].enumerated() {
            wanted[index * 3 + column] += 0.5 * 2 * value / 15
          }
        }
      }
    }
    #expect(run.transformer.attention == zero.attention)
    let worst = zip(run.transformer.readout, wanted).map { abs($0 - $1) }.max()
    #expect(try #require(worst) < 1e-7)
    #expect(wanted.contains { $0 > 0.01 })
    // All answers are 0 before it, and errors are reported an element.
    #expect(abs(run.losses[0] - squares / 45) < 1e-6)
  }

  @Test("the paper's descent learns too, and its recipe has its own rate")
  func paperLearns() throws {
    let open = try InversePermutationLayout(size: 2, isCausal: false)
    let configuration = InversePermutationTraining.Configuration(
      layout: open, batch: 16, steps: 150, recipe: .sgd, seed: 1, measured: 120)
    #expect(configuration.rate == 1)
    let run = try InversePermutationTraining.run(configuration)
    #expect(run.score.squaredError < 0.5 * run.losses[0])
    var adam = configuration
    (adam.recipe, adam.rate) = (.adam, 0.02)
    #expect(try InversePermutationTraining.run(adam).losses != run.losses)
  }

  @Test("settings that cannot be are refused")
  func refused() throws {
    let layout = try InversePermutationLayout(size: 2)
    #expect(
      throws: TrainingError.setting(name: "layers", value: 5, reason: "must be from 1 to 4")
    ) { try InversePermutationNetwork(layout, layers: 5, seed: 1) }
    let network = try InversePermutationNetwork(layout, seed: 1)
    #expect(throws: TrainingError.setting(name: "parameters", value: 0, reason: "must be 3")) {
      try network.answers(to: Self.examples(2, 1), with: [])
    }
    // 2^27 numbers, 4 rows, a width of 24.
    let most = (1 << 27) / 96
    #expect(
      throws: TrainingError.setting(
        name: "batch", value: most + 1, reason: "must be from 1 to \(most) for sequences of 4 rows")
    ) {
      try InversePermutationTraining.run(.init(layout: layout, batch: most + 1, steps: 1))
    }
    for (batch, rate) in [(0, 0.1), (8, 2.0)] {
      #expect(throws: TrainingError.self) {
        try InversePermutationTraining.run(
          .init(layout: layout, batch: batch, steps: 1, rate: rate))
      }
    }
  }
}
