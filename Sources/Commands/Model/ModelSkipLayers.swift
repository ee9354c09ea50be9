import Language
import Models

/// Some of a model's layers: by a pattern's name, or one by one.
enum LayerChoice: ParameterValue {
  case pattern(MixingPattern)
  case list([Int])

  private static let words = MixingPattern.allCases.map(\.rawValue).filter { $0 != "uniform" }

  static var type: ValueType { .oneOf([.list(of: .int), .word(words)]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> LayerChoice? {
    if case .string(let word) = value {
      return MixingPattern(rawValue: word).map(LayerChoice.pattern)
    }
    return try [Int].convert(value, in: call).map(LayerChoice.list)
  }

  func layers(of model: TransformerModel) -> Set<Int> {
    switch self {
    case .pattern(let pattern): Set(pattern.layers(of: model.network.blocks.count))
    case .list(let layers): Set(layers)
    }
  }
}

/// `model.skip_layers`: a model without some of its layers.
struct ModelSkipLayers: Command {
  static let name = "model.skip_layers"
  static let summary = "Take layers out of a model: the stream goes by them, nothing is trained."
  static let searchWords = ["remove", "drop", "prune", "depth", "ablate", "identity"]
  static let source: Source? = ModelSizeOptions.mixerSource
  static let result = ValueType.object("model")
  static let examples = [
    Example(
      #"lm = model.load "default"; model.skip_layers(lm, layers=[0]).layers == lm.layers - 1"#,
      shows: "true"),
    Example(
      #"lm = model.load "default"; all(model.logits(model.skip_layers(lm, layers=[]), [1, 2]) == model.logits(lm, [1, 2]))"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let layers = Option<LayerChoice>(
    "Which layers go: numbers from 0, or a word: odd is the first, the third and so on, top the half next to the scores, quarter every fourth, bilateral the first and the last."
  )

  func run(_ call: Call) throws -> Value {
    let object = try call[model]
    let model = try object.transformer
    let skipped = try model.skipping(try call[layers].layers(of: model))
    if skipped === model { return .object(object) }
    return .object(ModelObject(skipped, path: ModelObject.unsaved, options: object.options))
  }
}
