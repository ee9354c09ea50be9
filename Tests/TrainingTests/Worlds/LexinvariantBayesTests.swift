import Kernels
import Models
import Tensors
import Testing

@testable import Training

@Suite("The best lexinvariant predictor") struct LexinvariantBayesTests {
  static func source(_ symbols: Int, seed: UInt64 = 1) throws -> BigramSource {
    var stream = RandomStream(seed: seed, path: ["rows"])
    func row() -> [Double] {
      let weights = (0..<symbols).map { _ in 0.02 + stream.uniform() * stream.uniform() }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    return try BigramSource(transitions: (0..<symbols).map { _ in row() }, start: row())
  }

  /// All permutations, by exchanging (B. Heap, 1963).
  static func permutations(_ count: Int) -> [[Int]] {
    var (order, all) = (Array(0..<count), [[Int]]())
    func exchange(_ size: Int) {
      if size <= 1 { return all.append(order) }
      for place in 0..<size {
        exchange(size - 1)
        order.swapAt(size % 2 == 0 ? place : 0, size - 1)
      }
    }
    exchange(count)
    return all
  }

  /// log p of a whole sequence: the logarithm of the sum of all permutations' probabilities.
  static func logProbability(_ sequence: [Int32], _ source: BigramSource) -> Double {
    let all = permutations(source.symbols).map { names -> Double in
      var (log, last) = (0.0, Int?.none)
      for symbol in sequence {
        let name = names[Int(symbol)]
        log += ElementaryFunction.log(
          last.map { source.transitions[$0][name] } ?? source.start[name])
        last = name
      }
      return log
    }
    let greatest = all.max() ?? 0
    let sum = all.reduce(0) { $0 + ElementaryFunction.exp($1 - greatest) }
    return greatest + ElementaryFunction.log(sum / Double(all.count))
  }

  @Test("the recursion is the enumeration", arguments: 1...5)
  func enumeration(symbols: Int) throws {
    let source = try Self.source(symbols)
    #expect(Set(Self.permutations(symbols)).count == [1, 2, 6, 24, 120][symbols - 1])
    let sequence = source.sequence(length: 24, stream: RandomStream(seed: 3))
    let losses = try LexinvariantBayes(source).losses(sequence)
    var before = 0.0
    for (place, loss) in losses.enumerated() {
      let after = Self.logProbability(Array(sequence[...place]), source)
      #expect(abs(loss - (before - after)) < 1e-10)
      before = after
    }
    #expect(abs(losses[0] - ElementaryFunction.log(Double(symbols))) < 1e-12)
  }

  @Test("names do not matter, probabilities add up to 1, and knowing the names helps")
  func laws() throws {
    let source = try Self.source(5, seed: 2)
    let bayes = try LexinvariantBayes(source)
    var (own, named) = (0.0, 0.0)
    for row in 0..<40 {
      let sequence = source.sequence(length: 40, stream: RandomStream(seed: 7, path: ["\(row)"]))
      let losses = try bayes.losses(sequence)
      let renamed = try bayes.losses(sequence.map { [3, 0, 4, 2, 1][Int($0)] })
      for (a, b) in zip(losses, renamed) { #expect(abs(a - b) < 1e-10) }
      own += losses.reduce(0, +)
      named += try source.losses(sequence).reduce(0, +)
    }
    #expect(own > named)
    let sequence = source.sequence(length: 10, stream: RandomStream(seed: 8))
    let next = try (0..<5).map { ElementaryFunction.exp(-(try bayes.losses(sequence + [$0])[10])) }
    #expect(abs(next.reduce(0, +) - 1) < 1e-12)
  }

  @Test("too many symbols and impossible sequences are refused")
  func refused() throws {
    let rows = (0..<9).map { row in (0..<9).map { $0 == row ? 1.0 : 0 } }
    #expect(throws: TrainingError.self) { try LexinvariantBayes(BigramSource(transitions: rows)) }
    let same = try LexinvariantBayes(BigramSource(transitions: [[1, 0], [0, 1]]))
    #expect(try same.losses([1, 1, 1]).dropFirst().allSatisfy { $0 == 0 })
    let error = #expect(throws: TrainingError.self) { try same.losses([1, 0]) }
    #expect(error?.code == "E0695")
    #expect(throws: TrainingError.self) { try same.losses([2]) }
  }
}
