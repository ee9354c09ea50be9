import Kernels
import Tensors
import Testing

@testable import Models
@testable import Training

@Suite("What tokens are to be learned") struct TokenObjectiveTests {
  static let scores: Tensor = {
    var stream = RandomStream(seed: 2, path: ["scores"])
    let values = (0..<30).map { _ in 2 * stream.normal() }
    return (try? Tensor(values, shape: [6, 5])) ?? Tensor(values)
  }()
  static let targets: [Int32] = [0, 4, 2, 2, 1, 3]

  static func context(_ seed: UInt64 = 1) -> LossContext {
    LossContext(stream: RandomStream(seed: seed), isTraining: true)
  }

  /// In f64, from the definitions.
  static func naive(_ loss: TokenCrossEntropy) -> [Double] {
    let x = scores.doubles
    return targets.enumerated().map { row, target in
      let line = x[row * 5..<row * 5 + 5].map { $0 }
      let z = ElementaryFunction.log(line.reduce(0) { $0 + ElementaryFunction.exp($1) })
      let logs = line.map { $0 - z }
      let uniform = -logs.reduce(0, +) / 5
      let known = logs[Int(target)]
      let smoothed = -(1 - loss.smoothing) * known + loss.smoothing * uniform
      let unknown = 1 - ElementaryFunction.exp(known)
      var factor = 1.0
      for _ in 0..<Int(loss.focal) { factor *= unknown }
      return smoothed * factor + loss.zLoss * z * z
    }
  }

  static let losses: [TokenCrossEntropy] = [
    .init(), .init(smoothing: 0.2), .init(zLoss: 0.3), .init(focal: 1), .init(focal: 2),
    .init(smoothing: 0.1, zLoss: 0.01, focal: 2),
  ]

  @Test("losses are those of their definitions, and have their slopes", arguments: 0..<6)
  func definitions(kind: Int) throws {
    let loss = Self.losses[kind]
    let targets = try Tensor(Self.targets, shape: [6])
    let found = try loss.losses(Variable(constant: Self.scores), targets: targets).value.doubles
    for (a, b) in zip(found, Self.naive(loss)) { #expect(abs(a - b) < 1e-12) }
    let tape = Tape()
    let variable = try tape.variable(Self.scores)
    let sum = try loss.losses(variable, targets: targets).sum()
    let gradient = try #require(try tape.gradients(of: sum, with: [variable])[0])
    let slopes = try Self.scores.centralDifferences(step: 1e-5) { scores in
      try loss.losses(Variable(constant: scores), targets: targets).value.doubles.reduce(0, +)
    }
    for (a, b) in zip(gradient.doubles, slopes.doubles) { #expect(abs(a - b) < 1e-8) }
  }

  @Test("a teacher's losses have their slopes")
  func distillation() throws {
    let objective = try Distillation(
      teacher: FixedTeacher(vocabularySize: 5), temperature: 3, share: 0.6)
    let task = try objective.task(
      for: [TokenExample([0, 1, 2]), TokenExample([3, 4, 0, 1, 2])], in: Self.context())
    let tape = Tape()
    let variable = try tape.variable(Self.scores)
    let sum = try objective.losses(variable, of: task).sum()
    let gradient = try #require(try tape.gradients(of: sum, with: [variable])[0])
    let slopes = try Self.scores.centralDifferences(step: 1e-5) { scores in
      try objective.losses(Variable(constant: scores), of: task).value.doubles.reduce(0, +)
    }
    for (a, b) in zip(gradient.doubles, slopes.doubles) { #expect(abs(a - b) < 1e-8) }
    // A student that says what the teacher says has no divergence left.
    let all = try Distillation(teacher: FixedTeacher(vocabularySize: 5), share: 1)
    let same = try Tensor.concatenated(task.inputs.map { try all.teacher.logits(ids: $0) })
    for loss in try all.losses(Variable(constant: same), of: task).value.doubles {
      #expect(abs(loss) < 1e-6)
    }
  }

  @Test("settings that cannot be are refused")
  func refused() throws {
    let targets = try Tensor(Self.targets, shape: [6])
    for loss in [
      TokenCrossEntropy(smoothing: 1), .init(zLoss: -1), .init(focal: 0.5), .init(focal: .nan),
    ] {
      #expect(throws: TrainingError.self) {
        try loss.losses(Variable(constant: Self.scores), targets: targets)
      }
    }
    let example = TokenExample([1, 2, 3], weights: [1, 2])
    #expect(throws: TrainingError.self) { try NextToken().task(for: [example], in: Self.context()) }
    #expect(throws: TrainingError.self) {
      try NextToken().task(for: [TokenExample([1])], in: Self.context())
    }
    #expect(throws: TrainingError.self) {
      try NextToken().task(
        for: [TokenExample([1, 2], weights: [1, -1])], in: Self.context())
    }
    for label in [nil, 2, -1] as [Int32?] {
      #expect(throws: TrainingError.self) {
        try SequenceClass(classes: 2).task(
          for: [TokenExample([1], label: label)], in: Self.context())
      }
    }
    #expect(throws: TrainingError.self) {
      try MaskedDiffusion(mask: 0, leastShare: 0).task(for: [example], in: Self.context())
    }
    #expect(throws: TrainingError.self) {
      try AnySubset(mask: 0, given: 0...2).task(for: [example], in: Self.context())
    }
  }

  @Test("the next token's rows, targets and weights")
  func nextToken() throws {
    let task = try NextToken().task(
      for: [TokenExample([5, 6, 7]), TokenExample([1, 2, 3, 4], weights: [9, 0, 0.5, 2])],
      in: Self.context())
    #expect(task.inputs == [[5, 6], [1, 2, 3]])
    #expect(task.rows == [0, 1, 3, 4])
    #expect(task.targets == [6, 7, 3, 4])
    #expect(task.weights == [1, 1, 0.5, 2])
    #expect(task.weight == 4.5)
    let all = try NextToken().task(for: [TokenExample([5, 6, 7])], in: Self.context())
    #expect(all.rows == nil)
  }

  @Test("masks: their share, their weights, and never a token that does not count")
  func masked() throws {
    let objective = MaskedDiffusion(mask: 99, leastShare: 0.05)
    let examples = (0..<8).map { index in
      TokenExample(
        (0..<200).map { Int32($0 % 50) },
        weights: index == 3 ? (0..<200).map { $0 < 100 ? 0 : 2 } : nil)
    }
    var (total, shares): (Double, [Double]) = (0, [])
    for seed in 1...20 as ClosedRange<UInt64> {
      let task = try objective.task(for: examples, in: Self.context(seed))
      #expect(task.weight == 7 * 200 + 200)
      let rows = try #require(task.rows)
      for (index, row) in rows.enumerated() {
        let (sequence, place) = (Int(row) / 200, Int(row) % 200)
        #expect(task.inputs[sequence][place] == 99)
        #expect(task.targets[index] == Int32(place % 50))
        #expect(sequence != 3 || place >= 100)
      }
      #expect(rows.count == task.inputs.joined().count { $0 == 99 })
      // 1 / t, one t a sequence, spread evenly.
      var drawn: [Double] = []
      for sequence in [0, 1, 2, 4, 5, 6, 7] {
        let own = rows.indices.filter { Int(rows[$0]) / 200 == sequence }
        let weights = Set(own.map { task.weights[$0] })
        #expect(weights.count <= 1)
        if let weight = weights.first { drawn.append(1 / Double(weight)) }
        shares.append(Double(own.count) / 200)
      }
      for (a, b) in zip(drawn.sorted(), drawn.sorted().dropFirst()) { #expect(b - a > 0.11) }
      total += task.weights.reduce(0) { $0 + Double($1) } / task.weight
    }
    // The weights of masked tokens add up to the number of tokens, in the mean.
    #expect(abs(total / 20 - 1) < 0.05)
    #expect(abs(shares.reduce(0, +) / Double(shares.count) - 0.525) < 0.05)
    let again = try objective.task(for: examples, in: Self.context(3))
    #expect(try objective.task(for: examples, in: Self.context(3)).inputs == again.inputs)
  }

  @Test("who sees whom among given and foreseen tokens")
  func subsets() throws {
    // Tokens 0 ... 3 with the ranks 2, 0, 3, 1; tokens 1 and 3 are given.
    let mask = try AnySubset.visibility([2, 0, 3, 1], known: 2)
    func sees(_ row: Int) -> [Int] {
      (0..<8).filter { mask.words[row] >> UInt64($0) & 1 == 1 }
    }
    #expect(
      (0..<8).map(sees) == [
        [0, 1, 3], [1, 3], [0, 1, 2, 3], [1, 3], [1, 3, 4], [5], [0, 1, 3, 6], [1, 7],
      ])
  }

  @Test("nothing behind a token's rank changes how it is foreseen, to the bit")
  func causality() throws {
    let objective = AnySubset(mask: 23, order: .random, given: 0.3...0.3)
    let training = try TransformerTraining(TransformerTrainingTests.network(), objective: objective)
    let variables = training.parameters.map { Variable(constant: $0.value) }
    let context = Self.context(5)
    let ids: [Int32] = [3, 9, 4, 1, 7, 2, 8]
    let task = try objective.task(for: [TokenExample(ids)], in: context)
    let scores = try training.scores(of: task, with: variables, in: context).value
    let mask = try #require(task.masks.first)
    for changed in ids.indices {
      var other = task
      other.inputs[0][changed] = 20
      let moved = try training.scores(of: other, with: variables, in: context).value
      for (index, row) in try #require(task.rows).enumerated() {
        let isSeen = mask.words[Int(row)] >> UInt64(changed) & 1 == 1
        let same = try scores.taking([index]) == moved.taking([index])
        #expect(same == !isSeen, "token \(changed), row \(row)")
      }
    }
  }

  @Test("a bidirectional network sees what is behind, a causal one does not")
  func directions() throws {
    for isBidirectional in [false, true] {
      let objective = SequenceClass(
        classes: 2, pooling: .last, isBidirectional: isBidirectional)
      let training = try TransformerTraining(
        TransformerTrainingTests.network(), objective: objective)
      let variables = training.parameters.map { Variable(constant: $0.value) }
      var options = PassOptions()
      options.appliesFinalNorm = true
      let weights = RecordedWeights(
        Dictionary(zip(training.keys, variables)) { first, _ in first }, isHeadTied: true)
      func states(_ ids: [Int32]) throws -> Tensor {
        try training.network.states(
          of: [SequenceInput(ids: ids)], weights: weights, options: options
        ).x.value
      }
      let (a, b) = (try states([1, 2, 3]), try states([1, 2, 4]))
      #expect((try a.taking([0]) == b.taking([0])) == !isBidirectional)
      #expect(try a.taking([2]) != b.taking([2]))
    }
  }

  @Test("ids outside the vocabulary and texts beyond the context are refused")
  func inputs() throws {
    let training = try TransformerTraining(
      TransformerTrainingTests.network(), objective: NextToken())
    let variables = training.parameters.map { Variable(constant: $0.value) }
    for ids in [[1, 24, 2], [1, -1, 2], (0..<18).map { _ in 1 }] as [[Int32]] {
      #expect(throws: ModelError.self) {
        try training.loss(of: [TokenExample(ids)], with: variables, in: Self.context())
      }
    }
  }
}
