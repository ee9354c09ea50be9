import Language
import Models
import Plots
import Tensors
import Tracing

/// `trace.attention`: who looks at whom.
struct TraceAttention: Command {
  static let name = "trace.attention"
  static let summary = "Show a layer's attention: as a heat map of text, or as a table."
  static let searchWords = ["heads", "pattern", "heatmap", "weights"]
  static let result = ValueType.any
  static let examples = [
    Example(
      #"t = trace.attention("default", [1, 2, 3], layer=0, head=0, view=table); (t | filter (r -> r.query == 2) | map (r -> r.weight) | sum) > 0.999"#,
      shows: "true")
  ]

  enum View: String, WordParameter { case map, table }

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let layer = Option("The layer; negative ones count from the end.", default: 0)
  let head = Option<Int?>("The head; the mean of all by default.", in: 0...)
  let view = Option("A picture, or a row for each pair of tokens.", default: View.map)
  let width = Option("How many columns wide the picture is.", default: 100, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let ids = try call[prompt].ids(for: model)
    let count = model.network.blocks.count
    let asked = try call[layer]
    let layer = asked < 0 ? asked + count : asked
    guard (0..<count).contains(layer) else {
      throw call.outOfRange(self.layer, given: .int(asked), range: "\(-count) to \(count - 1)")
    }
    let trace = try Trace(model, ids: ids, patterns: ["layers.\(layer).attn_probs"])
    guard let all = trace[.attentionProbabilities, layer] else { return .null }
    let weights: Tensor
    if let head = try call[head] {
      guard head < all.shape[0] else {
        throw call.outOfRange(self.head, given: .int(head), range: "0 to \(all.shape[0] - 1)")
      }
      weights = try all.indexed([.at(head)])
    } else {
      weights = try all.reduced(.mean, axis: 0)
    }
    let values = weights.doubles
    let names = ids.enumerated().map { "\($0) \(tokenText($1, model))" }
    let rows = ids.indices
    switch try call[view] {
    case .table:
      return .table(
        Table(
          rows: rows.flatMap { query in
            rows.prefix(query + 1).map { key in
              Record([
                ("query", .int(query)), ("key", .int(key)),
                ("query_token", .string(tokenText(ids[query], model))),
                ("key_token", .string(tokenText(ids[key], model))),
                ("weight", .float(values[query * ids.count + key])),
              ])
            }
          }))
    case .map:
      let grid = Grid(
        rows: names, columns: names,
        values: rows.map { row in
          rows.map { key in key > row ? .nan : values[row * ids.count + key] }
        })
      let title =
        "layer \(layer), \(try call[head].map { "head \($0)" } ?? "mean of \(all.shape[0]) heads")"
      let options = ChartOptions(
        title: title, xLabel: "key", yLabel: "query", width: try call[width])
      return .object(ChartObject(try Chart.heatmap(grid, options: options)))
    }
  }
}
