import Language
import Measures
import Models

/// `measure.perplexity`: a long text in windows.
struct MeasurePerplexity: Command {
  static let name = "measure.perplexity"
  static let summary =
    "Measure a model's perplexity on a text of any length, in windows of its context."
  static let searchWords = ["nll", "loss", "strided", "sliding window", "bits per byte"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"p = measure.perplexity("default", "Once upon a time there was a little girl."); n = measure.nll("default", "Once upon a time there was a little girl."); p.nats == n.nats"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let text = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let window = Option<Int?>("Tokens a window; the model's context by default.", in: 2...)
  let stride = Option<Int?>(
    "Tokens from one window to the next; a window by default. Tokens that a window before has scored only give context.",
    in: 1...)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].model
    let prompt = try call[text]
    let ids = try prompt.ids(for: model)
    var bytes: Int?
    if case .text(let text) = prompt { bytes = text.utf8.count }
    let task = call.session.progress.start("perplexity", total: ids.count)
    defer { task.finish() }
    var done = 0
    let result = try Perplexity(
      model, ids: ids, bytes: bytes, window: try call[window], stride: try call[stride]
    ) { end in
      while done < end {
        task.advance()
        done += 1
      }
    }
    return .record(
      Record([
        ("perplexity", .float(result.perplexity)), ("nats", .float(result.nats)),
        ("tokens", .int(result.tokens)), ("mean", .float(result.mean)),
        ("bytes", result.bytes.map(Value.int) ?? .null),
        ("bits_per_byte", result.bitsPerByte.map(Value.float) ?? .null),
        ("window", .int(result.window)), ("stride", .int(result.stride)),
        ("windows", .int(result.windows)),
      ]))
  }
}

/// `measure.kl`: how far one model's predictions are from another's.
struct MeasureKL: Command {
  static let name = "measure.kl"
  static let summary =
    "Measure how far a model's predictions are from a reference model's, token by token."
  static let searchWords = ["divergence", "quantization", "kullback-leibler", "agreement"]
  static let result = ValueType.record
  static let examples = [
    Example(#"measure.kl("default", "default", "Once upon a time").mean"#, shows: "0.0")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let reference = Argument<ModelObject>("The model it is compared with.")
  let text = Argument<Prompt>("A text, tokens, or ids.", piped: true)

  func run(_ call: Call) throws -> Value {
    let (model, reference) = (try call[model].model, try call[reference].model)
    let ids = try call[text].ids(for: reference)
    let result = try ModelDivergence(model, reference: reference, ids: ids)
    return .record(
      Record([
        ("mean", .float(result.mean)), ("standard_error", .float(result.standardError)),
        ("largest", .float(result.largest)), ("agreement", .float(result.agreement)),
        ("loss", .float(result.loss)), ("reference_loss", .float(result.referenceLoss)),
        ("tokens", .int(result.perPosition.count)),
        ("per_token", .list(result.perPosition.map(Value.float))),
      ]))
  }
}
