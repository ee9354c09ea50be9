import Files
import Glibc
import Tensors
import Testing

@testable import Models

@Suite("Models made from sizes") struct MadeModelTests {
  static let vocabulary = 40

  /// One of each format, and what only its own can say.
  static let all: [ModelSizes] = {
    func sizes(
      _ positions: ModelSizes.Positions, _ norm: ModelSizes.Norm, tied: Bool = true,
      keyValueHeads: Int? = nil, gated: Bool? = nil, bias: Bool? = nil,
      _ activation: NetworkActivation? = nil
    ) -> ModelSizes {
      ModelSizes(
        layers: 2, width: 24, heads: 4, keyValueHeads: keyValueHeads, mlp: 20,
        vocabulary: vocabulary, context: 16, positions: positions, norm: norm,
        activation: activation, isGated: gated, hasBias: bias, isTied: tied)
    }
    var both = sizes(.none, .rms)
    both.isCausal = false
    return [
      sizes(.rotary, .rms, keyValueHeads: 2), sizes(.rotary, .rms, tied: false, bias: true, .gelu),
      sizes(.learned, .layer), sizes(.learned, .layer, tied: false, .relu),
      sizes(.none, .rms), sizes(.rotary, .layer), sizes(.learned, .rms, gated: false, .squaredReLU),
      sizes(.none, .layer, bias: false, .quickGELU), both,
    ]
  }()

  static func folder() -> String {
    "/tmp/tessera-made-\(getpid())-\(UInt32.random(in: 0 ... .max))"
  }

  /// With random gains and biases, so that none is taken for another.
  static func shaken(_ made: MadeModel) throws -> MadeModel {
    var shaken = made
    for (key, value) in made.weights where value.rank == 1 {
      let stream = RandomStream(seed: 9, path: [key.name])
      shaken.weights[key] = try .normal(
        value.shape, mean: key.isBias ? 0 : 1, deviation: 0.3, stream: stream)
    }
    return shaken
  }

  @Test("formats are those that say all of it")
  func formats() {
    let expected: [ModelSizes.Format] = [
      .llama, .llama, .gpt2, .gpt2, .tessera, .tessera, .tessera, .tessera, .tessera,
    ]
    #expect(Self.all.map(\.format) == expected)
  }

  @Test("a saved model has the bits of the one in memory", arguments: 0..<9)
  func saved(kind: Int) throws {
    let made = try Self.shaken(
      MadeModel(Self.all[kind], fresh: InitialWeights(seed: 7, deviation: 0.3), name: "made"))
    let model = try made.model()
    #expect(model.network == made.network)
    #expect(model.parameterCount == made.parameterCount)
    let folder = Self.folder()
    try made.save(folder: folder)
    let loaded = try ModelLoader.loadTransformer(path: folder)
    #expect(loaded.network == made.network)
    let ids: [Int32] = [3, 9, 39, 0, 12, 12, 7]
    func scores(_ model: TransformerModel) throws -> Tensor {
      var caches: [KeyValueCache] = []
      let state = try model.run([try SequenceInput(ids: ids)], caches: &caches)
      return try model.scores(state.x).value
    }
    #expect(try scores(model) == scores(loaded))
    for (key, _) in made.network.weightShapes {
      #expect(try model.weight(key.name) == made.weights[key])
    }
    // The tape's pass too.
    let tape = Tape()
    let weights = try model.recordedWeights(on: tape)
    let state = try made.network.states(of: [try SequenceInput(ids: ids)], weights: weights)
    #expect(try made.network.scores(state.x, weights: weights).value == scores(model))
  }

  @Test("the weights are the same again, and what they should be")
  func initialWeights() throws {
    let made = try MadeModel(Self.all[2], fresh: InitialWeights(seed: 7))
    #expect(try MadeModel(Self.all[2], fresh: InitialWeights(seed: 7)).weights == made.weights)
    #expect(try MadeModel(Self.all[2], fresh: InitialWeights(seed: 8)).weights != made.weights)
    // More layers change no other weight but for the scale of what writes to the stream.
    var deeper = Self.all[2]
    deeper.layers = 3
    let other = try MadeModel(deeper, fresh: InitialWeights(seed: 7)).weights
    for (key, value) in made.weights {
      let writes = key.part == .output || key.part == .down
      #expect((other[key] == value) == (!writes || key.isBias), "\(key.name)")
      if key.isBias { #expect(value.floats.allSatisfy { $0 == 0 }) }
      if !key.isBias, value.rank == 1 { #expect(value.floats.allSatisfy { $0 == 1 }) }
      if value.rank == 2 {
        let square = value.doubles.reduce(0) { $0 + $1 * $1 } / Double(value.count)
        let wanted = writes ? 0.01 : 0.02
        #expect(abs(square.squareRoot() / wanted - 1) < 0.15, "\(key.name)")
      }
    }
  }

  @Test("a folder that cannot be written leaves what was there")
  func unwritable() throws {
    let folder = Self.folder()
    let made = try MadeModel(Self.all[0], fresh: InitialWeights(seed: 7))
    try made.save(folder: folder)
    let before = try FileContents.bytes(at: folder + "/model.safetensors", limit: 1 << 22)
    var broken = made
    broken.weights[WeightKey(.finalNorm)] = nil
    #expect(throws: ModelError.self) { try broken.save(folder: folder) }
    broken.weights[WeightKey(.finalNorm)] = try .zeros([3], .f32)
    #expect(throws: ModelError.self) { try broken.save(folder: folder) }
    broken = made
    broken.weights[WeightKey(.finalNorm)] = try .full([24], .float(1e6), .f32)
    #expect(throws: ModelError.self) { try broken.save(folder: folder, format: .f16) }
    #expect(try FileContents.bytes(at: folder + "/model.safetensors", limit: 1 << 22) == before)
    #expect(throws: ModelError.self) { try made.save(folder: folder + "/config.json/x") }
  }

  @Test("sizes that cannot be are refused")
  func refused() throws {
    func check(_ change: (inout ModelSizes) -> Void) {
      var sizes = Self.all[0]
      change(&sizes)
      #expect(throws: ModelError.self) { try MadeModel(sizes, fresh: InitialWeights(seed: 1)) }
    }
    check { $0.layers = 0 }
    check { $0.width = 0 }
    check { $0.heads = 5 }
    check { $0.heads = 0 }
    check { $0.keyValueHeads = 3 }
    check { $0.vocabulary = -1 }
    check { $0.context = 1 << 40 }
    check { $0.mlp = 0 }
    check { $0.heads = 8 }  // a head of 3 does not turn in pairs
    check { $0.epsilon = 0 }
    check { $0.scoreScale = .nan }
    check { $0.deviation = .infinity }
    check { $0.deviation = -1 }
  }

  @Test("a configuration of this program's own kind that says something else is refused")
  func configuration() throws {
    let folder = Self.folder()
    try MadeModel(Self.all[4], fresh: InitialWeights(seed: 1)).save(folder: folder)
    let path = folder + "/config.json"
    let text = String(decoding: try FileContents.bytes(at: path, limit: 1 << 20), as: UTF8.self)
    for (from, to) in [
      ("\"none\"", "\"alibi\""), ("\"rms\"", "\"batch\""), ("\"silu\"", "\"mish\""),
    ] {
      let parts = text.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
      #expect(parts.count == 2)
      try DurableFile.replace(path, with: parts.joined(separator: to))
      #expect(throws: ModelError.self) { try ModelLoader.loadTransformer(path: folder) }
    }
  }
}
