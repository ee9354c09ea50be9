import Files
import Language
import Models
import Training

extension TrainingRecipe.Scale: WordParameter {}

/// A recipe of tokens by its name.
private func recipe(_ name: String) throws -> TrainingRecipe {
  if let recipe = TrainingRecipe.named(name) { return recipe }
  let names = TrainingRecipe.all.map(\.name) + PictureRecipe.all.map(\.name)
  throw LanguageError.invalid(
    "there is no recipe '\(name)'",
    hint: Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "there are " + names.joined(separator: ", "))
}

/// `train.recipes`: what can be made again.
struct TrainRecipes: Command {
  static let name = "train.recipes"
  static let summary =
    "List the small models that train.recipe makes: data, sizes, and how good those that came along are."
  static let searchWords = ["models", "make", "reproduce", "catalogue"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"join((train.recipes() | map (r -> r.name) | sort), " ")"#,
      shows: "any-subset chain-lm character-lm lists-masked lm-text lm-tiny vis-tiny")
  ]

  func run(_ call: Call) throws -> Value {
    .table(
      Table(
        rows: try TrainingRecipe.all.map { recipe in
          let tokens: String
          switch recipe.vocabulary {
          case .characters: tokens = "characters"
          case .pairs(let size): tokens = "\(size) byte pairs"
          }
          return Record([
            ("name", .string(recipe.name)), ("what", .string(recipe.summary)),
            ("reached", try reached(recipe, call.session).map(Value.string) ?? .null),
            ("data", .string("\(recipe.data.command) \(recipe.data.count)")),
            ("tokens", .string(tokens)), ("layers", .int(recipe.layers)),
            ("width", .int(recipe.width)), ("context", .int(recipe.context)),
            ("steps", .int(recipe.steps)), ("minutes", .float(recipe.minutes)),
            ("measured", .string(recipe.measured)),
          ])
        } + PictureRecipe.all.map(Self.row)))
  }

  private static func row(_ recipe: PictureRecipe) -> Record {
    let side = GlyphPictures.side / recipe.patch
    return Record([
      ("name", .string(recipe.name)), ("what", .string(recipe.summary)), ("reached", .null),
      ("data", .string("data.digits, or data.glyphs \(recipe.count)")),
      ("tokens", .string("squares of \(recipe.patch) by \(recipe.patch)")),
      ("layers", .int(recipe.layers)), ("width", .int(recipe.width)),
      ("context", .int(1 + side * side)), ("steps", .int(recipe.steps)),
      ("minutes", .float(recipe.minutes)), ("measured", .string("right answers, nats a picture")),
    ])
  }
}

extension TrainRecipes {
  /// How good the weights are that came with the program, as their header says; nil where none came.
  private func reached(_ recipe: TrainingRecipe, _ session: Session) throws -> String? {
    guard let folder = NamedModel.reading(recipe.name, session),
      let origin = try ModelProvenance.origin(of: folder)
    else { return nil }
    func number(_ name: String) -> Double? { origin[name]?.doubleValue }
    var parts: [String] = []
    if let right = origin["right"]?.intValue, let asked = origin["asked"]?.intValue {
      parts.append("\(right) of \(asked) right")
    }
    if let bits = number("bits_per_byte") {
      parts.append("\(rounded(bits)) bits a byte")
    } else if let loss = number("held_out_loss") {
      parts.append("\(rounded(loss)) nats a token")
    }
    return parts.joined(separator: ", ")
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}

/// `train.recipe`: a small model from generated data.
struct TrainRecipe: Command {
  static let name = "train.recipe"
  static let summary =
    "Make one of the listed small models: draw its data, train it, measure what it reached."
  static let searchWords = ["reproduce", "make", "model", "chain", "lists", "stories"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"r = train.recipe("chain-lm", scale=short); [r.asked, len(r.losses)]"#, shows: "[6, 20]"),
    Example(
      #"r = train.recipe("vis-tiny", scale=short); [r.training_pictures + r.held_out_pictures, len(r.vision.labels)]"#,
      shows: "[80, 10]"),
    Example(
      #"try { train.recipe "chian-lm" } catch e { e.message }"#,
      shows: "there is no recipe 'chian-lm'"),
  ]

  let name = Argument<String>("The recipe's name; train.recipes lists them.")
  let scale = Option(
    "All of it, or a little of everything in seconds.", default: TrainingRecipe.Scale.full)
  let texts = Option<[String]?>("Texts in place of the stories that a recipe draws.")
  let steps = Option<Int?>("How many steps, in place of the recipe's.", in: 0...1_000_000_000)
  let seed = Option("Names the data, the first weights and the order.", default: 1, in: 0...)
  let checkpoint = Option<FilePath?>(
    "A file that an interrupted run goes on from, with the same result.")
  let out = Option<FilePath?>(
    "The folder to save the model to, for model.load, or for model.classify.")

  func run(_ call: Call) throws -> Value {
    if let recipe = PictureRecipe.named(try call[name]) { return try pictures(call, recipe) }
    var recipe = try recipe(try call[name]).scaled(try call[scale])
    if let steps = try call[steps] { recipe.steps = steps }
    let (out, seed) = (try call[out], UInt64(try call[seed]))
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let file = try call[checkpoint].map { try call.session.files.writing($0.text) }
    let task = call.session.progress.start("training", total: recipe.steps)
    defer { task.finish() }
    let result = try recipe.run(seed: seed, texts: try call[texts], checkpoint: file) {
      task.advance(loss: $0.loss)
    }
    if let folder { try result.save(folder: folder, recipe: recipe, seed: seed) }
    let share = Double(result.right) / Double(max(result.asked, 1))
    return .record(
      Record([
        ("model", .object(ModelObject(result.model, path: out?.text ?? ModelObject.unsaved))),
        ("parameters", .int(result.model.parameterCount)), ("tokens", .int(result.tokens)),
        ("losses", .list(result.losses.map(Value.float))),
        ("held_out_loss", result.heldOutLoss.map(Value.float) ?? .null),
        ("bits_per_byte", result.bitsPerByte.map(Value.float) ?? .null),
        ("asked", .int(result.asked)), ("right", result.asked > 0 ? .float(share) : .null),
      ]))
  }

  /// A recipe of pictures: of the installed digits, or of drawn ones.
  private func pictures(_ call: Call, _ recipe: PictureRecipe) throws -> Value {
    if call.isGiven(texts) {
      throw LanguageError.invalid(
        "'\(recipe.name)' learns pictures, not texts", hint: "leave out texts"
      ).at(call.span(of: texts))
    }
    var recipe = recipe.scaled(try call[scale])
    if let steps = try call[steps] { recipe.steps = steps }
    let out = try call[out]
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let file = try call[checkpoint].map { try call.session.files.writing($0.text) }
    let digits = try DataDigits.installed(call.session).map { try DigitImages(path: $0) }
    let task = call.session.progress.start("training", total: recipe.steps)
    defer { task.finish() }
    let result = try recipe.run(
      seed: UInt64(try call[seed]), digits: digits, checkpoint: file
    ) { task.advance(loss: $0.loss) }
    var object = PictureModelObject(result.encoder, path: nil)
    let data = digits == nil ? "glyphs" : "digits"
    if let folder, let out {
      try result.save(
        folder: folder, command: "\(Self.name) \(recipe.name) of data.\(data)")
      object = try PictureModelObject.load(out.text, call.session)
    }
    var record = TrainVision.record(result, object)
    record["data"] = .string(data)
    return .record(record)
  }
}
