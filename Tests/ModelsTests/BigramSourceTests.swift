import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Bigram sources") struct BigramSourceTests {
  private let rows = [[0.7, 0.2, 0.1], [0, 0.5, 0.5], [0.25, 0.25, 0.5]]

  @Test("symbols follow each other as often as they should")
  func frequencies() throws {
    let source = try BigramSource(transitions: rows, start: [0, 1, 0])
    let sequence = source.sequence(length: 30_000, stream: RandomStream(seed: 4))
    #expect(sequence.count == 30_000 && sequence[0] == 1)
    var counts = [[Double]](repeating: [0, 0, 0], count: 3)
    for (a, b) in zip(sequence, sequence.dropFirst()) { counts[Int(a)][Int(b)] += 1 }
    for (row, expected) in zip(counts, rows) {
      let total = row.reduce(0, +)
      for (count, share) in zip(row, expected) {
        #expect(abs(count / total - share) < 4 * (share * (1 - share) / total).squareRoot() + 1e-9)
      }
    }
    #expect(
      source.sequence(length: 100, stream: RandomStream(seed: 4))
        == sequence.prefix(100).map(\.self))
    #expect(
      source.sequence(length: 100, stream: RandomStream(seed: 5))
        != sequence.prefix(100).map(\.self))
  }

  @Test("losses are the logarithms of the probabilities")
  func losses() throws {
    let source = try BigramSource(transitions: rows)
    let found = try source.losses([0, 0, 2, 1])
    for (loss, probability) in zip(found, [1.0 / 3, 0.7, 0.1, 0.25]) {
      #expect(abs(ElementaryFunction.exp(-loss) - probability) < 1e-15)
    }
    #expect(try source.losses([1, 0])[1] == .infinity)
    #expect(throws: ModelError.self) { try source.losses([0, 3]) }
  }

  @Test("texts are sequences in the source's characters")
  func texts() throws {
    let source = try BigramSource(transitions: rows, alphabet: "xé ")
    #expect(try source.text(of: [1, 0, 2, 1]) == "éx é")
    #expect(try source.sequence(of: "éx é") == [1, 0, 2, 1])
    #expect(try BigramSource(transitions: rows).text(of: [2, 1, 0]) == "cba")
    #expect(throws: ModelError.self) { try source.sequence(of: "a") }
    #expect(throws: ModelError.self) { try source.text(of: [-1]) }
  }

  @Test("rows that are no probabilities are refused")
  func refused() {
    for bad in [
      [[0.5, 0.6], [0.5, 0.5]], [[1, 0]], [[1.5, -0.5], [0.5, 0.5]], [[.nan, 1], [0.5, 0.5]], [],
    ] {
      #expect(throws: ModelError.self) { try BigramSource(transitions: bad) }
    }
    #expect(throws: ModelError.self) { try BigramSource(transitions: rows, start: [1]) }
    #expect(throws: ModelError.self) { try BigramSource(transitions: rows, alphabet: "ab") }
    #expect(throws: ModelError.self) { try BigramSource(transitions: rows, alphabet: "aba") }
  }
}
