import Language
import Models
import Tracing

/// How an answer's score is shared out.
enum AttributionMethod: String, WordParameter { case gradient, integrated, direct }

/// `trace.attribute`: what each token, or each part of the model, says for an answer.
struct TraceAttribute: Command {
  static let name = "trace.attribute"
  static let summary =
    "Attribute an answer's score to the prompt's tokens by gradients, or to the model's parts."
  static let searchWords = [
    "saliency", "integrated gradients", "gradient x input", "direct logit attribution", "dla",
    "importance", "circuits",
  ]
  static let source: Source? = .arXiv(
    "1703.01365", "Axiomatic Attribution for Deep Networks", year: 2017)
  static let result = ValueType.table
  static let examples = [
    Example(#"len(trace.attribute("default", [1, 2, 3], answer=4))"#, shows: "3"),
    Example(
      #"t = trace.attribute("default", [1, 2, 3], answer=4, method=direct); total = t | map (r -> r.score) | sum; abs(total - model.logits("default", [1, 2, 3])[2, 4]) < 0.001"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let answer = Option<AnswerToken>(
    "The token whose score at the end is explained: an id, or a text of one token.")
  let against = Option<AnswerToken?>("A token whose score is taken away from it.")
  let method = Option(
    "Gradient times embedding; the same averaged on the way from zero; or what each part writes into the stream.",
    default: AttributionMethod.gradient)
  let steps = Option(
    "Steps of the integral; where the row 'rest' is not small, more are needed.", default: 32,
    in: 1...4096)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let ids = try call[prompt].ids(for: model)
    let answer = ActivationPatching.Answer(
      try call[answer].id(for: model), against: try call[against]?.id(for: model))
    let method: Attribution.Method
    switch try call[self.method] {
    case .direct: return try parts(DirectLogitAttribution(model, ids: ids, answer: answer))
    case .gradient: method = .gradient
    case .integrated: method = .integrated
    }
    let task = call.session.progress.start("attribution", total: nil)
    defer { task.finish() }
    let result = try Attribution(
      model, ids: ids, answer: answer, method: method, steps: try call[steps]
    ) { task.advance() }
    var rows = zip(ids, result.scores).enumerated().map { position, item in
      Record([
        ("position", .int(position)), ("token", .string(tokenText(item.0, model))),
        ("score", .float(item.1)),
      ])
    }
    if method == .integrated {
      // What the sum of few steps misses: large where norms divide by next to nothing near zero.
      rows.append(
        Record([("position", .null), ("token", .string("rest")), ("score", .float(result.rest))]))
    }
    return .table(Table(rows: rows))
  }

  private func parts(_ result: DirectLogitAttribution) throws -> Value {
    let rows = result.parts.map { ($0.name, $0.score) } + [("rest", result.rest)]
    return .table(
      Table(rows: rows.map { Record([("part", .string($0.0)), ("score", .float($0.1))]) }))
  }
}
