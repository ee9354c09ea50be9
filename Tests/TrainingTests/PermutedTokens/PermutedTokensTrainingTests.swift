import Tensors
import Testing

@testable import Training

@Suite("Training on inverse permutations in tokens") struct PermutedTokensTrainingTests {
  @Test("what stands behind the data is found there, above what the string's own places allow")
  func learns() throws {
    let run = try PermutedTokensTraining.run(
      .init(
        task: PermutedTokens(size: 2, symbols: 3, reading: .again), layers: 2, width: 16, heads: 2,
        batch: 32, steps: 250, rate: 0.01, measured: 300))
    #expect(run.losses.count == 250)
    #expect(abs(run.losses[0] - 1.79) < 0.1)
    // 5/6 of all answers and ln(3)/4 nats are the best at the string.
    #expect(run.accuracy > 0.92)
    #expect(run.loss < 0.25)
    #expect(run.accuracyByAnswer.count == 2)
  }

  /// Weights large enough that every input matters.
  static func wild(_ network: TransformerTraining) throws -> [NetworkParameter] {
    try network.parameters.map {
      NetworkParameter(
        $0.name,
        try .normal(
          $0.value.shape, deviation: 0.8, stream: RandomStream(seed: 2, path: [$0.name])))
    }
  }

  @Test(
    "what a place does not see changes no bit of its scores",
    arguments: PermutedTokens.Reading.allCases)
  func invariance(reading: PermutedTokens.Reading) throws {
    let task = try PermutedTokens(size: 3, symbols: 4, reading: reading)
    let network = try PermutedTokensTraining.network(
      .init(task: task, layers: 2, width: 8, heads: 2, steps: 1))
    let variables = try Self.wild(network).map { Variable(constant: $0.value) }
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: false)
    func scores(_ ids: [Int32], _ row: Int) throws -> [Float] {
      try network.scores(
        of: TokenTask(inputs: [ids], rows: [Int32(row)], targets: [], weights: []), with: variables,
        in: context
      ).value.floats
    }
    let ids = Array(PermutedTokenBatches(task: task, count: 1, seed: 3).batch(0)[0].ids.dropLast(3))
    for row in task.readRows {
      let before = try scores(ids, row)
      for place in ids.indices {
        var other = ids
        other[place] = (other[place] + 1) % Int32(task.vocabularySize)
        #expect((try scores(other, row) == before) == (place > row))
      }
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
    let parameters = try Self.wild(network)
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
