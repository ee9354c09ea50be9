import Models
import Tensors

/// A small classifier of pictures that anybody can make again: data, sizes and course in one declaration.
public struct PictureRecipe: Sendable, Equatable {
  public let name: String
  public let summary: String
  /// How many pictures are drawn where none are given.
  public var count: Int
  public var layers: Int
  public var width: Int
  public var heads: Int
  public let patch: Int
  public var batch: Int
  public var steps: Int
  public var rate: Double
  /// About, on two cores.
  public let minutes: Double

  public static let all: [PictureRecipe] = [
    PictureRecipe(
      name: "vis-tiny", summary: "A ViT that tells handwritten digits apart, or drawn ones.",
      count: 1_797, layers: 2, width: 32, heads: 4, patch: 2, batch: 32, steps: 1_500, rate: 3e-3,
      minutes: 0.2)
  ]

  public static func named(_ name: String) -> PictureRecipe? { all.first { $0.name == name } }

  /// The recipe as a run of a scale has it.
  public func scaled(_ scale: TrainingRecipe.Scale) -> PictureRecipe {
    guard scale == .short else { return self }
    var recipe = self
    (recipe.count, recipe.layers, recipe.width, recipe.heads) = (80, 1, 16, 2)
    (recipe.batch, recipe.steps) = (8, 20)
    return recipe
  }

  /// Trains and measures.
  ///
  /// - Parameters:
  ///   - digits: real ones; drawn ones unless given.
  ///   - checkpoint: where an interrupted run left off; its file is used and left there.
  public func run(
    seed: UInt64, digits: DigitImages? = nil, checkpoint: String? = nil,
    progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> PictureTraining.Result {
    let (images, labels): (Tensor, [Int])
    if let digits {
      let count = min(count, digits.count)
      images = try digits.images(first: count)
      labels = digits.labels.prefix(count).map { Int($0) }
    } else {
      (images, labels) = try GlyphPictures(seed: seed).pictures(count)
    }
    do {
      let side = GlyphPictures.side
      let data = try PictureData(
        images.reshaped([labels.count, 1, side, side]), labels: labels.map(String.init))
      let start = try MadePictureModel(
        PictureModelSizes(layers: layers, width: width, heads: heads, side: side, patch: patch),
        labels: data.labels, fresh: .init(seed: seed))
      return try PictureTraining.run(
        .init(batch: batch, steps: steps, rate: rate, seed: seed), start: start,
        examples: data.examples, checkpoint: checkpoint, progress: progress)
    } catch { throw TrainingError(cause: error) }
  }
}
