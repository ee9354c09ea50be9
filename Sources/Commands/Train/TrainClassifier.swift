import Files
import Language
import Models
import Tokenizers
import Training

extension StatePooling: WordParameter {}

/// What a classifier is made from: a vocabulary, for a fresh network, or a language model.
enum ClassifierStart: ParameterValue {
  case tokenizer(TokenizerObject)
  case model(ModelObject)

  static var type: ValueType { .oneOf([.object("tokenizer"), .object("model"), .path]) }
  var defaultText: String? { nil }

  /// A path is a model's where there is a model, else a tokenizer's.
  static func convert(_ value: Value, in call: Call) throws -> ClassifierStart? {
    switch value {
    case .object(let object as TokenizerObject): return .tokenizer(object)
    case .object(let object as ModelObject): return .model(object)
    case .string(let path):
      let isNamed = NamedModel.isKnown(path)
      let isFile = ["gguf", "bin", "safetensors"].contains(Paths.fileExtension(of: path))
      if !isNamed, !isFile {
        let folder = try call.session.files.reading(path)
        if !Paths.exists(Paths.join(folder, "config.json")) {
          return .tokenizer(try TokenizerObject.load(path, kind: nil, call.session))
        }
      }
      return .model(try ModelObject.load(path, call.session))
    default: return nil
    }
  }
}

/// What a token of a classifier sees.
enum ClassifierView: String, WordParameter {
  case all, past
}

/// `train.classifier`: the classes of texts.
struct TrainClassifier: Command {
  static let name = "train.classifier"
  static let summary =
    "Train a classifier on a table of texts and labels, and measure it on texts it has not seen."
  static let searchWords = ["classify", "label", "sentiment", "fine-tune", "probe", "accuracy"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; rows = 1..40 | map (i -> {text: "n ${i}", label: i % 2}); r = train.classifier(t, rows, layers=1, width=8, heads=1, context=4, batch=4, steps=2); [r.classifier.labels, r.training_texts + r.held_out_texts]"#,
      shows: #"[["0", "1"], 40]"#)
  ]

  let base = Argument<ClassifierStart>(
    "A tokenizer, for a fresh network; or a language model, whose weights the network begins with.")
  let rows = Argument<Table>("A table with a column of texts and one of labels.", piped: true)
  let text = Option("The column of the texts.", default: ColumnName("text"))
  let label = Option("The column of the labels.", default: ColumnName("label"))
  let pooling = Option(
    "Which state the classes are read from: the mean of all, or the last.",
    default: StatePooling.mean)
  let sees = Option<ClassifierView?>(
    "Whether a token sees all of a text or what is before it; all for a fresh network, past for a model's."
  )
  let trains = Option(
    "All weights, or only the matrix of the classes.", default: ClassifierWeights.all)
  let layers = Option("How many layers a fresh network has.", default: 2, in: 1...256)
  let width = Option("Numbers a position of it has.", default: 64, in: 2...16384)
  let heads = Option("Its attention heads; they divide the width.", default: 2, in: 1...1024)
  let context = Option(
    "Its longest text, in tokens; what is behind is not read.", default: 128, in: 1...131072)
  let batch = Option("Texts in a step.", default: 16, in: 1...65536)
  let steps = Option("How many steps.", default: 300, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.003, in: 0.000001...1.0)
  let heldOut = Option(
    "The share of texts that are kept for measuring; a hash of the text decides.", default: 0.1,
    in: 0.0...0.9)
  let patience = Option<Int?>(
    "Stop after so many of twenty measurements of held-out texts without a gain.", in: 1...1000)
  let seed = Option(
    "Names the first weights, the order and what is held out.", default: 1, in: 0...)
  let out = Option<FilePath?>("The folder to save the classifier to, for model.classify.")

  enum ClassifierWeights: String, WordParameter { case all, head }

  func run(_ call: Call) throws -> Value {
    let (base, isFresh) = try start(call)
    let configuration = ClassifierTraining.Configuration(
      pooling: try call[pooling],
      isBidirectional: try call[sees].map { $0 == .all } ?? isFresh,
      trainsHeadOnly: try call[trains] == .head, batch: try call[batch], steps: try call[steps],
      rate: try call[rate], seed: UInt64(try call[seed]), heldOut: try call[heldOut],
      patience: try call[patience])
    let out = try call[out]
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let table = try call[rows]
    let texts = zip(
      try labels(table, try call[text].text), try labels(table, try call[label].text))
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let result = try ClassifierTraining.run(
      configuration, base: base, texts: texts.map { LabelledText($0, $1) }
    ) { task.advance(loss: $0.loss) }
    var object = ClassifierObject(result.classifier, path: nil)
    if let folder, let out {
      try result.classifier.save(folder: folder)
      // From its file, so that a cell's cache can have it back.
      object = try ClassifierObject.load(out.text, call.session)
    }
    return .record(Self.record(result, object))
  }

  /// What the classifier is made from, and whether its weights are fresh.
  private func start(_ call: Call) throws -> (ClassifierBase, Bool) {
    switch try call[base] {
    case .tokenizer(let object):
      let sizes = ModelSizes(
        layers: try call[layers], width: try call[width], heads: try call[heads],
        vocabulary: object.tokenizer.vocabularySize, context: try call[context])
      return (try ClassifierBase(sizes, tokenizer: object.tokenizer), true)
    case .model(let object):
      for option in [layers, width, heads, context] where call.isGiven(option) {
        throw LanguageError.invalid(
          "a classifier that begins with a model has the model's sizes",
          hint: "leave out layers, width, heads and context"
        ).at(call.span(of: option))
      }
      return (try ClassifierBase(object.transformer), false)
    }
  }

  private static func record(_ result: ClassifierTraining.Result, _ classifier: ClassifierObject)
    -> Record
  {
    func share(_ count: Int) -> Value {
      result.heldOutTexts == 0
        ? .null : .float(Double(count) / Double(result.heldOutTexts))
    }
    return Record([
      ("classifier", .object(classifier)),
      ("parameters", .int(result.classifier.parameterCount)),
      ("training_texts", .int(result.trainingTexts)),
      ("held_out_texts", .int(result.heldOutTexts)), ("accuracy", share(result.right)),
      ("commonest_accuracy", share(result.rightByCommonest)),
      ("held_out_loss", result.heldOutLoss.map(Value.float) ?? .null),
      ("losses", .list(result.losses.map(Value.float))),
      ("stopped_early", .bool(result.isStoppedEarly)),
    ])
  }
}
