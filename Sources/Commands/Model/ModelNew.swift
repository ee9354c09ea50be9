import Files
import Language
import Models
import Tokenizers
import Training

extension InputMap.Kind: WordParameter {}
extension InputMap.CodeValues: WordParameter {}
extension ModelSizes.Positions: WordParameter {}
extension ModelSizes.Norm: WordParameter {}
extension TokenMixer: WordParameter {}
extension MixingPattern: WordParameter {}

/// What a model is for, which decides who sees whom.
enum NewArchitecture: String, WordParameter {
  case decoder, encoder, masked, mixer, seq2seq, vision
  case anyOrder = "any_order"
}

/// Where a new model's scores come from.
enum NewHead: String, WordParameter {
  case tied, untied
}

/// The sizes and parts of a model to be made, as several commands take them.
struct ModelSizeOptions: ParameterGroup {
  static let mixerSource = Source.arXiv(
    "2510.11602",
    "Deconstructing Attention: Investigating Design Principles for Effective Language Modeling",
    year: 2025)

  let layers = Option("How many layers.", default: 4, in: 1...256)
  let width = Option("Numbers a position has.", default: 96, in: 2...16384)
  let heads = Option("Attention heads; they divide the width.", default: 3, in: 1...1024)
  let kvHeads = Option<Int?>(
    "Heads of keys and values; as many as heads where absent.", in: 1...1024)
  let mlp = Option<Int?>(
    "The inner width of the MLP; where absent about 8/3 of the width if it is gated, 4 widths if not.",
    in: 1...65536)
  let context = Option("The longest sequence, in tokens.", default: 256, in: 2...131072)
  let positions = Option("What tokens know of their places.", default: ModelSizes.Positions.rotary)
  let norm = Option(
    "With rms the MLP is gated and nothing has biases, with layer it is plain and all have them.",
    default: ModelSizes.Norm.rms)
  let head = Option("Whether the input's table scores tokens too.", default: NewHead.tied)
  let input = Option(
    "What an id becomes: a learned table, a frozen one, its code's bits repeated over the width, or numbers drawn anew for each sequence.",
    default: InputMap.Kind.learned)
  let values = Option("What the bits of codes stand for.", default: InputMap.CodeValues.signs)
  let bits = Option<Int?>(
    "Bits a code; as many as the vocabulary needs where absent.", in: 1...62)
  let codeSeed = Option<Int?>(
    "Names what affine codes are drawn from; the seed of the weights where absent.", in: 0...)
  let drawn = Option(
    "The probability of a drawn row in place of a trained one, for input=semilex.", default: 0.2,
    in: 0.0...1.0)

  let deviation = Option(
    "The deviation of the normal numbers that matrices begin with.", default: 0.02, in: 0.0...1000.0
  )
  let scoreScale = Option<Double?>(
    "What scores are multiplied by: 1, and 1/√width of rows that are drawn for each sequence, where absent.",
    in: 0.000001...1000.0)

  let mixer = Option(
    "How tokens read of each other: by softmax attention, or by a form that stands in its place with as many weights.",
    default: TokenMixer.softmax)
  let pattern = Option(
    "Which layers keep softmax beside another mixer, counted from 1: none, every second, half of them, one, every fourth, or the first and the last.",
    default: MixingPattern.uniform)
  let fixed = Option<String?>(
    "The text whose beginning gives the queries and keys of mixer=fixed_qk; of the texts that are trained on unless given."
  )

  /// - Parameter texts: what is trained on, if anything is.
  func sizes(
    _ call: Call, tokenizer: Tokenizer, texts: [String] = [], seed: UInt64, isCausal: Bool = true
  ) throws -> ModelSizes {
    var sizes = ModelSizes(
      layers: try call[layers], width: try call[width], heads: try call[heads],
      keyValueHeads: try call[kvHeads], mlp: try call[mlp],
      vocabulary: tokenizer.vocabularySize, context: try call[context],
      positions: try call[positions], norm: try call[norm], isTied: try call[head] == .tied)
    sizes.isCausal = isCausal
    sizes.deviation = try call[deviation]
    sizes.scoreScale = try call[scoreScale].map { Float($0) }
    let mixer = try call[mixer]
    let companion = try CompanionSequence(
      of: mixer, count: sizes.context, texts: try call[fixed].map { [$0] } ?? texts,
      tokenizer: tokenizer, seed: seed)
    return sizes.mixing(mixer, try call[pattern], companion: companion)
  }

  /// The sizes of an encoder, which scores tokens where the vocabulary has one that hides others.
  func encoder(_ call: Call, tokenizer: Tokenizer) throws -> EncoderSizes {
    EncoderSizes(
      layers: try call[layers], width: try call[width], heads: try call[heads], mlp: try call[mlp],
      vocabulary: tokenizer.vocabularySize, context: try call[context],
      hasHead: (try? MaskToken.id(of: tokenizer)) != nil)
  }

  /// The sizes of an encoder and a decoder.
  func sequences(_ call: Call, tokenizer: Tokenizer) throws -> SequenceModelSizes {
    SequenceModelSizes(
      layers: try call[layers], width: try call[width], heads: try call[heads], mlp: try call[mlp],
      vocabulary: tokenizer.vocabularySize)
  }

  /// The sizes of a classifier of pictures.
  func pictures(_ call: Call, side: Int, patch: Int, channels: Int) throws -> PictureModelSizes {
    PictureModelSizes(
      layers: try call[layers], width: try call[width], heads: try call[heads], mlp: try call[mlp],
      side: side, patch: patch, channels: channels)
  }

  /// Refuses what only networks of this program's own making have.
  ///
  /// - Parameter what: has no such parts, with its article.
  func refuseParts(_ call: Call, of what: String, hasContext: Bool = true) throws {
    func refuse(_ parameter: some TypedParameter) throws {
      if call.isGiven(parameter) {
        throw LanguageError.invalid(
          "\(what) has layers, width, heads\(hasContext ? ", mlp and context" : " and mlp"), and no other parts to choose",
          hint: "leave out this option"
        ).at(call.span(of: parameter))
      }
    }
    if !hasContext { try refuse(context) }
    try refuse(kvHeads)
    try refuse(positions)
    try refuse(norm)
    try refuse(head)
    try refuse(input)
    try refuse(values)
    try refuse(bits)
    try refuse(codeSeed)
    try refuse(drawn)
    try refuse(deviation)
    try refuse(scoreScale)
    try refuse(mixer)
    try refuse(pattern)
    try refuse(fixed)
  }

  func input(_ call: Call, vocabulary: Int, seed: UInt64) throws -> InputMap {
    try InputMap(
      try call[input], vocabulary: vocabulary, values: try call[values], bits: try call[bits],
      probability: try call[drawn], seed: try call[codeSeed].map { UInt64($0) } ?? seed)
  }
}

/// `model.new`: a model with fresh weights.
struct ModelNew: Command {
  static let name = "model.new"
  static let summary = "Make a model of given sizes with fresh weights, and save it where asked."
  static let searchWords = [
    "create", "initialise", "random", "transformer", "llama", "gpt2", "mixer", "hybrid",
    "linear attention", "bert", "encoder", "t5",
  ]
  static let result = ValueType.oneOf([
    .object("model"), .object("encoder"), .object("seq2seq"),
    .object("vision"),
  ])
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; model.new(t, layers=1, width=8, heads=2, context=4).parameters"#,
      shows: "3112"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; m = model.new(t, layers=1, width=8, heads=2, context=4, input=binary); model.logits(m, "ab").shape[1]"#,
      shows: "258"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; fn made(s, c) { model.new(t, layers=1, width=18, heads=1, context=4, input=affine, seed=s, code_seed=c) }; all(model.weight(made(1, 5), "embed.weight") == model.weight(made(2, 5), "embed.weight"))"#,
      shows: "true"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; m = model.new(t, layers=4, width=12, heads=2, context=4, mixer=approximate, pattern=quarter); m.config.mixers"#,
      shows: #"["approximate", "approximate", "approximate", "softmax"]"#),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; m = model.new(t, arch=mixer, layers=2, width=12, heads=2, context=4, mixer=mlp); m.config.mixers"#,
      shows: #"["mlp", "mlp"]"#),
    Example(
      #"v = model.new(arch=vision, layers=1, width=8, heads=2, side=8, patch=4, classes=["cat", "dog"]); [v.shape, v.labels]"#,
      shows: #"[[1, 8, 8], ["cat", "dog"]]"#),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; e = model.new(t, arch=encoder, layers=1, width=8, heads=2, context=4); [e.config.model_type, e.parameters, model.embed(e, "ab").shape]"#,
      shows: #"["bert", 3000, [1, 8]]"#),
  ]

  let tokenizer = Argument<TokenizerObject?>(
    "The tokenizer, or the path of one; none for arch=vision.")
  let arch = Option(
    "A decoder sees what is before a token, a masked model all of a text; any_order is a decoder for train.any_order's vocabulary, mixer one whose mixer= is no attention; an encoder is in BERT's form, for model.embed, with scores of tokens where the vocabulary has a mask; seq2seq reads and writes in T5's form, for model.generate; vision tells pictures apart in ViT's form, for model.classify.",
    default: NewArchitecture.decoder)
  let size = ModelSizeOptions()
  let side = Option("With arch=vision: the pictures' height and width.", default: 8, in: 1...16384)
  let patch = Option(
    "With arch=vision: the height and width of the squares they are cut into.", default: 2,
    in: 1...4096)
  let channels = Option("With arch=vision: numbers a pixel has.", default: 1, in: 1...4096)
  let classes = Option(
    "With arch=vision: the classes, by number or by name.", default: PictureClasses.count(10))
  let seed = Option("Names the weights.", default: 1, in: 0...)
  let out = Option<FilePath?>("The folder to save the model to, for model.load.")

  func run(_ call: Call) throws -> Value {
    let arch = try call[arch]
    if arch == .encoder { return try encoder(call) }
    if arch == .seq2seq { return try sequences(call) }
    if arch == .vision { return try pictures(call) }
    let tokenizer = try vocabulary(call)
    // Any tokens from any others: the hidden ones need a token.
    if arch == .anyOrder { _ = try MaskToken.id(of: tokenizer) }
    if arch == .mixer, try call[size.mixer] == .softmax {
      throw LanguageError.invalid(
        "arch=mixer asks for another mixer than softmax attention",
        hint: "mixer=mlp, mixer=random_qk and the like; help model.new lists them"
      ).at(call.isGiven(size.mixer) ? call.span(of: size.mixer) : call.span(of: self.arch))
    }
    let seed = UInt64(try call[seed])
    let folder = try call[out]
    let writable = try folder.map { try ModelFolder.writable($0.text, call.session) }
    let sizes = try size.sizes(
      call, tokenizer: tokenizer, seed: seed, isCausal: arch != .masked)
    let made = try MadeModel(
      sizes, input: size.input(call, vocabulary: tokenizer.vocabularySize, seed: seed),
      fresh: .init(seed: seed, deviation: sizes.deviation))
    if let writable { try made.save(folder: writable, tokenizer: tokenizer) }
    return .object(
      ModelObject(try made.model(tokenizer: tokenizer), path: folder?.text ?? ModelObject.unsaved))
  }

  /// An encoder in BERT's form.
  private func encoder(_ call: Call) throws -> Value {
    try size.refuseParts(call, of: "an encoder in BERT's form")
    let tokenizer = try vocabulary(call)
    let folder = try call[out]
    let writable = try folder.map {
      try ModelFolder.writable($0.text, call.session, files: MadeEncoder.fileNames)
    }
    let made = try MadeEncoder(
      size.encoder(call, tokenizer: tokenizer), tokenizer: tokenizer,
      fresh: .init(seed: UInt64(try call[seed])))
    if let writable { try made.save(folder: writable) }
    return .object(EncoderObject(try made.encoder(), path: folder?.text))
  }

  private func vocabulary(_ call: Call) throws -> Tokenizer {
    if let object = try call[tokenizer] { return object.tokenizer }
    throw LanguageError.invalid(
      "a model of tokens needs a tokenizer", hint: "model.new tokenizer, or arch=vision")
  }

  /// A classifier of pictures in ViT's form.
  private func pictures(_ call: Call) throws -> Value {
    try size.refuseParts(call, of: "a model in ViT's form", hasContext: false)
    let folder = try call[out]
    let writable = try folder.map { try ModelFolder.writable($0.text, call.session) }
    let made = try MadePictureModel(
      size.pictures(
        call, side: try call[side], patch: try call[patch], channels: try call[channels]),
      labels: try call[classes].names, fresh: .init(seed: UInt64(try call[seed])))
    if let writable { try made.save(folder: writable) }
    return .object(PictureModelObject(try made.encoder(), path: folder?.text))
  }

  /// An encoder and a decoder in T5's form.
  private func sequences(_ call: Call) throws -> Value {
    try size.refuseParts(call, of: "a model in T5's form", hasContext: false)
    let tokenizer = try vocabulary(call)
    let folder = try call[out]
    let writable = try folder.map { try ModelFolder.writable($0.text, call.session) }
    let made = try MadeSequenceModel(
      size.sequences(call, tokenizer: tokenizer), tokenizer: tokenizer,
      seed: UInt64(try call[seed]))
    if let writable { try made.save(folder: writable) }
    return .object(SequenceModelObject(try made.model(), path: folder?.text))
  }
}

/// The classes of a new classifier: so many, or these.
enum PictureClasses: ParameterValue {
  case count(Int)
  case named([String])

  static var type: ValueType { .oneOf([.int, .list(of: .string)]) }
  var defaultText: String? { if case .count(let count) = self { "\(count)" } else { nil } }

  static func convert(_ value: Value, in call: Call) throws -> PictureClasses? {
    if let count = value.intValue {
      guard (2...65536).contains(count) else {
        throw LanguageError.invalid(
          "a classifier has 2 to 65536 classes, not \(count)",
          hint: "classes=10, or a list of names")
      }
      return .count(count)
    }
    return try [Value].convert(value, in: call).map { .named($0.map(\.text)) }
  }

  var names: [String] {
    switch self {
    case .count(let count): (0..<count).map(String.init)
    case .named(let names): names
    }
  }
}

/// The folder that a model is written to.
enum ModelFolder {
  /// The path to write to, once each file of a model in it may be written.
  static func writable(
    _ path: String, _ session: Session, files: [String] = TrainedLanguageModel.fileNames
  ) throws -> String {
    var folder = path
    for name in files {
      let file = try session.files.writing(Paths.join(path, name))
      if !name.contains("/") { folder = Paths.parent(of: file) }
    }
    return folder
  }
}
