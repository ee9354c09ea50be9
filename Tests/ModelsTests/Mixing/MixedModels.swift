import Tensors
import Testing

@testable import Models

/// Models of every mixer, as tests of them share.
enum MixedModels {
  static let vocabulary = 40
  static let ids: [Int32] = [3, 9, 39, 0, 12, 12, 7, 31, 5]

  static func companion(_ mixer: TokenMixer, seed: UInt64 = 6) -> CompanionSequence? {
    switch mixer {
    case .randomSequence: .drawn(deviation: 0.3, seed: seed)
    case .fixedSequence: .tokens((0..<16).map { Int32($0 * 7 % 40) })
    default: nil
    }
  }

  static func sizes(
    _ mixer: TokenMixer, _ pattern: MixingPattern = .uniform, layers: Int = 3, heads: Int = 4,
    keyValueHeads: Int? = nil, norm: ModelSizes.Norm = .rms, seed: UInt64 = 6
  ) -> ModelSizes {
    ModelSizes(
      layers: layers, width: 24, heads: heads, keyValueHeads: keyValueHeads, mlp: 20,
      vocabulary: vocabulary, context: 16, norm: norm
    ).mixing(mixer, pattern, companion: companion(mixer, seed: seed))
  }

  static func made(_ sizes: ModelSizes, deviation: Double = 0.3) throws -> MadeModel {
    try MadeModel(sizes, fresh: InitialWeights(seed: 7, deviation: deviation), name: "made")
  }

  static func model(_ mixer: TokenMixer, _ pattern: MixingPattern = .uniform, layers: Int = 3)
    throws -> TransformerModel
  {
    try made(sizes(mixer, pattern, layers: layers)).model()
  }

  /// Scores of a pass without a cache.
  static func scores(
    _ model: TransformerModel, _ ids: [Int32], _ options: PassOptions = .init()
  ) throws -> Tensor {
    var caches: [KeyValueCache] = []
    let state = try model.run([try SequenceInput(ids: ids)], caches: &caches, options: options)
    return try model.scores(state.x).value
  }

  /// What one site holds in one layer.
  static func site(
    _ site: HookSite, layer: Int, _ model: TransformerModel, _ ids: [Int32],
    skipping: Set<Int> = []
  ) throws -> Tensor {
    let captures = HookCaptures()
    var options = PassOptions()
    options.skippedLayers = skipping
    try options.hooks.capture("layers.\(layer).\(site.rawValue)", into: captures)
    _ = try scores(model, ids, options)
    return try #require(captures.first(site, layer: layer)).value
  }
}
