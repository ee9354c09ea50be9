import Models
import Tokenizers

/// A small model that anybody can make again: data, vocabulary, sizes and course in one declaration.
///
/// All data are generated from the seed. What a recipe reaches is measured in each run, by the loss of
/// held-out data and, where answers can be checked, by the world's checker.
public struct TrainingRecipe: Sendable, Equatable {
  /// What is learned from, drawn in this number.
  public enum Data: Sendable, Equatable {
    case stories(Int)
    /// Arithmetic worked from left to right: problem and steps.
    case chains(Int)
    /// Lists of letters and what is to be done to them, tasks with one right answer.
    case lists(Int)

    public var count: Int {
      switch self {
      case .stories(let count), .chains(let count), .lists(let count): count
      }
    }

    /// The command that draws the same kind of data.
    public var command: String {
      switch self {
      case .stories: "data.stories"
      case .chains: "data.chain"
      case .lists: "data.lists"
      }
    }

    func scaled(_ count: Int) -> Data {
      switch self {
      case .stories: .stories(count)
      case .chains: .chains(count)
      case .lists: .lists(count)
      }
    }
  }

  public enum Vocabulary: Sendable, Equatable {
    /// The characters of the data.
    case characters
    /// Byte pairs, in all so many tokens.
    case pairs(Int)
  }

  public enum Objective: String, Sendable {
    case next, masked
    case anySubset = "any_subset"

    /// What is measured of a model that answers no problems.
    public var measured: String {
      switch self {
      case .next: "bits a byte"
      case .masked, .anySubset: "nats a token"
      }
    }
  }

  /// How much of a recipe is done.
  public enum Scale: String, Sendable, CaseIterable {
    case full
    /// The same steps on little data by a little network: seconds, for tests of what goes on with it.
    case short
  }

  public let name: String
  public let summary: String
  public var data: Data
  public var vocabulary: Vocabulary
  public let objective: Objective
  public var layers: Int
  public var width: Int
  public var heads: Int
  public let context: Int
  /// Windows, or problems, in a step.
  public var batch: Int
  public var steps: Int
  public var rate: Double
  /// About, on two cores.
  public let minutes: Double
  /// How many held-out problems are answered.
  public var asked = 200

  /// Whether answers are judged by a checker.
  public var hasAnswers: Bool { if case .stories = data { false } else { true } }

  /// What is measured, in words.
  public var measured: String {
    hasAnswers ? "right answers, nats a token" : objective.measured
  }

  /// All recipes, the quick ones first.
  public static let all: [TrainingRecipe] = [
    TrainingRecipe(
      name: "chain-lm", summary: "A decoder of characters that works chains of arithmetic.",
      data: .chains(40_000), vocabulary: .characters, objective: .next, layers: 6, width: 64,
      heads: 4, context: 96, batch: 64, steps: 1_250, rate: 3e-3, minutes: 4),
    TrainingRecipe(
      name: "lists-masked", summary: "A masked-diffusion model of characters that changes lists.",
      data: .lists(40_000), vocabulary: .characters, objective: .masked, layers: 4, width: 96,
      heads: 3, context: 72, batch: 32, steps: 8_000, rate: 3e-3, minutes: 10),
    TrainingRecipe(
      name: "character-lm",
      summary: "A decoder of characters that tells stories, in 0.1 million weights, for tests.",
      data: .stories(4_000), vocabulary: .characters, objective: .next, layers: 2, width: 64,
      heads: 4, context: 256, batch: 8, steps: 3_000, rate: 3e-3, minutes: 3),
    TrainingRecipe(
      name: "any-subset",
      summary: "A model of stories that foresees any tokens from any others.",
      data: .stories(6_000), vocabulary: .pairs(512), objective: .anySubset, layers: 4, width: 96,
      heads: 3, context: 64, batch: 16, steps: 2_500, rate: 3e-3, minutes: 7),
    TrainingRecipe(
      name: "lm-tiny", summary: "A decoder that tells stories, of the default model's sizes.",
      data: .stories(12_000), vocabulary: .pairs(1_024), objective: .next, layers: 4, width: 96,
      heads: 3, context: 512, batch: 2, steps: 4_000, rate: 3e-3, minutes: 6),
    TrainingRecipe(
      name: "lm-text",
      summary: "A decoder of 0.8 million weights for texts of one's own, or stories.",
      data: .stories(16_000), vocabulary: .pairs(2_048), objective: .next, layers: 4, width: 112,
      heads: 4, context: 256, batch: 8, steps: 3_000, rate: 3e-3, minutes: 11),
  ]

  public static func named(_ name: String) -> TrainingRecipe? { all.first { $0.name == name } }

  /// The recipe as a run of a scale has it.
  public func scaled(_ scale: Scale) -> TrainingRecipe {
    guard scale == .short else { return self }
    var recipe = self
    recipe.data = data.scaled(hasAnswers ? 400 : 60)
    if case .pairs = vocabulary { recipe.vocabulary = .pairs(320) }
    (recipe.layers, recipe.width, recipe.heads) = (1, 32, 2)
    (recipe.batch, recipe.steps, recipe.asked) = (2, 20, 6)
    return recipe
  }

  /// The sizes of the network for a vocabulary.
  public func sizes(vocabulary: Int) -> ModelSizes {
    var sizes = ModelSizes(
      layers: layers, width: width, heads: heads, vocabulary: vocabulary, context: context)
    sizes.isCausal = objective != .masked
    return sizes
  }
}
