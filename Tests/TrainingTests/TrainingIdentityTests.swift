import Kernels
import Tensors
import Testing

@testable import Training

/// What computes a run changes no bit of it.
@Suite("Runs on every instance and number of shares") struct TrainingIdentityTests {
  /// Larger than a block of rows in every direction that is cut, of sizes that no vector divides.
  static let shape = LlamaShape(
    vocabulary: 53, width: 36, layers: 2, heads: 3, keyValueHeads: 1, mlp: 44, context: 40)

  /// One long document, whose windows are whole segments, or many of all lengths, which see themselves only.
  static func documents(_ packed: Bool) -> [[Int32]] {
    var stream = RandomStream(seed: 4, path: ["identity"])
    let lengths = packed ? (0..<40).map { 1 + $0 % 29 } : [1000]
    return lengths.map { length in (0..<length).map { _ in Int32(1 + stream.int(below: 52)) } }
  }

  static func run(_ documents: [[Int32]]) throws -> [UInt32] {
    let trainer = try LlamaTrainer(
      shape, settings: .init(batch: 4, steps: 20, rate: 1e-2, seed: 6), documents: documents,
      marker: 0)
    var bits: [UInt32] = []
    for _ in 0..<20 {
      let report = try trainer.advance()
      bits += [report.loss.bitPattern, report.gradientNorm.bitPattern]
    }
    let end = trainer.checkpoint
    return bits + (end.parameters + end.firstMoments + end.secondMoments).map(\.bitPattern)
  }

  @Test("twenty steps end with the same parameters", arguments: [false, true])
  func twentySteps(packed: Bool) throws {
    let documents = Self.documents(packed)
    let reference = try #require(
      try Machine.with(variant: Machine.variants[0], shares: 1) { try Self.run(documents) })
    for variant in Machine.variants {
      for shares in 1...3 {
        let found = try Machine.with(variant: variant, shares: shares) { try Self.run(documents) }
        #expect(found == reference, "\(variant), \(shares) shares")
      }
    }
  }

  @Test("logits by pieces have the losses of all logits together")
  func logitsByPieces() throws {
    var wide = Self.shape
    // So many that one block of rows is held at a time.
    wide.vocabulary = LlamaNetwork.logitsHeld / LlamaNetwork.blockRows
    (wide.width, wide.heads, wide.layers) = (6, 1, 1)
    let network = try LlamaNetwork(wide)
    network.table.initialize(
      network.parameters.view, stream: RandomStream(seed: 2, path: ["pieces"]))
    let rows = LlamaNetwork.blockRows + 3
    let ids = (0..<rows).map { Int32(($0 * 977) % wide.vocabulary) }
    let batch = PackedBatch(
      inputs: ids, targets: ids.reversed(), starts: [0, 40, 80, 120, 160, rows])
    let loss = try network.lossAndGradients(batch)
    let state = try network.forward(batch)
    let losses = try FloatBuffer(rows)
    try TrainingKernels.crossEntropyGradient(
      logits: state.logits.view, targets: batch.targets, scale: 1 / Float(rows),
      losses: losses.view, width: wide.vocabulary)
    #expect(loss == Sums.sum(losses.values) * (1 / Float(rows)))
    // The head's part of the embedding's gradient, and the look-up's.
    let gradient = try network.gradient(network.table.embedding)
    for (token, column) in [(0, 0), (977, 5), (Int(ids[7]), 3)] {
      var chain: Float = 0
      var lookUp: Float = 0
      for row in 0..<rows {
        chain.addProduct(
          state.logits.view[row * wide.vocabulary + token], state.normed.view[row * 6 + column])
      }
      lookUp = network.lookUpGradient.view[token * 6 + column]
      #expect(gradient[token * 6 + column] == (chain + 0) + lookUp)
    }
  }

  @Test("more windows than a step's memory was made for are taken as well")
  func otherRows() throws {
    let network = try LlamaNetwork(Self.shape)
    network.table.initialize(
      network.parameters.view, stream: RandomStream(seed: 3, path: ["rows"]))
    func batch(_ windows: Int) -> PackedBatch {
      let ids = (0..<windows * 40).map { Int32($0 % 53) }
      return PackedBatch(
        inputs: ids, targets: ids, starts: Array(stride(from: 0, through: windows * 40, by: 40)))
    }
    let few = try network.lossAndGradients(batch(2))
    let gradients = network.gradients.values
    _ = try network.lossAndGradients(batch(5))
    #expect(try network.lossAndGradients(batch(2)) == few)
    #expect(network.gradients.values == gradients)
  }
}
