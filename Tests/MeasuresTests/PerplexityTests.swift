import Kernels
import Models
import Testing

@testable import Measures

@Suite("Perplexity and divergence")
struct PerplexityTests {
  private let ids: [Int32] = [0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0, 0, 1, 2, 1, 1]
  private var model: TableModel {
    TableModel(rows: [[0.5, 1, -1], [2, 0, 0.25], [-0.5, 0.75, 1]], contextLength: 64)
  }

  @Test("one window is the loss of the text")
  func oneWindow() throws {
    let result = try Perplexity(model, ids: ids, bytes: 34)
    let loss = try NegativeLogLikelihood(model, ids: ids, bytes: 34)
    #expect(result.nats == loss.nats && result.tokens == 16 && result.windows == 1)
    #expect(result.perplexity == loss.perplexity && result.bitsPerByte == loss.bitsPerByte)
  }

  /// This model looks at one token, so that every cut that gives each token the one before it must
  /// give the same sum.
  @Test("every token but the first is scored once", arguments: 2...7)
  func windows(window: Int) throws {
    let whole = try Perplexity(model, ids: ids)
    for stride in 1...window {
      let result = try Perplexity(model, ids: ids, window: window, stride: stride)
      #expect(result.tokens == ids.count - 1)
      #expect(result.nats == whole.nats)
      #expect(result.windows >= (ids.count - 1) / window)
    }
  }

  @Test("windows beyond the context, strides beyond the window, and nothing to score")
  func refusals() {
    #expect(
      throws: MeasureError.setting(
        name: "window", value: 65, range: "2 to the model's context of 64")
    ) {
      try Perplexity(model, ids: ids, window: 65)
    }
    #expect(throws: MeasureError.setting(name: "stride", value: 5, range: "1 to the window of 4")) {
      try Perplexity(model, ids: ids, window: 4, stride: 5)
    }
    #expect(throws: MeasureError.self) { try Perplexity(model, ids: [1]) }
  }

  @Test("a model does not differ from itself; from another by the textbook's sum")
  func divergence() throws {
    let own = try ModelDivergence(model, reference: model, ids: ids)
    #expect(own.mean == 0 && own.largest == 0 && own.agreement == 1 && own.standardError == 0)
    var other = model
    other.rows[1] = [0, 0, 0]
    let result = try ModelDivergence(other, reference: model, ids: ids)
    let weights = [2, 0, 0.25].map { ElementaryFunction.exp($0) }
    let total = weights.reduce(0, +)
    let expected = weights.reduce(0) { $0 + $1 / total * ElementaryFunction.log($1 / total * 3) }
    for (id, value) in zip(ids, result.perPosition) {
      #expect(abs(value - (id == 1 ? expected : 0)) < 1e-12)
    }
    let ones = ids.dropLast().count { $0 == 1 }
    #expect(abs(result.mean - expected * Double(ones) / 16) < 1e-12)
    #expect(result.standardError > 0 && result.largest == result.perPosition.max())
    let small = TableModel(rows: [[0, 1], [1, 0]])
    #expect(throws: MeasureError.self) {
      try ModelDivergence(small, reference: model, ids: [0, 1])
    }
  }
}
