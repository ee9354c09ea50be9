import Language
import Tensors
import Training

/// `train.probe`: what features tell about classes.
struct TrainProbe: Command {
  static let name = "train.probe"
  static let summary =
    "Train a small classifier on features, such as hidden states, and measure it on groups left out."
  static let searchWords = [
    "probing", "linear probe", "mlp", "classifier", "hidden states", "decode", "diagnostic",
  ]
  static let source: Source? = .arXiv(
    "1610.01644", "Understanding intermediate layers using linear classifier probes", year: 2016)
  static let result = ValueType.record
  static let examples = [
    Example(
      "x = [[-1], [1], [-1], [1], [-1], [1], [-1], [1], [-1], [1]]; train.probe(x, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1], hidden=0, steps=50, rate=0.1).accuracy",
      shows: "1.0"),
    Example(
      "x = [[-1], [1], [-1], [1], [-1], [1]]; p = train.probe(x, [0, 1, 0, 1, 0, 1], groups=[1, 1, 2, 2, 3, 3], positions=[1, 2, 1, 2, 1, 2], hidden=0, steps=50, rate=0.1); p.by_position | map (r -> [r.position, r.n])",
      shows: "[[1, 1], [2, 1]]"),
  ]

  let features = Argument<Tensor>("A row a thing to be classified: [rows, width].")
  let labels = Argument<[Int]>("The class of each row, from 0 on.")
  let hidden = Option(
    "Units of the layer between; 0 for a linear probe.", default: 64, in: 0...65536)
  let steps = Option("How many steps.", default: 300, in: 0...1_000_000)
  let batch = Option("Rows a step learns from.", default: 128, in: 1...1_000_000)
  let rate = Option("The largest learning rate.", default: 0.003, in: 0.000001...1.0)
  let decay = Option("AdamW's weight decay.", default: 0.01, in: 0.0...1.0)
  let heldOut = Option("The share of the groups that is left out.", default: 0.2, in: 0.0...1.0)
  let groups = Option<[Int]?>(
    "Which rows belong together, such as those of a text: they are left out together. Each by itself unless given."
  )
  let positions = Option<[Int]?>("A number for each row, by which accuracies are shown.")
  let nulls = Option(
    "How many probes learn labels that were exchanged between rows.", default: 1, in: 0...1000)
  let seed = Option("Names the first weights, the groups left out and the order.", default: 1)

  func run(_ call: Call) throws -> Value {
    let configuration = Probe.Configuration(
      hidden: try call[hidden], steps: try call[steps], batch: try call[batch],
      rate: try call[rate], weightDecay: try call[decay], heldOut: try call[heldOut],
      nulls: try call[nulls], seed: UInt64(bitPattern: Int64(try call[seed])))
    let classes = try call[labels].map { Int32(clamping: $0) }
    let task = call.session.progress.start(
      "training", total: configuration.steps * (1 + configuration.nulls))
    defer { task.finish() }
    let probe = try Probe.train(
      features: try call[features], labels: classes, groups: try call[groups], configuration
    ) { loss in task.advance(detail: "loss \((loss * 1000).rounded() / 1000)") }
    let places = try call[positions]
    if let places, places.count != classes.count {
      throw TrainingError.setting(
        name: "the number of positions", value: places.count,
        reason: "there are \(classes.count) rows of features")
    }
    return .record(
      Record([
        ("accuracy", .float(probe.accuracy)), ("null_accuracy", .measured(probe.nullAccuracy)),
        ("majority", .float(probe.majority)), ("train_accuracy", .float(probe.trainingAccuracy)),
        ("classes", .int(probe.classes)), ("rows", .list(probe.rows.map(Value.int))),
        ("predicted", .list(probe.predictions.map { .int(Int($0)) })),
        ("by_position", places.map { .table(Self.table(probe.accuracy(by: $0))) } ?? .null),
      ]))
  }

  private static func table(_ accuracies: [Probe.Accuracy]) -> Table {
    Table(
      rows: accuracies.map {
        Record([
          ("position", .int($0.key)), ("accuracy", .float($0.share)), ("n", .int($0.count)),
          ("null_accuracy", .measured($0.nullShare)),
        ])
      })
  }
}
