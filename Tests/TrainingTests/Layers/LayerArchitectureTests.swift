import Files
import Kernels
import Tensors
import Testing

@testable import Models
@testable import Training

/// Small tasks that each architecture learns.
@Suite("Architectures of layers") struct LayerArchitectureTests {
  static let sizes = BlockSizes(width: 16, heads: 2, layers: 2, inner: 32)

  /// The loss of the last fifth of the steps.
  static func learned<Objective: LayerObjective>(
    _ network: LayerNetwork<Objective>, _ batches: any BatchSource<Objective.Batch>, steps: Int,
    rate: Double = 0.01
  ) throws -> (loss: Double, trainer: NetworkTrainer<LayerNetwork<Objective>>) {
    let trainer = try LayerNetworkTests.trainer(network, batches, steps: steps, rate: rate)
    let losses = try trainer.run().losses.suffix(steps / 5)
    return (losses.reduce(0, +) / Double(losses.count), trainer)
  }

  /// Texts abcabc… of different lengths that begin anywhere, in 3 of 5 tokens; 4 is the mask.
  static let texts: [TokenExample] = {
    var stream = RandomStream(seed: 1, path: ["texts"])
    return (0..<64).map { _ in
      let (first, length) = (stream.int(below: 3), 4 + stream.int(below: 5))
      return TokenExample((0..<length).map { Int32((first + $0) % 3) }, label: Int32(first))
    }
  }()

  static func encoder(
    isCausal: Bool = false, outputs: Int? = nil, mixer: (any Layer)? = nil
  ) throws -> TokenNetwork {
    try TokenNetwork(
      vocabulary: 5, context: 9, sizes: sizes, isCausal: isCausal, outputs: outputs
    ) { _ in mixer }
  }

  @Test("an encoder finds masked tokens: below what the frequencies of tokens give")
  func masked() throws {
    // Shares from 0.3: a third of each on average; log 3 nats a masked token without looking.
    let objective = TokenLayerObjective(
      MaskedDiffusion(mask: 4, leastShare: 0.3, isStratified: true))
    let network = try LayerNetwork(Self.encoder(), objective: objective)
    let found = try Self.learned(network, ExampleBatches(Self.texts, size: 16, seed: 1), steps: 150)
    #expect(found.loss < 0.7, "\(found.loss) of 1.1")
  }

  @Test("an encoder tells the classes of texts apart: below log 3")
  func classes() throws {
    let objective = TokenLayerObjective(SequenceClass(classes: 3))
    let network = try LayerNetwork(Self.encoder(outputs: 3), objective: objective)
    let found = try Self.learned(network, ExampleBatches(Self.texts, size: 16, seed: 1), steps: 80)
    #expect(found.loss < 0.3, "\(found.loss) of 1.1")
  }

  @Test(
    "a causal network learns what comes next, by any mixer that looks back", arguments: 0..<3)
  func next(kind: Int) throws {
    let mixer: (any Layer)? =
      switch kind {
      case 1: try SelectiveScanLayer(16, states: 4)
      case 2: try LongShortTermLayer(16, width: 16)
      default: nil
      }
    // Beginnings are free: the first token is no target.
    let network = try LayerNetwork(
      Self.encoder(isCausal: true, mixer: mixer), objective: TokenLayerObjective(NextToken()))
    let found = try Self.learned(network, ExampleBatches(Self.texts, size: 8, seed: 1), steps: 60)
    #expect(found.loss < 0.1, "\(found.loss) of 1.1")
  }

  @Test("filling up changes nothing: a batch has the losses of its texts")
  func filling() throws {
    let network = try LayerNetwork(Self.encoder(), objective: TokenLayerObjective(NextToken()))
    let variables = network.parameters.map { Variable(constant: $0.value) }
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: false)
    func terms(_ batch: [TokenExample]) throws -> [Float] {
      try network.loss(of: batch, with: variables, in: context).terms.value.floats
    }
    let batch = Array(Self.texts.prefix(4))
    #expect(Set(batch.map(\.ids.count)).count > 1)
    #expect(try terms(batch) == batch.flatMap { try terms([$0]) })
  }

  static let pairs: [SequencePair] = {
    var stream = RandomStream(seed: 1, path: ["pairs"])
    return (0..<240).map { _ in
      let ids = (0..<2 + stream.int(below: 3)).map { _ in Int32(stream.int(below: 4)) }
      return SequencePair(source: ids, target: ids.reversed())
    }
  }()

  @Test("an encoder and a decoder learn to turn sequences round")
  func reverse() throws {
    let root = try SequenceToSequenceNetwork(
      sourceVocabulary: 4, targetVocabulary: 6, context: 8, sizes: Self.sizes)
    let network = try LayerNetwork(root, objective: PairObjective(begin: 4, end: 5))
    let train = Array(Self.pairs.dropLast(40))
    let found = try Self.learned(network, ExampleBatches(train, size: 16, seed: 1), steps: 300)
    // Without the source: 4 equally probable tokens, and the end after 2, 3 or 4: above 1 nat.
    #expect(found.loss < 0.4, "\(found.loss)")
    var pass = network.pass(found.trainer.parameters)
    var right = 0
    for pair in Self.pairs.suffix(40) {
      let written = try root.written(for: pair.source, begin: 4, end: 5, limit: 7, in: &pass)
      if written == pair.target { right += 1 }
    }
    #expect(right > 20, "\(right) of 40")
  }

  @Test("a decoder sees its source and its past alone, and each pair its own")
  func pairVisibility() throws {
    let root = try SequenceToSequenceNetwork(
      sourceVocabulary: 4, targetVocabulary: 6, context: 8, sizes: Self.sizes)
    let network = try LayerNetwork(root, objective: PairObjective(begin: 4, end: 5))
    let variables = network.parameters.map { Variable(constant: $0.value) }
    func terms(_ batch: [SequencePair]) throws -> [Float] {
      try network.loss(
        of: batch, with: variables,
        in: LossContext(stream: RandomStream(seed: 1), isTraining: false)
      ).terms.value.floats
    }
    let batch = [
      SequencePair(source: [0, 1], target: [1, 0, 2]),
      SequencePair(source: [3, 2, 1], target: [2]),
    ]
    let (first, second) = (try terms([batch[0]]), try terms([batch[1]]))
    #expect(try terms(batch) == first + second)
    // Another last token of the target: what was foreseen before it stays.
    let late = try terms([SequencePair(source: [0, 1], target: [1, 0, 3])])
    #expect(late[0..<2] == first[0..<2] && late[2] != first[2])
    let source = try terms([SequencePair(source: [0, 2], target: [1, 0, 2])])
    #expect(zip(source, first).allSatisfy { $0 != $1 })
  }

  /// Bars of 8 by 8 points across, down or aslant, at any place, in noise.
  static let pictures: [PictureExample] = {
    var stream = RandomStream(seed: 1, path: ["pictures"])
    return (0..<96).map { index in
      let (label, place) = (index % 3, stream.int(below: 8))
      let values = (0..<64).map { point -> Float in
        let (row, column) = (point / 8, point % 8)
        let isOn = [row, column, (row + column) % 8][label] == place
        return (isOn ? 1 : 0) + Float(0.1 * stream.normal())
      }
      return PictureExample(values, label: Int32(label))
    }
  }()

  @Test(
    "pictures are told apart by attention, by MLPs over tokens and along the grid: below log 3",
    arguments: [VisionNetwork.Mixing.attention, .mlp(inner: 16), .grid(raft: 2)])
  func vision(mixing: VisionNetwork.Mixing) throws {
    let root = try VisionNetwork(
      height: 8, width: 8, side: 2, sizes: Self.sizes, classes: 3, mixing: mixing)
    let network = try LayerNetwork(root, objective: PictureClassObjective())
    let train = Array(Self.pictures.dropLast(24))
    let found = try Self.learned(network, ExampleBatches(train, size: 12, seed: 1), steps: 100)
    let held = try found.trainer.measure([Array(Self.pictures.suffix(24))]).loss
    #expect(found.loss < 0.3 && held < 0.8, "\(found.loss), \(held) of 1.1")
  }

  @Test("heads of flows and of diffusion learn where rows lie, by their conditions")
  func heads() throws {
    // Rows at one of four places: the condition says at which.
    let rows: [LinearRegression.Pair] = (0..<64).map { index in
      .init(x: [index % 2 == 0 ? 1 : -1, index % 4 < 2 ? 0.5 : -1, 0], y: 0)
    }
    func data(_ batch: [LinearRegression.Pair]) throws -> Tensor {
      try Tensor(batch.flatMap { Array($0.x.prefix(2)) }, shape: [batch.count, 2])
    }
    func check(_ sample: Tensor, _ wanted: Tensor) {
      let apart = zip(sample.doubles, wanted.doubles).map { abs($0 - $1) }
      #expect((apart.max() ?? 1) < 0.5, "\(apart)")
    }
    let batches = try ExampleBatches(rows, size: 16, seed: 1)
    let four = try data(Array(rows.prefix(4)))
    let condition = Variable(constant: four)
    let flow = try FlowHead(2, width: 24, layers: 2, conditionWidth: 2)
    let flowNetwork = try LayerNetwork(
      flow,
      objective: CustomObjective("flow") {
        (batch: [LinearRegression.Pair], head: FlowHead, pass: inout LayerPass) throws -> LayerLoss
        in
        let rows = try Tensor(batch.flatMap { Array($0.x.prefix(2)) }, shape: [batch.count, 2])
        return try head.loss(of: rows, condition: Variable(constant: rows), in: &pass)
      })
    let flowed = try Self.learned(flowNetwork, batches, steps: 300)
    var pass = flowNetwork.pass(flowed.trainer.parameters)
    check(try flow.sample(condition: condition, steps: 16, in: &pass), four)
    let diffusion = try DiffusionHead(
      2, width: 24, layers: 2, conditionWidth: 2,
      schedule: .linear(steps: 40, from: 0.01, to: 0.3))
    let diffusionNetwork = try LayerNetwork(
      diffusion,
      objective: CustomObjective("diffusion") {
        (batch: [LinearRegression.Pair], head: DiffusionHead, pass: inout LayerPass) throws
          -> LayerLoss in
        let rows = try Tensor(batch.flatMap { Array($0.x.prefix(2)) }, shape: [batch.count, 2])
        return try head.loss(of: rows, condition: Variable(constant: rows), in: &pass)
      })
    let diffused = try Self.learned(diffusionNetwork, batches, steps: 300)
    pass = diffusionNetwork.pass(diffused.trainer.parameters)
    check(try diffusion.sample(condition: condition, steps: 20, in: &pass), four)
  }

  @Test("the same losses for 1, 2 and 3 shares and on each instance")
  func shares() throws {
    func run() throws -> [Double] {
      var losses: [Double] = []
      let masked = try LayerNetwork(
        Self.encoder(), objective: TokenLayerObjective(MaskedDiffusion(mask: 4)))
      losses += try LayerNetworkTests.trainer(
        masked, ExampleBatches(Self.texts, size: 8, seed: 1), steps: 3
      ).run().losses
      let pairs = try LayerNetwork(
        SequenceToSequenceNetwork(
          sourceVocabulary: 4, targetVocabulary: 6, context: 8, sizes: Self.sizes),
        objective: PairObjective(begin: 4, end: 5))
      losses += try LayerNetworkTests.trainer(
        pairs, ExampleBatches(Self.pairs, size: 8, seed: 1), steps: 3
      ).run().losses
      let vision = try LayerNetwork(
        VisionNetwork(
          height: 8, width: 8, side: 2, sizes: Self.sizes, classes: 3, mixing: .grid(raft: 2)),
        objective: PictureClassObjective())
      losses += try LayerNetworkTests.trainer(
        vision, ExampleBatches(Self.pictures, size: 8, seed: 1), steps: 3
      ).run().losses
      losses += try LayerNetworkTests.codebookTrainer(.average(decay: 0.8), steps: 3).run().losses
      return losses
    }
    let reference = try #require(try Machine.with(variant: Machine.variants[0], shares: 1, run))
    #expect(reference.count == 12 && reference.allSatisfy(\.isFinite))
    for variant in Machine.variants {
      for shares in 1...3 {
        #expect(try Machine.with(variant: variant, shares: shares, run) == reference)
      }
    }
  }
}
