import Tensors
import Testing

@testable import Training

@Suite("Training on inverse permutations in tokens") struct PermutedTokensTrainingTests {
  static func run(_ reading: PermutedTokens.Reading, steps: Int, seed: UInt64 = 1) throws
    -> PermutedTokensTraining
  {
    try PermutedTokensTraining.run(
      .init(
        task: PermutedTokens(size: 2, symbols: 3, reading: reading), layers: 2, width: 16, heads: 2,
        batch: 32, steps: steps, rate: 0.01, seed: seed, measured: 600))
  }

  @Test("what stands behind the data is found there, by each reading", arguments: [2, 3, 4])
  func learns(reading: Int) throws {
    let run = try Self.run(PermutedTokens.Reading.allCases[reading], steps: 250)
    #expect(run.losses.count == 250)
    #expect(abs(run.losses[0] - 1.79) < 0.1)
    // 5/6 of all answers and ln(3)/4 nats are the best at the string.
    #expect(run.accuracy > 0.92)
    #expect(run.loss < 0.25)
  }

  @Test("read at the string a network stays at its floor, with pads before the data too")
  func floor() throws {
    for reading in [PermutedTokens.Reading.string, .padsBefore] {
      let run = try Self.run(reading, steps: 250)
      // The first answer is seen by half of the examples, the second by all.
      #expect(run.accuracy < 5.0 / 6 + 0.04)
      #expect(run.loss > 0.2747 - 0.03)
      #expect(run.accuracyByAnswer.count == 2)
      #expect(run.accuracyByAnswer[0] < 2.0 / 3 + 0.06)
    }
  }

  @Test("a run comes again, and another seed is another run")
  func reproducible() throws {
    var steps: [Int] = []
    let task = try PermutedTokens(size: 2, symbols: 2, reading: .again)
    let configuration = PermutedTokensTraining.Configuration(
      task: task, layers: 1, width: 8, heads: 2, batch: 4, steps: 3, measured: 20)
    let run = try PermutedTokensTraining.run(configuration) { step, _ in steps.append(step) }
    #expect(steps == [1, 2, 3])
    #expect(try PermutedTokensTraining.run(configuration).losses == run.losses)
    var other = configuration
    other.seed = 2
    #expect(try PermutedTokensTraining.run(other).losses != run.losses)
  }

  @Test("written answers are those of a network that is asked one by one and reads its own")
  func written() throws {
    let task = try PermutedTokens(size: 3, symbols: 4, reading: .written)
    let configuration = PermutedTokensTraining.Configuration(
      task: task, layers: 1, width: 8, heads: 2, steps: 1)
    let network = try PermutedTokensTraining.network(configuration)
    // Weights large enough that what was written matters.
    let parameters = try network.parameters.map {
      NetworkParameter(
        $0.name,
        try .normal(
          $0.value.shape, deviation: 0.8, stream: RandomStream(seed: 2, path: [$0.name])))
    }
    let batch = PermutedTokenBatches(task: task, count: 40, seed: 3).batch(0)
    let found = try PermutedTokensTraining.answers(task, network, parameters, to: batch)
    let variables = parameters.map { Variable(constant: $0.value) }
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: false)
    var differs = 0
    for (example, answers) in zip(batch, found) {
      var ids = Array(example.ids[0..<7])
      for _ in 0..<3 {
        let scores = try network.scores(
          of: TokenTask(
            inputs: [ids], rows: [Int32(ids.count - 1)], targets: [], weights: []),
          with: variables, in: context
        ).value.floats
        let best = try #require(scores.max())
        ids.append(Int32(try #require(scores.firstIndex(of: best))))
      }
      #expect(Array(ids[7...]) == answers)
      if answers != Array(example.ids.suffix(3)) { differs += 1 }
    }
    #expect(differs > 0)
    let shares = try PermutedTokensTraining.accuracy(task, network, parameters, on: [batch])
    for j in 0..<3 {
      let right = zip(found, batch).filter { $0.0[j] == $0.1.ids[9 + j] }.count
      #expect(shares[j] == Double(right) / 40)
    }
  }
}
