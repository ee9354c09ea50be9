import Kernels
import Tensors
import Testing

@testable import Models
@testable import Training

@Suite("Contrastive losses") struct ContrastiveLossTests {
  static func rows(_ count: Int, _ width: Int, _ name: String) throws -> Tensor {
    try .normal([count, width], stream: RandomStream(seed: 3, path: [name]))
  }

  /// By the definition, one number after another.
  static func plain(_ x: Tensor, _ y: Tensor, temperature: Double) -> [Double] {
    let (count, width) = (x.shape[0], x.shape[1])
    func cosine(_ a: Int, _ b: Int) -> Double {
      let (u, v) = (x.doubles[a * width..<(a + 1) * width], y.doubles[b * width..<(b + 1) * width])
      let dot = zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
      let lengths = [u, v].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      return dot / (lengths[0] * lengths[1])
    }
    func loss(_ scores: [Double], _ target: Int) -> Double {
      let sum = scores.reduce(0) { $0 + ElementaryFunction.exp($1 / temperature) }
      return ElementaryFunction.log(sum) - scores[target] / temperature
    }
    let all = Array(0..<count)
    return all.map { row in loss(all.map { cosine(row, $0) }, row) }
      + all.map { column in loss(all.map { cosine($0, column) }, column) }
  }

  @Test("are those of the definition, whatever the vectors' lengths")
  func definition() throws {
    let (x, y) = (try Self.rows(7, 5, "x"), try Self.rows(7, 5, "y"))
    for temperature in [0.05, 0.5, 3] {
      let loss = ContrastiveLoss(temperature: temperature)
      let found = try loss.losses(Variable(constant: x), Variable(constant: y)).value.doubles
      let expected = Self.plain(x, y, temperature: temperature)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5 * max(1, abs(b))) }
      let longer = try Variable(constant: x) * 8
      #expect(
        try loss.losses(longer, Variable(constant: y)).value.doubles.count == expected.count)
    }
  }

  @Test("an equal text is no negative of another pair")
  func equalTexts() throws {
    let (x, y) = (try Self.rows(4, 5, "x"), try Self.rows(4, 5, "y"))
    let loss = ContrastiveLoss(temperature: 0.3)
    // Pairs 0 and 3 are the same to each other: to pair 0 it is as if 3 were not there.
    let hidden = try loss.losses(
      Variable(constant: x), Variable(constant: y), same: { [$0, $1].sorted() == [0, 3] }
    ).value.doubles
    let without = try loss.losses(
      Variable(constant: x.taking([0, 1, 2])), Variable(constant: y.taking([0, 1, 2]))
    ).value.doubles
    #expect(abs(hidden[0] - without[0]) < 1e-6)
    #expect(abs(hidden[4] - without[3]) < 1e-6)
  }

  @Test("gradients are those of finite differences")
  func gradients() throws {
    let (x, y) = (try Self.rows(3, 4, "x"), try Self.rows(3, 4, "y"))
    let loss = ContrastiveLoss(temperature: 0.5)
    let tape = Tape()
    let variables = [try tape.variable(x), try tape.variable(y)]
    let sum = try loss.losses(variables[0], variables[1]).sum()
    let gradients = try tape.gradients(of: sum, with: variables).map { try #require($0) }
    func value(_ x: Tensor, _ y: Tensor) -> Double {
      Self.plain(x, y, temperature: 0.5).reduce(0, +)
    }
    for place in 0..<12 {
      func moved(_ t: Tensor, _ step: Float) throws -> Tensor {
        var floats = t.floats
        floats[place] += step
        return try Tensor(floats, shape: t.shape)
      }
      let dx = (value(try moved(x, 0.01), y) - value(try moved(x, -0.01), y)) / 0.02
      let dy = (value(x, try moved(y, 0.01)) - value(x, try moved(y, -0.01))) / 0.02
      #expect(abs(gradients[0].doubles[place] - dx) < 2e-3 * max(1, abs(dx)))
      #expect(abs(gradients[1].doubles[place] - dy) < 2e-3 * max(1, abs(dy)))
    }
  }

  @Test("a temperature that is not above 0 is refused", arguments: [0, -1, Double.nan])
  func temperature(_ temperature: Double) throws {
    let x = Variable(constant: try Self.rows(2, 2, "x"))
    let error = #expect(throws: TrainingError.self) {
      try ContrastiveLoss(temperature: temperature).losses(x, x)
    }
    #expect(error?.code == "E0695")
  }
}
