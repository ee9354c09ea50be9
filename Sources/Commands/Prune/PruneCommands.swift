import Language
import Models
import Pruning

/// `prune.*`: leaving tokens out.
enum PruneCommands {
  static let all: [any Command.Type] = [PrunePrompt.self]
}

/// `prune.prompt`: the tokens that say least are dropped.
struct PrunePrompt: Command {
  static let name = "prune.prompt"
  static let summary = "Drop the tokens of a prompt that a model could have guessed best."
  static let searchWords = ["selective context", "compress", "self-information", "prompt pruning"]
  static let source: Source? = .arXiv(
    "2310.06201", "Compressing Context to Enhance Inference Efficiency of Large Language Models",
    year: 2023)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"prune.prompt("default", "Once upon a time there was a little girl.", keep=50%).share <= 0.6"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model that judges, or the path of one.")
  let text = Argument<Prompt>("The prompt: a text, tokens, or ids.", piped: true)
  let keep = Option("The share of tokens to keep.", default: 0.5, in: 0.0...1.0)
  let budget = Option<Int?>("How many tokens to keep, in place of a share.", in: 1...)
  let protect = Option("How many first tokens always stay.", default: 0, in: 0...)
  let continuation = Option(
    "A text whose likelihood is compared behind the full and the pruned prompt.", default: "")

  func run(_ call: Call) throws -> Value {
    let object = try call[model]
    let model = object.model
    let budget: TokenBudget =
      if let tokens = try call[budget] { .tokens(tokens) } else { .share(try call[keep]) }
    let result: PromptPruning
    let prompt = try call[text]
    switch prompt {
    case .text(let text):
      result = try PromptPruning(
        model, text: text, budget: budget, protected: try call[protect],
        continuation: try call[continuation])
    case .ids:
      let following = try call[continuation]
      result = try PromptPruning(
        model, prompt: try prompt.ids(for: model), budget: budget, protected: try call[protect],
        continuation: following.isEmpty ? [] : try model.ids(of: following))
    }
    return .record(record(of: result, object))
  }

  private func record(of result: PromptPruning, _ model: ModelObject) -> Record {
    var record = Record([
      ("text", result.keptText.map(Value.string) ?? .null),
      ("tokens", .object(model.tokens(result.keptIDs))),
      ("before", .int(result.ids.count)), ("after", .int(result.keptIDs.count)),
      ("share", .float(Double(result.keptIDs.count) / Double(result.ids.count))),
      ("kept", .list(result.kept.map(Value.bool))),
      ("self_information", .list(result.selfInformation.map { .float(Double($0)) })),
    ])
    if let loss = result.continuation {
      record["nats_full"] = .float(loss.full)
      record["nats_pruned"] = .float(loss.pruned)
      record["change"] = .float(loss.change)
    }
    return record
  }
}
