import Kernels
import Tensors
import Testing

@testable import Training

@Suite("Inverse permutations in tokens") struct PermutedTokensTests {
  static let readings = PermutedTokens.Reading.allCases

  @Test("each reading shows what it says, and asks where it says")
  func inputs() throws {
    // Places 0 to 2, symbols 3 to 6, the pad 7; x at 2, 0, 1 is b c a.
    let (permutation, string) = ([2, 0, 1], [1, 3, 0])
    let wanted: [PermutedTokens.Reading: [Int32]] = [
      .string: [2, 0, 1, 3, 4, 6], .padsBefore: [7, 7, 7, 2, 0, 1, 3, 4, 6],
      .pads: [2, 0, 1, 3, 4, 6, 7, 7, 7], .again: [2, 0, 1, 3, 4, 6, 3, 4, 6],
      .written: [2, 0, 1, 3, 4, 6, 7, 7, 7],
    ]
    for reading in Self.readings {
      let task = try PermutedTokens(size: 3, symbols: 4, reading: reading)
      let input = task.input(permutation: permutation, string: string)
      #expect(input == wanted[reading])
      #expect(input.count == task.length)
      #expect(task.answers(string) == [4, 6, 3])
      #expect(task.readRows == task.length - 3..<task.length)
      let example = task.example(permutation: permutation, string: string)
      #expect(Array(example.ids.suffix(3)) == [4, 6, 3])
      #expect(
        Array(example.ids.dropLast(3))
          == (reading == .written ? [2, 0, 1, 3, 4, 6, 7, 4, 6] : input))
      #expect(task.vocabularySize == 8)
    }
  }

  /// All strings of symbols.
  static func strings(_ size: Int, _ symbols: Int) -> [[Int]] {
    (0..<size).reduce([[]]) { partial, _ in
      partial.flatMap { head in (0..<symbols).map { head + [$0] } }
    }
  }

  @Test("floors are those of the best guess from what a row sees, over all examples")
  func floors() throws {
    for (size, symbols) in [(2, 3), (3, 2)] {
      for reading in Self.readings {
        let task = try PermutedTokens(size: size, symbols: symbols, reading: reading)
        // For each answer: what was seen, and how often each symbol was right.
        var (all, right, nats) = (0.0, 0.0, 0.0)
        for j in 0..<size {
          var counts: [[Int32]: [Double]] = [:]
          for permutation in InversePermutationExample.permutations(size) {
            for string in Self.strings(size, symbols) {
              let ids = task.example(permutation: permutation, string: string).ids
              let seen = Array(ids[...(task.readRows.lowerBound + j)])
              counts[seen, default: .init(repeating: 0, count: symbols)][string[j]] += 1
            }
          }
          for count in counts.values {
            let total = count.reduce(0, +)
            all += total
            right += count.max() ?? 0
            for part in count where part > 0 {
              nats -= part * ElementaryFunction.log(part / total)
            }
          }
        }
        #expect(abs(right / all - task.greatestAccuracy) < 1e-12, "\(reading)")
        #expect(abs(nats / all - task.leastLoss) < 1e-12, "\(reading)")
      }
    }
  }

  @Test("batches are functions of the seed and their number")
  func batches() throws {
    let task = try PermutedTokens(size: 3, symbols: 4, reading: .pads)
    let source = PermutedTokenBatches(task: task, count: 200, seed: 5)
    let batch = source.batch(3)
    #expect(batch.count == 200)
    #expect(batch == source.batch(3))
    #expect(batch != source.batch(4))
    #expect(batch != PermutedTokenBatches(task: task, count: 200, seed: 6).batch(3))
    for example in batch {
      let (places, answers) = (example.ids[0..<3], Array(example.ids.suffix(3)))
      #expect(places.sorted() == [0, 1, 2])
      #expect(Array(example.ids[3..<6]) == places.map { answers[Int($0)] })
    }
    #expect(Set(batch.map { $0.ids[..<3] }).count == 6)
    #expect(Set(batch.flatMap { $0.ids[3..<6] }) == [3, 4, 5, 6])
  }

  @Test("the objective foresees the last tokens at the rows it is given")
  func objective() throws {
    let objective = PlacedAnswers(rows: 1..<3)
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    let batch = [TokenExample([1, 2, 3, 8, 9]), TokenExample([4, 5, 6, 7, 0])]
    let task = try objective.task(for: batch, in: context)
    #expect(task.inputs == [[1, 2, 3], [4, 5, 6]])
    #expect(task.rows == [1, 2, 4, 5])
    #expect(task.targets == [8, 9, 7, 0])
    #expect(task.weight == 4)
    #expect(throws: TrainingError.tooLittleData(tokens: 4, needed: 5)) {
      try objective.task(for: [TokenExample([1, 2, 3, 4])], in: context)
    }
  }

  @Test("sizes that cannot be are refused")
  func refused() throws {
    for (size, symbols) in [(1, 4), (33, 4), (4, 1), (4, 1025)] {
      #expect(throws: TrainingError.self) {
        try PermutedTokens(size: size, symbols: symbols, reading: .pads)
      }
    }
    let task = try PermutedTokens(size: 2, symbols: 2, reading: .pads)
    for (batch, measured) in [(0, 1), ((1 << 24) / 6 / 8 + 1, 1), (1, 0)] {
      #expect(throws: TrainingError.self) {
        try PermutedTokensTraining.run(
          .init(task: task, width: 8, heads: 2, batch: batch, steps: 1, measured: measured))
      }
    }
    #expect(throws: TrainingError.self) {
      try PermutedTokensTraining.run(.init(task: task, width: 8, heads: 3, steps: 1))
    }
  }
}
