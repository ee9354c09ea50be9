import Language
import Models
import Tensors

/// `model.redraw`: another table for a sequence.
struct ModelRedraw: Command {
  static let name = "model.redraw"
  static let summary =
    "Draw another input table for a model whose sequences have tables of their own, as in training."
  static let searchWords = ["lexinvariant", "gauss_per_sequence", "semilex", "embedding", "random"]
  static let source: Source? = SymbolTasks.source
  static let isRandom = true
  static let result = ValueType.object("model")
  static let examples = [
    Example(
      #"t = tokenizer.train "ab" kind=characters special=["<|endoftext|>"]; m = model.new(t, layers=1, width=8, heads=2, context=4, input=gauss_per_sequence); [all(model.logits(model.redraw(m, seed=1), "ab") == model.logits(model.redraw(m, seed=1), "ab")), all(model.logits(m, "ab") == model.logits(model.redraw(m, seed=1), "ab"))]"#,
      shows: "[true, false]")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let seed = Option<Int?>("Names the table; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    .object(
      ModelObject(
        try call[model].transformer.drawingTable(stream: call.stream(try call[seed], Self.name)),
        path: ModelObject.unsaved))
  }
}
