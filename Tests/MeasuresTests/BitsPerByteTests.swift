import Kernels
import Models
import Testing
import Tokenizers

@testable import Measures

@Suite("Bits per byte") struct BitsPerByteTests {
  private let rows: [[Float]] = [[0, 1, 2, 0.5], [1, 0, 0, 3], [2, 2, 1, 0], [0, 0, 4, 1]]

  /// −log₂ p(next | last), from the table itself.
  private func bits(_ last: Int32, _ next: Int32) -> Double {
    let row = rows[Int(last)].map { Double($0) }
    let sum = row.reduce(0) { $0 + ElementaryFunction.exp($1) }
    return (ElementaryFunction.log(sum) - row[Int(next)]) / ElementaryFunction.log(2)
  }

  @Test(
    "are the bits of every token over the bytes of all, in one window or many", arguments: 2..<9)
  func windows(size: Int) throws {
    let model = TableModel(rows: rows, contextLength: 8)
    let ids: [Int32] = [0, 1, 3, 2, 2, 0, 1, 1, 3, 0, 2]
    let lengths = [1, 2, 3, 1, 1, 4, 2, 2, 1, 1, 5]
    let plain = try BitsPerByte(model, ids: ids, lengths: lengths, bos: nil, window: size)
    var sum = 0.0
    for place in 1..<ids.count { sum += bits(ids[place - 1], ids[place]) }
    // The table looks at the last id only, so windows do not change its scores.
    #expect(plain.tokens == 10 && plain.bytes == 22 && plain.skippedBytes == 1)
    #expect(abs(plain.value - sum / 22) < 1e-6)

    let begun = try BitsPerByte(model, ids: ids, lengths: lengths, bos: 3, window: size)
    sum = 0
    for place in ids.indices {
      sum += bits(place % (size - 1) == 0 ? 3 : ids[place - 1], ids[place])
    }
    #expect(begun.tokens == 11 && begun.bytes == 23 && begun.skippedBytes == 0)
    #expect(abs(begun.value - sum / 23) < 1e-6)
  }

  @Test("do not depend on how a text is cut by a model that guesses bytes evenly")
  func comparable() throws {
    // Each of two tokens of two bytes stands for 2 bits a byte, as do four of one byte.
    let small = TableModel(rows: [[Float]](repeating: [0, 0, 0, 0], count: 4))
    let large = TableModel(rows: [[Float]](repeating: [Float](repeating: 0, count: 16), count: 16))
    let one = try BitsPerByte(small, ids: [0, 1, 2, 3], lengths: [1, 1, 1, 1], bos: 0)
    let two = try BitsPerByte(large, ids: [5, 9], lengths: [2, 2], bos: 0)
    #expect(abs(one.value - 2) < 1e-6 && abs(two.value - 2) < 1e-6)
  }

  @Test("refuse what has no score")
  func refusals() {
    let model = TableModel(rows: rows)
    #expect(throws: MeasureError.empty(measure: "bits per byte")) {
      try BitsPerByte(model, ids: [1], lengths: [1], bos: nil)
    }
    #expect(throws: MeasureError.empty(measure: "bits per byte")) {
      try BitsPerByte(model, ids: [], lengths: [], bos: 0)
    }
    #expect(throws: MeasureError.setting(name: "window", value: 1, range: "at least 2")) {
      try BitsPerByte(model, ids: [1, 2], lengths: [1, 1], bos: nil, window: 1)
    }
    #expect(throws: MeasureError.model(.noTokenizer(model: "table"))) {
      try BitsPerByte(model, text: "a")
    }
  }

  @Test("a vocabulary of more ids than the model has is refused, with both sizes")
  func foreignTokens() throws {
    let model = TableModel(rows: rows)
    let tokenizer = try BPETrainer(vocabularySize: 256, name: "bytes").train(texts: ["x"]).tokenizer
    let error = ModelError.foreignTokens(
      tokenizer: "bytes", tokens: 256, model: "table", embeddings: 4)
    #expect(throws: error) { try model.check(tokenizer) }
    #expect(error.code == "E0607")
    #expect(error.message == "tokenizer bytes has 256 tokens, the model 'table' has 4 embeddings")
  }
}
