import Language
import Models
import Tensors
import Tracing

/// `trace.*`: what happens inside a model.
enum TraceCommands {
  static let all: [any Command.Type] = [
    TraceSites.self, TraceCapture.self, TraceLogitLens.self, TraceAttention.self,
    TraceAttentionIndicators.self, TraceAblate.self, TracePatch.self, TraceAttribute.self,
  ]
}

extension HookSite: WordParameter {}

/// One token as the model's tokenizer spells it, with line ends and tabs as `\n` and `\t`; its number
/// without a tokenizer.
func tokenText(_ id: Int32, _ model: any LanguageModel) -> String {
  guard let bytes = try? model.tokenizer?.bytes(of: [id]) else { return String(id) }
  var text = ""
  for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
    switch scalar {
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    default: text.unicodeScalars.append(scalar)
    }
  }
  return text
}

/// An answer: an id, or a text of one token as it goes on from a prompt.
enum AnswerToken: ParameterValue {
  case id(Int32)
  case text(String)

  static var type: ValueType { .oneOf([.int, .string]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> AnswerToken? {
    switch value {
    case .string(let text): .text(text)
    case .int(let number): Int32(exactly: number).map(AnswerToken.id)
    default: nil
    }
  }

  func id(for model: any LanguageModel) throws -> Int32 {
    switch self {
    case .id(let id):
      try model.check([id])
      return id
    case .text(let text):
      guard let tokenizer = model.tokenizer else { throw ModelError.noTokenizer(model: model.name) }
      let ids = try tokenizer.encode(text, addingBOS: false)
      guard ids.count == 1, let id = ids.first else {
        throw LanguageError.invalid(
          "the answer \"\(text)\" is \(ids.count) tokens, and one is needed",
          hint: "give a shorter word, mind its leading space, or give an id")
      }
      return id
    }
  }
}

/// `trace.sites`: where one can look.
struct TraceSites: Command {
  static let name = "trace.sites"
  static let summary = "List the sites of a forward pass that can be captured or replaced."
  static let searchWords = ["hooks", "activations", "names"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"trace.sites() | filter (s -> s.per_layer) | map (s -> s.site) | first"#, shows: "resid_pre")
  ]

  func run(_ call: Call) throws -> Value {
    .table(
      Table(
        rows: HookSite.allCases.map { site in
          Record([
            ("site", .string(site.rawValue)), ("per_layer", .bool(site.isInBlocks)),
            ("name", .string(site.isInBlocks ? "layers.0.\(site.rawValue)" : site.rawValue)),
          ])
        }))
  }
}

/// `trace.capture`: values on the way.
struct TraceCapture: Command {
  static let name = "trace.capture"
  static let summary = "Run a prompt through a model and keep the values of some sites."
  static let searchWords = ["hooks", "activations", "cache", "hidden states", "residual stream"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"trace.capture("default", [1, 2, 3], at="layers.*.resid_post") | map (c -> c.name) | first"#,
      shows: "layers.0.resid_post"),
    Example(
      #"a = trace.capture("default", [1, 2, 3], at="layers.0.attn_probs") | first; abs(sum(a.value[0, 2]) - 1) < 0.00001"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let at = Option(
    "The sites by the names that trace.sites lists; * stands for any text. Several are parted by commas.",
    default: "layers.*.resid_post")

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let patterns = try call[at].split(separator: ",").map { String($0.filter { $0 != " " }) }
    if patterns.isEmpty {
      throw call.outOfRange(at, given: .string(try call[at]), range: "at least one site")
    }
    let trace = try Trace(
      model, ids: try call[prompt].ids(for: model), patterns: patterns)
    return .table(
      Table(
        rows: trace.sites.map { site in
          Record([
            ("name", .string(site.name)), ("layer", site.layer.map(Value.int) ?? .null),
            ("site", .string(site.site.rawValue)), ("value", .tensor(site.value)),
          ])
        }))
  }
}

/// `trace.logit_lens`: predictions of the layers.
struct TraceLogitLens: Command {
  static let name = "trace.logit_lens"
  static let summary = "Show what each layer's stream would predict, by the last norm and the head."
  static let searchWords = ["layers", "early exit", "nostalgebraist"]
  static let source: Source? = nil
  static let result = ValueType.table
  static let examples = [
    Example(
      #"lm = model.load "default"; len(trace.logit_lens(lm, [1, 2, 3])) == lm.layers + 1"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let position = Option(
    "The token behind which is predicted; negative ones count from the end.", default: -1)
  let top = Option("How many best tokens are shown.", default: 3, in: 1...100)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let lens = try LogitLens(
      model, ids: try call[prompt].ids(for: model), positions: [try call[position]],
      count: try call[top])
    return .table(
      Table(
        rows: lens.readings.map { reading in
          let best = reading.best.map { tokenText($0.id, model) }
          return Record([
            ("layer", reading.layer.map(Value.int) ?? .string("embed")),
            ("token", .string(best.first ?? "")),
            ("probability", .float(reading.best.first?.probability ?? 0)),
            ("others", .list(best.dropFirst().map(Value.string))),
            ("final_rank", .int(reading.finalRank)),
            ("final_probability", .float(reading.finalProbability)),
            ("entropy", .float(reading.entropy)), ("kl", .float(reading.divergence)),
          ])
        }))
  }
}
