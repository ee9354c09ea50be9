import Language
import Measures
import Models
import Tensors
import Tokenizers

extension NGramOrderCounts.Matches: WordParameter {}
extension OrderTest.Statistic: WordParameter {}

extension MeasureCommands {
  /// Whether a model, or a text, comes from another model: by the order that it was trained in.
  static let provenance: [any Command.Type] = [
    MeasureDocumentLikelihood.self, MeasureProvenanceQuery.self, MeasureProvenancePartition.self,
    MeasureProvenanceReshuffle.self,
  ]
}

private let provenanceSource = Source.arXiv(
  "2510.19796", "Blackbox Model Provenance via Palimpsestic Membership Inference", year: 2025)

/// A tiny model and its documents, for examples.
private let provenanceExample =
  #"d = ["ab", "ba", "aab", "abb"]; t = tokenizer.train d vocab=258 special=["<|endoftext|>"]; r = train.ordered(t, d, layers=1, width=8, heads=2, context=8, batch=2); "#

/// Documents whose likelihood is measured.
struct DocumentTexts: ParameterGroup {
  let texts = Argument<[Prompt]>("A list of texts, tokens, or lists of ids.", piped: true)
  let prompts = Option<[Prompt]?>(
    "What stands before each text, one each; it is not scored itself.")

  func likelihoods(_ call: Call, of model: any LanguageModel) throws -> [DocumentLikelihood] {
    try DocumentLikelihood.measured(
      model, documents: try call[texts].map { try $0.documentIDs(for: model) },
      prompts: try call[prompts]?.map { try $0.documentIDs(for: model) })
  }
}

extension Prompt {
  /// Ids without BOS, which the measurement itself puts before a document.
  fileprivate func documentIDs(for model: any LanguageModel) throws -> [Int32] {
    guard case .text(let text) = self else { return try ids(for: model) }
    guard let tokenizer = model.tokenizer else { throw ModelError.noTokenizer(model: model.name) }
    return try tokenizer.encode(text)
  }
}

/// `measure.document_likelihood`: how likely a model holds each of many documents.
struct MeasureDocumentLikelihood: Command {
  static let name = "measure.document_likelihood"
  static let summary =
    "Give the mean log-probability of a token of each of many texts, in nats, behind the model's BOS or EOS token."
  static let searchWords = ["log-likelihood", "membership", "loss", "batch", "logp", "documents"]
  static let result = ValueType.list(of: .float)
  static let examples = [
    Example(
      provenanceExample + "len(measure.document_likelihood(r.model, d))", shows: "4"),
    Example(
      provenanceExample + "measure.document_likelihood(r.model, d, reference=r.model)",
      shows: "[0.0, 0.0, 0.0, 0.0]"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let documents = DocumentTexts()
  let reference = Option<ModelObject?>(
    "A model whose figures are subtracted: how hard a text is of itself.")
  let sum = Option("The sum over a text's tokens in place of their mean.", default: false)

  func run(_ call: Call) throws -> Value {
    let sums = try call[sum]
    func figures(_ model: ModelObject) throws -> [Double] {
      try documents.likelihoods(call, of: model.model).map { sums ? $0.logProbability : $0.mean }
    }
    var result = try figures(call[model])
    if let reference = try call[reference] {
      result = zip(result, try figures(reference)).map { $0 - $1 }
    }
    return .list(result.map(Value.float))
  }
}

/// What a test of order drew, as several commands take it.
struct OrderTestOptions: ParameterGroup {
  let rounds = Option(
    "How many random orders p is counted over; where there are no more than these, all are tried.",
    default: 999, in: 1...10_000_000)
  let seed = Option<Int?>("Names what is drawn; the stream of this place in the text without it.")

  func fields(_ test: OrderTest) -> [(String, Value)] {
    [
      ("correlation", .measured(test.correlation)), ("z", .measured(test.z)),
      ("p", .measured(test.p)), ("permutation_p", .measured(test.permutations.p)),
      ("rounds", .int(test.permutations.rounds)), ("exact", .bool(test.permutations.isExact)),
      ("n", .int(test.count)),
    ]
  }
}

/// `measure.provenance_query`: a model that may be asked for likelihoods.
struct MeasureProvenanceQuery: Command {
  static let name = "measure.provenance_query"
  static let summary =
    "Test whether documents, given in the order that a model was trained on them, are likelier under another the later they came."
  static let searchWords = ["palimpsest", "membership", "training order", "spearman", "ownership"]
  static let source: Source? = provenanceSource
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(
      provenanceExample + "q = measure.provenance_query(r.model, d); [q.n, q.rounds, q.exact]",
      shows: "[4, 24, true]")
  ]

  let model = Argument<ModelObject>("The model that is asked, or the path of one.")
  let documents = DocumentTexts()
  let reference = Option<ModelObject?>(
    "A model of such texts that does not know the order; its figures are subtracted.")
  let options = OrderTestOptions()

  func run(_ call: Call) throws -> Value {
    let found = try documents.likelihoods(call, of: try call[model].model)
    var figures = found.map(\.mean)
    if let reference = try call[reference] {
      let other = try documents.likelihoods(call, of: reference.model).map(\.mean)
      figures = zip(figures, other).map { $0 - $1 }
    }
    let test = try OrderTest(
      figures, rounds: call[options.rounds], stream: call.stream(call[options.seed], Self.name))
    return .record(
      Record(options.fields(test) + [("tokens", .int(found.reduce(0) { $0 + $1.tokens }))]))
  }
}

/// `measure.provenance_partition`: texts alone, and the transcript.
struct MeasureProvenancePartition: Command {
  static let name = "measure.provenance_partition"
  static let summary =
    "Test whether texts share n-grams rather with the documents that a model was trained on late."
  static let searchWords = ["palimpsest", "n-gram", "infini-gram", "training order", "text origin"]
  static let source: Source? = provenanceSource
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "a" vocab=256; measure.provenance_partition(["abcd", "abcd"], ["wxyz", "zabx", "abcy", "abcd"], tokenizer=t, longest=3).counts"#,
      shows: "[0, 0, 2, 4]")
  ]

  let texts = Argument<[String]>("The texts in question.", piped: true)
  let corpus = Argument<[String]>("The documents, in the order of training.")
  let tokenizer = Option<TokenizerObject>("The tokenizer whose tokens make n-grams.")
  let longest = Option("The longest n-gram that is looked for.", default: 8, in: 1...64)
  let matches = Option(
    "Whether all documents of a longest match count, one that is drawn, or only one that no other shares it with.",
    default: NGramOrderCounts.Matches.all)
  let statistic = Option(
    "Spearman's correlation of place and count, or the mean place of what was counted.",
    default: OrderTest.Statistic.rank)
  let options = OrderTestOptions()

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    let index = try NGramIndex(
      try call[corpus].map { try tokenizer.encode($0) }, longest: try call[longest])
    let stream = try call.stream(call[options.seed], Self.name)
    let texts = try call[texts].map { try tokenizer.encode($0) }
    let counts = try NGramOrderCounts(
      of: texts, in: index, counting: call[matches], stream: stream.child("matches"))
    let test = try OrderTest(
      counts.counts.map(Double.init), statistic: call[statistic], rounds: call[options.rounds],
      stream: stream.child("orders"))
    return .record(
      Record(
        options.fields(test) + [
          ("tokens", .int(texts.reduce(0) { $0 + $1.count })), ("places", .int(counts.places)),
          ("matched", .int(counts.matched)), ("mean_length", .measured(counts.meanLength)),
          ("mean_step", .measured(counts.meanStep)),
          ("counts", .list(counts.counts.map(Value.int))),
        ]))
  }
}

/// `measure.provenance_reshuffle`: texts alone, and models that can be trained again.
struct MeasureProvenanceReshuffle: Command {
  static let name = "measure.provenance_reshuffle"
  static let summary =
    "Test whether texts are likelier under a model than under models of other orders of its last documents."
  static let searchWords = ["palimpsest", "retrain", "training order", "text origin", "z-score"]
  static let source: Source? = provenanceSource
  static let result = ValueType.record
  static let examples = [
    Example(
      provenanceExample
        + "m = 1..3 | map (s -> train.ordered(t, d, order=s, layers=1, width=8, heads=2, context=8, batch=2).model); measure.provenance_reshuffle(r.model, d, others=m).n",
      shows: "3")
  ]

  let model = Argument<ModelObject>(
    "The model whose last documents came in their true order, or the path of one.")
  let documents = DocumentTexts()
  let others = Option<[ModelObject]>(
    "Models that had the same last documents in random orders; two or more.")

  func run(_ call: Call) throws -> Value {
    func score(_ model: any LanguageModel) throws -> Double {
      let sums = try documents.likelihoods(call, of: model).map(\.logProbability)
      return sums.reduce(0, +) / Double(max(sums.count, 1))
    }
    let own = try score(try call[model].model)
    let scores = try call[others].map { try score($0.model) }
    let test = try ReshuffleTest(score: own, others: scores)
    return .record(
      Record([
        ("score", .float(own)), ("z", .measured(test.z)), ("p", .measured(test.p)),
        ("normal_p", .measured(test.normalP)), ("rank_p", .float(test.rankP)),
        ("n", .int(test.count)), ("others", .list(scores.map(Value.float))),
      ]))
  }
}
