import Language
import Models
import Tracing

/// `trace.attention_indicators`: what each head's map looks like, in a few numbers.
struct TraceAttentionIndicators: Command {
  static let name = "trace.attention_indicators"
  static let summary =
    "Describe each head's attention: entropy, concentration, diversity, sink, nearness, sizes of scores."
  static let searchWords = [
    "entropy", "frobenius", "attention sink", "locfoc", "local focus", "logits", "softmax", "heads",
  ]
  static let source: Source? = ModelSizeOptions.mixerSource
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = trace.attention_indicators "default" [1, 2, 3]; [t[0].layer, t[0].head, t[0].mixer]"#,
      shows: #"[0, 0, "softmax"]"#),
    Example(
      #"t = trace.attention_indicators "default" [1, 2, 3]; all(map(t, r -> r.entropy >= 0 and r.concentration <= 1.0001 and r.score_max >= r.score_median))"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text of any length, tokens, or ids.", piped: true)
  let window = Option(
    "Tokens that are read together; the model's context at most.", default: 128, in: 2...8192)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let indicators = try AttentionIndicators(
      model, ids: try call[prompt].ids(for: model), window: try call[window])
    return .table(
      Table(
        rows: indicators.heads.map { head in
          var record = Record([
            ("layer", .int(head.layer)), ("head", .int(head.head)),
            ("mixer", .string(model.network.blocks[head.layer].mixer.rawValue)),
            ("entropy", .float(head.entropy)), ("concentration", .float(head.concentration)),
            ("diversity", .float(indicators.diversity[head.layer] ?? 0)),
            ("sink", .float(head.sink)),
          ])
          for (back, weight) in head.near.enumerated() {
            record["local_focus_\(back)"] = weight.isNaN ? .null : .float(weight)
          }
          record["score_median"] = .float(head.scores.median)
          record["score_99"] = .float(head.scores.high)
          record["score_max"] = .float(head.scores.largest)
          return record
        }))
  }
}
