import Files
import Glibc
import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Models
@testable import Training

@Suite("Encoders of texts") struct EncoderTrainingTests {
  /// A subject's words in the first text and in the second, of which none stands on the other side.
  static let subjects: [(first: [String], second: [String])] = [
    (["cat", "kitten"], ["purr", "mew"]), (["rain", "cloud"], ["wet", "grey"]),
    (["boat", "ship"], ["sail", "float"]), (["bread", "cake"], ["bake", "eat"]),
    (["song", "drum"], ["hear", "play"]), (["tree", "leaf"], ["grow", "green"]),
    (["sun", "fire"], ["warm", "bright"]), (["book", "letter"], ["read", "write"]),
  ]

  static let pairs: [TextPair] = (0..<320).map { index in
    var stream = RandomStream(seed: 5, path: ["pairs", String(index)])
    let subject = subjects[index % subjects.count]
    func text(_ words: [String]) -> String {
      (0..<3).map { _ in words[stream.int(below: 2)] }.joined(separator: " ")
    }
    return TextPair(text(subject.first) + " \(index)", text(subject.second))
  }

  static func start(_ objective: EncoderObjective = .pairs, context: Int = 24) throws -> MadeEncoder
  {
    let tokenizer = try BPETrainer(
      vocabularySize: 330, specialTokens: ["<|endoftext|>", "<mask>"]
    ).train(texts: pairs.flatMap { [$0.first, $0.second] }).tokenizer
    return try MadeEncoder(
      EncoderSizes(
        layers: 1, width: 16, heads: 2, vocabulary: tokenizer.vocabularySize, context: context,
        hasHead: objective.hidesTokens),
      tokenizer: tokenizer, fresh: .init(seed: 2))
  }

  static func configuration(_ objective: EncoderObjective = .pairs, steps: Int = 60)
    -> EncoderTraining.Configuration
  {
    .init(
      objective: objective, mask: 329, batch: 8, steps: steps, rate: 0.02, seed: 3, heldOut: 0.25,
      candidates: 8)
  }

  static var sources: [EncoderTraining.Source] { pairs.map { EncoderTraining.Source($0) } }

  @Test("learns what belongs together where no token is shared")
  func learns() throws {
    let result = try EncoderTraining.run(
      Self.configuration(), start: Self.start(), sources: Self.sources)
    #expect(result.trainingPairs + result.heldOutPairs == 320)
    #expect(result.retrieval.candidates == 8)
    #expect(result.retrieval.asked == result.heldOutPairs / 8 * 8)
    // Pairs of one subject cannot be told from each other, so that not all can be found.
    let found = try #require(result.retrieval.accuracy)
    let before = try #require(result.retrievalBefore.accuracy)
    let shared = try #require(result.retrievalByTokens.accuracy)
    #expect(found > 0.55)
    #expect(before < 0.4)
    // Nothing is shared but spaces: chance.
    #expect(shared < 0.3)
    #expect(try #require(result.losses.last) < result.losses[0])
  }

  @Test("saved and loaded, it gives the same vectors", arguments: EncoderObjective.allCases)
  func files(objective: EncoderObjective) throws {
    let result = try EncoderTraining.run(
      Self.configuration(objective, steps: 3), start: Self.start(objective), sources: Self.sources)
    let folder = "/tmp/tessera-encoder-\(getpid())-\(objective.rawValue)"
    try result.save(folder: folder, command: "a test")
    guard case .textEncoder(let loaded) = try ModelLoader.loadAny(path: folder) else {
      Issue.record("another kind of model")
      return
    }
    let batch = try Self.pairs.prefix(20).map { try result.made.ids(of: $0.first) }
    #expect(try loaded.embeddings(batch: batch) == result.encoder.embeddings(batch: batch))
    // It is a start like any other.
    let more = try EncoderTraining.run(
      Self.configuration(objective, steps: 1), start: MadeEncoder(loaded), sources: Self.sources)
    #expect(more.retrievalBefore == result.retrieval)
  }

  @Test("training has the vectors of inference, and the loss of the definition")
  func sameVectors() throws {
    let made = try Self.start()
    let network = try EncoderNetwork(made, objective: .pairs)
    let batch = try Self.pairs.prefix(6).map {
      SequencePair(source: try made.ids(of: $0.first), target: try made.ids(of: $0.second))
    }
    let parameters = network.parameters.map { Variable(constant: $0.value) }
    let encoder = try made.encoder()
    let plain = try batch.map(\.source) + batch.map(\.target)
    let expected = try encoder.embeddings(batch: plain, normalized: false)
    #expect(try network.vectors(of: plain, with: parameters).value == expected)
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    let recorded = try network.loss(of: batch, with: parameters, in: context)
    #expect(recorded.weight == 12)
    let terms = ContrastiveLossTests.plain(
      try expected.taking(Array(0..<6)), try expected.taking(Array(6..<12)), temperature: 0.05)
    for (a, b) in zip(recorded.terms.value.doubles, terms) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("both objectives are the sum of the two means")
  func both() throws {
    let made = try Self.start(.both)
    let batch = try Self.pairs.prefix(8).map {
      SequencePair(source: try made.ids(of: $0.first), target: try made.ids(of: $0.second))
    }
    let context = LossContext(stream: RandomStream(seed: 4), isTraining: true)
    func loss(_ objective: EncoderObjective) throws -> Double {
      let network = try EncoderNetwork(made, objective: objective, mask: 329)
      let parameters = network.parameters.map { Variable(constant: $0.value) }
      let recorded = try network.loss(of: batch, with: parameters, in: context)
      return recorded.terms.value.doubles.reduce(0, +) / recorded.weight
    }
    let sum = try loss(.pairs) + loss(.masked)
    #expect(abs(try loss(.both) - sum) < 1e-5 * sum)
  }

  @Test("what the objective does not reach stays")
  func untouched() throws {
    let start = try Self.start(.both)
    let result = try EncoderTraining.run(
      Self.configuration(.pairs, steps: 2), start: start, sources: Self.sources)
    for part in [WeightKey.Part.headTransform, .headNorm] {
      #expect(result.made.weights[WeightKey(part)] == start.weights[WeightKey(part)])
    }
    #expect(result.made.weights[WeightKey(.embedding)] != start.weights[WeightKey(.embedding)])
  }

  @Test("a run that was interrupted has the bits of one that was not")
  func resume() throws {
    let made = try Self.start(.both)
    let network = try EncoderNetwork(made, objective: .both, mask: 329)
    let examples = try Self.pairs.prefix(40).map {
      SequencePair(source: try made.ids(of: $0.first), target: try made.ids(of: $0.second))
    }
    func trainer() throws -> NetworkTrainer<EncoderNetwork> {
      try NetworkTrainer(
        network, batches: ExampleBatches(examples, size: 8, seed: 1), settings: .init(steps: 6))
    }
    let whole = try trainer()
    for _ in 0..<6 { _ = try whole.advance() }
    let first = try trainer()
    for _ in 0..<3 { _ = try first.advance() }
    let path = "/tmp/tessera-encoder-\(getpid()).checkpoint"
    defer { unlink(path) }
    try first.checkpoint.save(to: path)
    let second = try trainer()
    try second.resume(from: NetworkCheckpoint.load(path))
    for _ in 0..<3 { _ = try second.advance() }
    #expect(second.parameters == whole.parameters)
    // Another objective is another run.
    let other = try NetworkTrainer(
      EncoderNetwork(made, objective: .pairs),
      batches: ExampleBatches(examples, size: 8, seed: 1), settings: .init(steps: 6))
    let error = #expect(throws: TrainingError.self) {
      try other.resume(from: NetworkCheckpoint.load(path))
    }
    #expect(error?.code == "E0698")
  }

  @Test("what cannot be trained is refused")
  func refusals() throws {
    func code(
      _ configuration: EncoderTraining.Configuration, _ start: MadeEncoder,
      _ sources: [EncoderTraining.Source] = Self.sources
    ) -> String? {
      do throws(TrainingError) {
        _ = try EncoderTraining.run(configuration, start: start, sources: sources)
        return nil
      } catch { return error.code }
    }
    let start = try Self.start()
    var one = Self.configuration()
    one.batch = 1
    #expect(code(one, start) == "E0695")
    #expect(code(Self.configuration(.masked), start) == "E0618")
    #expect(code(Self.configuration(), start, Array(Self.sources.prefix(5))) == "E0696")
    #expect(code(Self.configuration(), start, []) == "E0696")
    let empty = [EncoderTraining.Source](repeating: .init(TextPair("", "cat")), count: 30)
    #expect(code(Self.configuration(), start, empty) == "E0611")
  }
}

@Suite("Pairs of texts") struct TextPairTests {
  @Test("are cut at ends of sentences")
  func cut() {
    let text = "One went out. \"Is it he?\" asked two! (Nobody.) 3.5 is a number\nThe end"
    let sentences = [
      "One went out.", "\"Is it he?\"", "asked two!", "(Nobody.)", "3.5 is a number", "The end",
    ]
    #expect(TextPair.sentences(of: text) == sentences)
    let adjacent = TextPair.pairs(of: text, cut: .sentences)
    #expect(adjacent.count == 3)
    #expect(adjacent[1] == TextPair("asked two!", "(Nobody.)"))
    let halves = TextPair.pairs(of: text, cut: .halves)
    #expect(halves.count == 1)
    let joined = halves.map { $0.first + " " + $0.second }
    #expect(joined == [sentences.joined(separator: " ")])
    #expect(
      TextPair.pairs(of: "a bbbbbbbbbbbbbb. c.\n", cut: .halves) == [
        TextPair("a bbbbbbbbbbbbbb.", "c.")
      ])
    for text in ["", " \n ", "One.", "no end"] {
      for cut in TextPair.Cut.allCases { #expect(TextPair.pairs(of: text, cut: cut).isEmpty) }
    }
  }

  @Test("are found by hand where they are found by the measure")
  func retrieval() {
    let table: [[Double]] = [[3, 1, 2], [5, 5, 1], [0, 9, 2]]
    let found = PairRetrieval(candidates: 3, pairs: 3) { table[$0][$1] }
    // The first is found, the second shares its place with another, the third is not found.
    #expect(found.asked == 3 && found.found == 1.5 && found.accuracy == 0.5)
    let groups = PairRetrieval(candidates: 2, pairs: 5) { $0 == $1 ? 1 : 0 }
    #expect(groups.asked == 4 && groups.found == 4)
    #expect(PairRetrieval(candidates: 9, pairs: 3) { _, _ in 0 }.candidates == 3)
    #expect(PairRetrieval(candidates: 9, pairs: 1) { _, _ in 0 }.accuracy == nil)
    #expect(PairRetrieval(candidates: 2, pairs: 0) { _, _ in 0 }.accuracy == nil)
    #expect(PairRetrieval(candidates: 2, pairs: 2) { _, _ in .nan }.found == 0)
  }

  @Test("share tokens: rare ones count for more")
  func bags() {
    let pairs = [
      SequencePair(source: [1, 2, 3], target: [1, 9, 9]),
      SequencePair(source: [1, 4, 3], target: [4, 1, 2]),
    ]
    let bags = PairRetrieval(
      candidates: 2, sharedTokensOf: pairs,
      documents: pairs.flatMap { [$0.source, $0.target] })
    // 1 stands everywhere; by 2 the first is taken for the second's.
    #expect(bags.found == 1)
  }
}
