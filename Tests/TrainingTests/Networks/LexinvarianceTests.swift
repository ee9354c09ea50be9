import Kernels
import Models
import Tensors
import Testing

@testable import Training

@Suite("What a lexinvariant network learns of a source") struct LexinvarianceTests {
  @Test("slopes through a drawn table that scores too are the gradients", arguments: [0.3, 1])
  func slopes(probability: Double) throws {
    let made = try MadeModel(
      ModelSizes(layers: 2, width: 16, heads: 2, mlp: 24, vocabulary: 9, context: 16),
      input: .semiLexinvariant(probability: probability), fresh: .init(seed: 3, deviation: 0.2))
    let training = try TransformerTraining(
      made.network, weights: made.weights, objective: NextToken(), input: made.input)
    let context = LossContext(stream: RandomStream(seed: 6, path: ["step"]), isTraining: true)
    let batch = [TokenExample([1, 2, 3, 4, 1, 2, 3]), TokenExample([5, 6, 7, 5, 6, 8])]
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
    for (index, parameter) in training.parameters.enumerated() {
      // With every row drawn, the trained table has no part in the loss.
      guard let gradient = gradients[index]?.floats else { continue }
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      if probability == 1, parameter.name == WeightKey(.embedding).name {
        #expect(norm == 0)
        continue
      }
      func moved(_ step: Double) throws -> [Tensor] {
        var all = values
        let own = zip(values[index].floats, gradient).map {
          $0 + Float(step * Double($1) / norm)
        }
        all[index] = try Tensor(own, shape: values[index].shape)
        return all
      }
      let slope = (try loss(moved(0.01)) - loss(moved(-0.01))) / 0.02
      #expect(norm > 1e-3 && abs(slope - norm) < 0.01 * norm + 1e-3, "\(parameter.name)")
    }
  }

  @Test(
    "after some training: towards log V at first, no better than Bayes, alike under other names")
  func bayes() throws {
    let symbols = 4
    let rows = [[0.9, 0.1, 0, 0], [0, 0.1, 0.9, 0], [0, 0, 0.1, 0.9], [0.6, 0, 0.4, 0]]
    let source = try BigramSource(transitions: rows)
    // Id 4 begins and ends a sequence.
    func examples(_ count: Int, _ name: String) -> [[Int32]] {
      (0..<count).map { row in
        [4] + source.sequence(length: 20, stream: RandomStream(seed: 2, path: [name, "\(row)"]))
      }
    }
    var made = try MadeModel(
      ModelSizes(layers: 1, width: 24, heads: 2, mlp: 32, vocabulary: 5, context: 24),
      input: .normalPerSequence, fresh: .init(seed: 3))
    let untrained = try made.model()
    let trainer = try NetworkTrainer(
      try TransformerTraining(
        made.network, weights: made.weights, objective: NextToken(), input: made.input),
      batches: ExampleBatches(
        examples(96, "training").map { TokenExample($0) }, size: 8, seed: 2),
      settings: .init(steps: 60, rate: LearningRate(peak: 1e-2, steps: 60)))
    _ = try trainer.run()
    made.weights = trainer.network.weights(of: trainer.parameters)
    let model = try made.model()
    let best = try LexinvariantBayes(source)
    let held = examples(60, "held")
    func losses(_ model: TransformerModel, _ sequences: [[Int32]], _ name: String) throws
      -> [[Double]]
    {
      try sequences.enumerated().map { index, ids in
        let own = try model.drawingTable(stream: RandomStream(seed: 4, path: [name, "\(index)"]))
        return try TokenLoss.nats(own, ids: ids).map(Double.init)
      }
    }
    func moments(_ values: [Double]) -> (mean: Double, error: Double) {
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(values.count * (values.count - 1))).squareRoot())
    }
    let own = try losses(model, held, "plain")
    let bound = try held.map { try best.losses(Array($0.dropFirst())) }
    for place in own[0].indices {
      let excess = moments(zip(own, bound).map { $0[place] - $1[place] })
      #expect(excess.mean > -3 * excess.error, "\(place)")
    }
    // Nothing is known of the first symbol: log 4, or log 5 where the marker is not yet excluded. A fresh
    // network expects every token again, since its row stands in the state.
    let first = moments(own.map { $0[0] })
    let before = moments(try losses(untrained, held, "plain").map { $0[0] })
    let least = ElementaryFunction.log(Double(symbols))
    let most = ElementaryFunction.log(Double(symbols + 1))
    #expect(first.mean > least - 3 * first.error)
    #expect(first.mean - most < 0.4 * (before.mean - most))
    // It has learned to learn: what is read helps.
    let last = moments(own.map { $0[10...].reduce(0, +) / Double($0.count - 10) })
    #expect(last.mean < first.mean - 0.3)
    let names: [Int32] = [2, 3, 1, 0, 4]
    let renamed = try losses(model, held.map { $0.map { names[Int($0)] } }, "renamed")
    let difference = moments(
      zip(own, renamed).map { $0.reduce(0, +) / 20 - $1.reduce(0, +) / 20 })
    #expect(abs(difference.mean) < 4 * difference.error)
  }
}
