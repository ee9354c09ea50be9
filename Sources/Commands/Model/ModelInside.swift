import Language
import Models
import Tensors

/// `model.hidden`: the states before the head.
struct ModelHidden: Command {
  static let name = "model.hidden"
  static let summary = "Compute the states behind the final norm, one row a token."
  static let searchWords = ["embedding", "representation", "features", "activations"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      #"lm = model.load "default"; model.hidden(lm, [1, 2, 3]).shape == [3, lm.width]"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    var cache = model.makeCache()
    return .tensor(try model.hidden(ids: try call[prompt].ids(for: model), cache: &cache))
  }
}

/// `model.params`: weights by their role.
struct ModelParameters: Command {
  static let name = "model.params"
  static let summary = "Count a model's weights: a table by role, or one number."
  static let searchWords = ["parameters", "size", "weights", "count"]
  static let result = ValueType.any
  static let examples = [
    Example(
      #"lm = model.load "default"; (model.params(lm) | map (r -> r.parameters) | sum) == lm.parameters"#,
      shows: "true")
  ]

  enum Grouping: String, WordParameter { case role, total }

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let by = Option("What the counts are of.", default: Grouping.role)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let total = model.parameterCount
    if try call[by] == .total { return .int(total) }
    return .table(
      Table(
        rows: ModelCost(model.network).roles.map { role in
          Record([
            ("role", .string(role.name)), ("parameters", .int(role.parameters)),
            ("share", .float(Double(role.parameters) / Double(max(total, 1)))),
          ])
        }))
  }
}

/// `model.flops`: the operations of a pass.
struct ModelFLOPs: Command {
  static let name = "model.flops"
  static let summary =
    "Count the operations of a forward pass: two for each multiply-add of matrices and attention."
  static let searchWords = ["cost", "compute", "operations"]
  static let result = ValueType.float
  static let examples = [
    Example(
      #"model.flops("default", tokens=2) > 2 * model.flops("default", tokens=1)"#, shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let tokens = Option("How many new tokens.", default: 1, in: 1...16_777_216)
  let held = Option(
    "How many tokens stand in the cache before them.", default: 0, in: 0...16_777_216)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    return .float(
      ModelCost(model.network).operations(tokens: try call[tokens], held: try call[held]))
  }
}

/// `model.bytes`: the memory of weights and cache.
struct ModelBytes: Command {
  static let name = "model.bytes"
  static let summary =
    "Measure a model's bytes: in its file, and of the keys and values of some positions."
  static let searchWords = ["memory", "size", "kv cache"]
  static let result = ValueType.record
  static let examples = [
    Example(#"model.bytes("default", tokens=16).cache > 0"#, shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let tokens = Option<Int?>(
    "For how many positions the cache is counted; the context by default.",
    in: 1...16_777_216)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let positions = try call[tokens] ?? model.contextLength
    return .record(
      Record([
        ("file", .int(model.storedBytes)), ("positions", .int(positions)),
        ("cache", .int(ModelCost(model.network).cacheBytes(positions: positions))),
      ]))
  }
}
