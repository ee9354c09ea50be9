import Language
import Models

/// `model.classify`: the classes of texts.
struct ModelClassify: Command {
  static let name = "model.classify"
  static let summary = "Tell which class each text belongs to, by a classifier of train.classifier."
  static let searchWords = ["predict", "label", "category", "sentiment"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; rows = 1..40 | map (i -> {text: "n ${i}", label: i % 2}); c = train.classifier(t, rows, layers=1, width=8, heads=1, context=4, batch=4, steps=2).classifier; keys(model.classify(c, ["n 1", "n 2"], probabilities=true)[0])"#,
      shows: #"["text", "label", "p", "p_0", "p_1"]"#)
  ]

  let classifier = Argument<ClassifierObject>("The classifier, or the folder of one.")
  let texts = Argument<[String]>("A text, or a list of texts; each becomes a row.", piped: true)
  let probabilities = Option(
    "Whether each class has a column p_NAME with its probability.", default: false)

  func run(_ call: Call) throws -> Value {
    let classifier = try call[classifier].classifier
    let (texts, isFull) = (try call[texts], try call[probabilities])
    let predictions = try classifier.predictions(of: texts)
    return .table(
      Table(
        rows: zip(texts, predictions).map { text, prediction in
          var record = Record([
            ("text", .string(text)), ("label", .string(classifier.labels[prediction.label])),
            ("p", .float(Double(prediction.probabilities[prediction.label]))),
          ])
          if isFull {
            for (label, p) in zip(classifier.labels, prediction.probabilities) {
              record["p_" + label] = .float(Double(p))
            }
          }
          return record
        }))
  }
}
