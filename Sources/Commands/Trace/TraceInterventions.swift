import Language
import Models
import Tracing

extension AblationStudy.Part: WordParameter {}
extension AblationStudy.Kind: WordParameter {}

/// `trace.ablate`: the loss without one part after another.
struct TraceAblate: Command {
  static let name = "trace.ablate"
  static let summary = "Measure a text's loss with one part of the model after another taken out."
  static let searchWords = ["knock out", "heads", "importance", "zero", "mean ablation"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"lm = model.load "default"; len(trace.ablate(lm, "Once upon a time", part=layer)) == lm.layers"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>(
    "The text whose loss is measured: a text, tokens, or ids.", piped: true)
  let part = Option("What is taken out at a time.", default: AblationStudy.Part.head)
  let kind = Option("What stands in its place.", default: AblationStudy.Kind.zero)
  let layers = Option<[Int]?>("The layers that are tried; all by default.")

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let task = call.session.progress.start("ablation", total: nil)
    defer { task.finish() }
    let study = try AblationStudy(
      model, ids: try call[prompt].ids(for: model), part: try call[part], kind: try call[kind],
      layers: try call[layers]
    ) { task.advance() }
    return .table(
      Table(
        rows: study.outcomes.map { outcome in
          var record = Record([("layer", .int(outcome.layer))])
          if let head = outcome.head { record["head"] = .int(head) }
          record["loss"] = .float(outcome.loss)
          record["change"] = .float(outcome.loss - study.loss)
          return record
        }))
  }
}

/// `trace.patch`: values of a clean run in a corrupted one.
struct TracePatch: Command {
  static let name = "trace.patch"
  static let summary = "Put values of a clean prompt's run into a corrupted one's, place by place."
  static let searchWords = ["activation patching", "causal tracing", "interchange", "circuits"]
  static let source: Source? = .arXiv(
    "2202.05262", "Locating and Editing Factual Associations in GPT", year: 2022)
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = trace.patch("default", "a brave girl named", "a brave boy named", answer=" Lily", by=layer); t | map (r -> r.recovered) | first"#,
      shows: "1.0")
  ]

  enum Grain: String, WordParameter { case position, layer, head }

  let model = Argument<ModelObject>("The model, or the path of one.")
  let clean = Argument<Prompt>("The prompt whose values are taken.")
  let corrupted = Argument<Prompt>("The prompt they are put into, with as many tokens.")
  let answer = Option<AnswerToken>(
    "The token whose score at the end is watched: an id, or a text of one token.")
  let against = Option<AnswerToken?>("A token whose score is taken away from it.")
  let at = Option("The site of each layer.", default: HookSite.streamBefore)
  let by = Option(
    "What is patched at a time: each position, whole layers, or each head.", default: Grain.position
  )
  let layers = Option<[Int]?>("The layers that are tried; all by default.")

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let (clean, corrupted) = (
      try call[clean].ids(for: model), try call[corrupted].ids(for: model)
    )
    let answer = ActivationPatching.Answer(
      try call[answer].id(for: model), against: try call[against]?.id(for: model))
    let task = call.session.progress.start("patching", total: nil)
    defer { task.finish() }
    let grain = try call[by]
    let result = try ActivationPatching(
      model, clean: clean, corrupted: corrupted, site: try call[at], answer: answer,
      layers: try call[layers], byPosition: grain == .position, byHead: grain == .head
    ) { task.advance() }
    return .table(
      Table(
        rows: result.outcomes.map { outcome in
          var record = Record([("layer", .int(outcome.layer))])
          if let position = outcome.position {
            record["position"] = .int(position)
            record["token"] = .string(tokenText(clean[position], model))
          }
          if let head = outcome.head { record["head"] = .int(head) }
          record["score"] = .float(outcome.score)
          record["recovered"] = result.recovered(outcome).map(Value.float) ?? .null
          return record
        }))
  }
}
