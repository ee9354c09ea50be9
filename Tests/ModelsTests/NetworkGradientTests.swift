import Tensors
import Testing

@testable import Models

@Suite("Gradients through whole networks") struct NetworkGradientTests {
  static let names = ["llama", "gpt2", "qwen2_moe", "gemma2"]

  /// Logits weighed by fixed numbers: a scalar of f64, so that differences show.
  private struct Objective {
    let model: TransformerModel
    let ids: [Int32]
    let shares: [Float]

    init(_ name: String) throws {
      let fixture = Fixture(name: name)
      model = try fixture.load()
      ids = Array(try fixture.prompts()[0].prefix(7))
      var draws = Draws(state: 5)
      shares = (0..<ids.count * model.vocabularySize).map { _ in draws.signed() }
    }

    var cotangent: Tensor {
      get throws { try Tensor(shares, shape: [ids.count, model.vocabularySize]) }
    }

    func scores(_ input: SequenceInput, _ weights: (any NetworkWeights)? = nil) throws -> Variable {
      var none: [KeyValueCache] = []
      let state = try model.run([input], caches: &none, weights: weights)
      return try model.scores(state.x, weights: weights)
    }

    func value(_ scores: Variable) -> Double {
      zip(scores.value.doubles, shares).reduce(0) { $0 + $1.0 * Double($1.1) }
    }

    /// The first ids' rows of the embedding, as they enter the first block.
    func embeddings() throws -> Tensor {
      let captures = HookCaptures()
      var options = PassOptions()
      try options.hooks.capture("embed", into: captures)
      var none: [KeyValueCache] = []
      _ = try model.run([try SequenceInput(ids: ids)], caches: &none, options: options)
      return try #require(captures.first(.embedding)).value
    }
  }

  /// (f(x + h) - f(x - h)) / 2 h at a few places, beside the gradient there.
  private func compare(
    _ x: Tensor, _ gradient: Tensor, _ name: String, _ value: (Tensor) throws -> Double
  ) throws {
    #expect(gradient.shape == x.shape)
    let largest = gradient.doubles.reduce(0) { max($0, abs($1)) }
    #expect(largest > 0, "\(name)")
    let numbers = x.floats
    let step: Float = 0x1p-8
    for place in Set([0, numbers.count / 3, numbers.count * 5 / 7, numbers.count - 1]) {
      func moved(_ change: Float) throws -> Double {
        var changed = numbers
        changed[place] += change
        return try value(try Tensor(changed, shape: x.shape))
      }
      let difference = (try moved(step) - moved(-step)) / Double(2 * step)
      let error = abs(difference - gradient.doubles[place])
      #expect(error <= 5e-3 * max(largest, 0.1), "\(name)[\(place)]: \(difference)")
    }
  }

  @Test("of inputs agree with central differences", arguments: names)
  func inputs(name: String) throws {
    let objective = try Objective(name)
    // Learned positions and scales are added to ids only where the network does that: from the rows
    // before the first block they are taken off again.
    let x = try objective.embeddings()
    func value(_ x: Variable) throws -> Variable {
      try objective.scores(SequenceInput(.embeddings(x)))
    }
    let tape = Tape()
    let variable = try tape.variable(x)
    let scores = try value(variable)
    let gradient = try #require(
      try tape.gradients(of: scores, cotangent: objective.cotangent, with: [variable])[0])
    #expect(scores.value == (try value(Variable(constant: x)).value))
    try compare(x, gradient, "input") { objective.value(try value(Variable(constant: $0))) }
  }

  @Test("of weights agree with central differences", arguments: names)
  func weights(name: String) throws {
    let objective = try Objective(name)
    let tape = Tape()
    let recorded = try objective.model.recordedWeights(on: tape)
    let input = try SequenceInput(ids: objective.ids)
    let scores = try objective.scores(input, recorded)
    var keys: [WeightKey] = [
      WeightKey(.embedding), WeightKey(.attentionNorm, layer: 1), WeightKey(.query, layer: 0),
      WeightKey(.value, layer: 1), WeightKey(.output, layer: 0), WeightKey(.finalNorm),
    ]
    let hasExperts = objective.model.network.blocks[0].feedForward.experts != nil
    keys +=
      hasExperts
      ? [WeightKey(.router, layer: 0), WeightKey(.sharedRouter, layer: 1)]
        + (0..<4).map { WeightKey(.expertDown, layer: 1, expert: $0) }
      : [WeightKey(.up, layer: 0), WeightKey(.down, layer: 1)]
    if name == "gpt2" { keys += [WeightKey(.query, layer: 1).bias, WeightKey(.learnedPositions)] }
    let variables = try keys.map { try #require(recorded.variables[$0]) }
    let gradients = try tape.gradients(
      of: scores, cotangent: objective.cotangent, with: variables)
    var compared = 0
    for (key, (variable, gradient)) in zip(keys, zip(variables, gradients)) {
      // An expert that no token went to.
      guard let gradient else { continue }
      compared += 1
      try compare(variable.value, gradient, key.name) { changed in
        var all = recorded.variables.mapValues { Variable(constant: $0.value) }
        all[key] = Variable(constant: changed)
        let isTied = objective.model.network.head?.isTied ?? false
        return objective.value(
          try objective.scores(input, RecordedWeights(all, isHeadTied: isTied)))
      }
    }
    #expect(compared >= 8)
  }
}
