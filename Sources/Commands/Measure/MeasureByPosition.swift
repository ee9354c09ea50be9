import Language
import Measures
import Models
import Tensors
import Training

/// Where losses by position are gathered in ranges.
struct PositionOptions: ParameterGroup {
  let bins = Option<[Int]?>(
    "The first positions of ranges that are averaged over, ascending; what stands before the first is left out. Each position alone unless given."
  )
}

extension PositionMeans {
  /// The rows of a table.
  var rows: [Record] {
    places.map { place in
      Record([
        ("position", .int(place.first)), ("to", .int(place.last)), ("nll", .float(place.mean)),
        ("standard_error", .measured(place.standardError)), ("n", .int(place.values)),
      ])
    }
  }
}

/// `measure.nll_by_position`: how a model learns from what it reads.
struct MeasureNLLByPosition: Command {
  static let name = "measure.nll_by_position"
  static let summary = "Measure a model's loss at each position of texts, averaged over them."
  static let searchWords = [
    "in-context", "learning curve", "context length", "loss", "lexinvariant", "position",
  ]
  static let source: Source? = SymbolTasks.source
  static let result = ValueType.table
  static let examples = [
    Example(
      #"n = measure.nll("default", "Once upon a time"); p = measure.nll_by_position("default", "Once upon a time", bins=[1]) | first; abs(p.nll - n.mean) < 0.000001"#,
      shows: "true"),
    Example(
      #"t = tokenizer.train "abc" kind=characters special=["<|endoftext|>"]; m = model.new(t, layers=1, width=8, heads=2, context=8, input=gauss_per_sequence); measure.nll_by_position(m, ["abcab", "abc"], bos=true, draws=4) | map (r -> r.n)"#,
      shows: "[2, 2, 2, 1, 1]"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let text = Argument<[Prompt]>(
    "Texts, or lists of ids, none longer than the context; position p has p tokens before it.",
    piped: true)
  let positions = PositionOptions()
  let bos = Option<Bool?>(
    "Whether the token that begins texts stands before each; as the model's files ask unless given."
  )
  let draws = Option(
    "How many tables are drawn for each text where a model's sequences have tables of their own; with 0 it reads all by the one it has.",
    default: 1, in: 0...10_000)
  let seed = Option("Names the draws: text i has the same ones with every model.", default: 1)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].model
    let adds = try call[bos]
    let sequences = try call[text].map { try $0.ids(for: model, addingBOS: adds) }
    let task = call.session.progress.start("losses", total: sequences.count)
    defer { task.finish() }
    let result = try LossByPosition(
      model, sequences: sequences, starts: try call[positions.bins], draws: try call[draws],
      seed: UInt64(bitPattern: Int64(try call[seed]))
    ) { task.advance() }
    return .table(Table(rows: result.means.rows))
  }
}

extension Prompt {
  /// As ``ids(for:)``, with the token that begins texts in front or not, where that is said.
  func ids(for model: any LanguageModel, addingBOS: Bool?) throws -> [Int32] {
    guard let addingBOS else { return try ids(for: model) }
    var ids: [Int32]
    switch self {
    case .text(let text):
      guard let tokenizer = model.tokenizer else { throw ModelError.noTokenizer(model: model.name) }
      ids = try tokenizer.encode(text, addingBOS: false)
    case .ids: ids = try self.ids(for: model)
    }
    if addingBOS {
      guard let bos = model.bosID ?? model.eosID else {
        throw LanguageError.invalid(
          "'\(model.name)' has no token that begins texts", hint: "leave bos= out")
      }
      if ids.first != bos { ids.insert(bos, at: 0) }
    }
    return ids
  }
}

/// A source of letters where each depends on the one before it, as commands take it.
struct BigramOptions: ParameterGroup {
  let transitions = Argument<Tensor>(
    "The probability of each symbol (columns) behind each (rows).")
  let start = Option<[Double]?>("The probability of each symbol as the first; even unless given.")
  let alphabet = Option<String?>("A character a symbol; the small letters unless given.")

  func source(_ call: Call) throws -> BigramSource {
    let matrix = try call[transitions]
    guard matrix.rank == 2 else {
      throw call.wrongType(transitions, wanted: "a matrix", given: .tensor(matrix))
    }
    let (numbers, width) = (matrix.doubles, matrix.shape[1])
    return try BigramSource(
      transitions: (0..<matrix.shape[0]).map { Array(numbers[$0 * width..<($0 + 1) * width]) },
      start: try call[start], alphabet: try call[alphabet])
  }
}

/// `measure.lexinvariant_bayes`: the least loss of a predictor that does not know symbols by name.
struct MeasureLexinvariantBayes: Command {
  static let name = "measure.lexinvariant_bayes"
  static let summary =
    "Measure the loss of the best predictor that knows a source of symbols but not which symbol is which."
  static let searchWords = [
    "optimal", "permutation", "invariant", "mixture", "enumeration", "bigram", "markov",
  ]
  static let source: Source? = SymbolTasks.source
  static let result = ValueType.table
  static let examples = [
    Example(
      #"measure.lexinvariant_bayes([[0.9, 0.1], [0.2, 0.8]], ["abab", "aabb"]) | map (r -> r.nll) | first"#,
      shows: "0.6931471805599453"),
    Example(
      #"measure.lexinvariant_bayes([[1, 0], [0, 1]], "bbb") | map (r -> r.nll)"#,
      shows: "[0.6931471805599453, 0.0, 0.0]"),
  ]

  let symbols = BigramOptions()
  let text = Argument<[String]>(
    "Texts of the source's symbols; position 1 is their first symbol.", piped: true)
  let positions = PositionOptions()

  func run(_ call: Call) throws -> Value {
    let source = try symbols.source(call)
    let starts = try call[positions.bins]
    let sequences = try call[text].map { try source.sequence(of: $0) }
    let bayes = try LexinvariantBayes(source)
    let unnamed = try PositionMeans(sequences.map { try bayes.losses($0) }, starts: starts)
    let named = try PositionMeans(sequences.map { try source.losses($0) }, starts: starts)
    return .table(
      Table(
        rows: zip(unnamed.rows, named.places).map { row, named in
          var row = row
          row["named_nll"] = .float(named.mean)
          return row
        }))
  }
}
