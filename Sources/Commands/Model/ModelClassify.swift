import Language
import Models
import Tensors

/// `model.classify`: the classes of texts or pictures.
struct ModelClassify: Command {
  static let name = "model.classify"
  static let summary =
    "Tell which class each text or picture belongs to, by a classifier of train.classifier or train.vision."
  static let searchWords = ["predict", "label", "category", "sentiment", "image"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; rows = 1..40 | map (i -> {text: "n ${i}", label: i % 2}); c = train.classifier(t, rows, layers=1, width=8, heads=1, context=4, batch=4, steps=2).classifier; keys(model.classify(c, ["n 1", "n 2"], probabilities=true)[0])"#,
      shows: #"["text", "label", "p", "p_0", "p_1"]"#),
    Example(
      #"v = model.new(arch=vision, layers=1, width=8, heads=2, patch=4); keys(model.classify(v, data.glyphs(3, seed=1).images)[2])"#,
      shows: #"["picture", "label", "p"]"#),
  ]

  let classifier = Argument<AnyClassifier>("The classifier, or the folder of one.")
  let inputs = Argument<Value>(
    "A text, or a list of texts; or pictures, [pictures, height, width] or with channels before the height. Each becomes a row.",
    piped: true)
  let probabilities = Option(
    "Whether each class has a column p_NAME with its probability.", default: false)

  func run(_ call: Call) throws -> Value {
    let isFull = try call[probabilities]
    switch try call[classifier] {
    case .texts(let object):
      guard let texts = try [String].convert(try call[inputs], in: call) else {
        throw LanguageError.invalid(
          "a classifier of texts takes a text, or a list of texts",
          hint: "pictures go to train.vision's"
        )
        .at(call.span(of: inputs))
      }
      let said = try object.classifier.predictions(of: texts)
      return Self.table(
        said.map { ($0.label, $0.probabilities) }, of: object.classifier.labels, isFull: isFull
      ) { ("text", .string(texts[$0])) }
    case .pictures(let object):
      guard let pictures = try Pictures.convert(try call[inputs], in: call) else {
        throw LanguageError.invalid(
          "a classifier of pictures takes a tensor of them",
          hint: "data.digits and data.glyphs have images"
        )
        .at(call.span(of: inputs))
      }
      let said = try object.encoder.predictions(pixels: pictures.values)
      return Self.table(
        said.map { ($0.label, $0.probabilities) }, of: object.encoder.labels, isFull: isFull
      ) { ("picture", .int($0)) }
    }
  }

  private static func table(
    _ said: [(label: Int, probabilities: [Float])], of labels: [String], isFull: Bool,
    name: (Int) -> (String, Value)
  ) -> Value {
    .table(
      Table(
        rows: said.enumerated().map { index, prediction in
          var record = Record([
            name(index), ("label", .string(labels[prediction.label])),
            ("p", .float(Double(prediction.probabilities[prediction.label]))),
          ])
          if isFull {
            for (label, p) in zip(labels, prediction.probabilities) {
              record["p_" + label] = .float(Double(p))
            }
          }
          return record
        }))
  }
}

/// A classifier of texts or of pictures.
enum AnyClassifier: ParameterValue {
  case texts(ClassifierObject)
  case pictures(PictureModelObject)

  static var type: ValueType { .oneOf([.object("classifier"), .object("vision"), .path]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> AnyClassifier? {
    switch value {
    case .object(let object as ClassifierObject): return .texts(object)
    case .object(let object as PictureModelObject): return .pictures(object)
    case .string(let path):
      let file = try ModelObject.file(path, call.session)
      if ModelLoader.isPictureModel(file) {
        return .pictures(try PictureModelObject.load(path, call.session))
      }
      return .texts(try ClassifierObject.load(path, call.session))
    default: return nil
    }
  }
}
