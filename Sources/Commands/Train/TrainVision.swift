import Language
import Models
import Tensors
import Training

/// `train.vision`: the classes of pictures.
struct TrainVision: Command {
  static let name = "train.vision"
  static let summary =
    "Train a classifier of square pictures in ViT's form, and measure it on pictures it has not seen."
  static let searchWords = ["image", "vit", "picture", "digits", "patches", "classifier"]
  static let source: Source? = .arXiv(
    "2010.11929", "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
    year: 2020)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"d = data.glyphs(60, seed=1); r = train.vision(d.images, d.labels, patch=4, layers=1, width=8, heads=2, batch=8, steps=2); [r.training_pictures + r.held_out_pictures, len(r.vision.labels)]"#,
      shows: "[60, 10]")
  ]

  let pictures = Argument<Pictures>(
    "The pictures, [pictures, height, width] or [pictures, channels, height, width], as high as wide.",
    piped: true)
  let labels = Argument<[Value]>("The class of each.")
  let patch = Option(
    "The height and width of the squares that pictures are cut into.", default: 2, in: 1...4096)
  let layers = Option("How many layers.", default: 2, in: 1...256)
  let width = Option("Numbers a square has.", default: 32, in: 2...16384)
  let heads = Option("Attention heads; they divide the width.", default: 2, in: 1...1024)
  let mlp = Option<Int?>("The MLP's inner width; 4 widths where absent.", in: 1...65536)
  let batch = Option("Pictures in a step.", default: 32, in: 1...65536)
  let steps = Option("How many steps.", default: 500, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.002, in: 0.000001...1.0)
  let heldOut = Option(
    "The share of pictures that are kept for measuring; a hash of the picture decides.",
    default: 0.2, in: 0.0...0.9)
  let patience = Option<Int?>(
    "Stop after so many of twenty measurements of held-out pictures without a gain.", in: 1...1000)
  let seed = Option(
    "Names the first weights, the order and what is held out.", default: 1, in: 0...)
  let checkpoint = Option<FilePath?>(
    "A file that an interrupted run goes on from, with the same result.")
  let weights = Option("What numbers become in the folder.", default: SavedNumbers.f32)
  let out = Option<FilePath?>("The folder to save the classifier to, for model.classify.")

  func run(_ call: Call) throws -> Value {
    let configuration = PictureTraining.Configuration(
      batch: try call[batch], steps: try call[steps], rate: try call[rate],
      seed: UInt64(try call[seed]), heldOut: try call[heldOut], patience: try call[patience])
    let data = try PictureData(
      try call[pictures].values, labels: try call[labels].map(\.text))
    let start = try MadePictureModel(
      PictureModelSizes(
        layers: try call[layers], width: try call[width], heads: try call[heads],
        mlp: try call[mlp], side: data.side, patch: try call[patch], channels: data.channels),
      labels: data.labels, fresh: .init(seed: configuration.seed))
    let (out, file) = (try call[out], try call[checkpoint])
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let path = try file.map { try call.session.files.writing($0.text) }
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let result = try PictureTraining.run(
      configuration, start: start, examples: data.examples, checkpoint: path
    ) { task.advance(loss: $0.loss) }
    var object = PictureModelObject(result.encoder, path: nil)
    if let folder, let out {
      try result.save(folder: folder, format: try call[weights].format, command: Self.name)
      // From its file, so that a cell's cache can have it back.
      object = try PictureModelObject.load(out.text, call.session)
    }
    return .record(Self.record(result, object))
  }

  static func record(_ result: PictureTraining.Result, _ vision: PictureModelObject) -> Record {
    func share(_ count: Int) -> Value {
      result.heldOutPictures == 0 ? .null : .float(Double(count) / Double(result.heldOutPictures))
    }
    return Record([
      ("vision", .object(vision)), ("parameters", .int(result.made.parameterCount)),
      ("training_pictures", .int(result.trainingPictures)),
      ("held_out_pictures", .int(result.heldOutPictures)), ("accuracy", share(result.right)),
      ("centroid_accuracy", share(result.rightByCentroid)),
      ("commonest_accuracy", share(result.rightByCommonest)),
      ("held_out_loss", result.heldOutLoss.map(Value.float) ?? .null),
      ("losses", .list(result.losses.map(Value.float))),
      ("stopped_early", .bool(result.isStoppedEarly)),
    ])
  }
}
