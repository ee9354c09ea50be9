import Files
import Tokenizers

/// Loads models from disk.
public enum ModelLoader {
  /// What may be chosen about a model when it is loaded.
  public struct Options: Sendable, Equatable {
    public var activations = Activations.f32
    /// The number of positions, where the file's own is not wanted: some ways to scale rotary positions
    /// depend on it.
    public var contextLength: Int?
    /// What matrices are rounded to when they are read, as if the file had been written so.
    public var weights: GGUFTensorType?
    /// Where packed weights are kept, so that the next load maps them; nil: nowhere.
    public var packs: PackedWeightCache?

    public init(
      activations: Activations = .f32, contextLength: Int? = nil, weights: GGUFTensorType? = nil,
      packs: PackedWeightCache? = nil
    ) {
      (self.activations, self.contextLength) = (activations, contextLength)
      (self.weights, self.packs) = (weights, packs)
    }

    /// The tensors as they are wanted.
    ///
    /// - Throws: ``ModelError/unsupported(path:feature:)`` for files that store matrices turned round: their
    ///   blocks would lie across those of a written file.
    func source(_ base: any TensorSource, _ reading: ArchitectureReading) throws(ModelError)
      -> any TensorSource
    {
      guard let weights else { return base }
      var kept: Set<String> = []
      for (key, recipe) in reading.recipes {
        if recipe.isTransposed {
          throw .unsupported(
            path: base.path, feature: "rounding of matrices stored as [inputs, outputs]")
        }
        switch key.part {
        case .router, .sharedRouter, .learnedPositions, .tokenTypes, .relativeBias, .queryNorm,
          .keyNorm:
          kept.formUnion([recipe.source] + recipe.others)
        default: break
        }
      }
      return RequantizedSource(base: base, types: try .init(matrices: weights), kept: kept)
    }
  }

  /// Loads a folder (`config.json`, weights in safetensors, a tokenizer where there is one), a GGUF file,
  /// or a llama2.c checkpoint (`.bin`, a tokenizer beside it where there is one).
  ///
  /// All headers are checked completely, and against each other, before a weight is read.
  /// - Throws: ``ModelError``, naming file, field and numbers.
  public static func load(path: String, options: Options = .init()) throws(ModelError)
    -> any LanguageModel
  {
    try loadTransformer(path: path, options: options)
  }

  /// The same, with all that a transformer can do.
  public static func loadTransformer(path: String, options: Options = .init())
    throws(ModelError) -> TransformerModel
  {
    if Paths.isFolder(path) { return try loadFolder(path, options: options) }
    if !Paths.exists(path) { throw .file(.notFound(path: path)) }
    switch Paths.fileExtension(of: path) {
    case "bin": return try loadLlama2C(path, options)
    case "safetensors":
      let folder = Paths.parent(of: path)
      guard Paths.exists(Paths.join(folder, "config.json")) else {
        throw .notAModel(path: path, reason: "there is no config.json beside it")
      }
      return try loadFolder(folder, weights: path, options: options)
    case "gguf": return try loadGGUF(path, options)
    case "pt", "pth", "ckpt": throw pickle(path)
    default:
      throw .notAModel(
        path: path,
        reason: "it is neither a folder, nor a .safetensors, .gguf or llama2.c .bin file")
    }
  }

  private static func pickle(_ path: String) -> ModelError {
    .unsupported(
      path: path,
      feature: "the PyTorch pickle format (it can run any program; save the model as safetensors)")
  }

  private static func loadFolder(
    _ folder: String, weights: String? = nil, options: Options
  ) throws(ModelError) -> TransformerModel {
    let configurationPath = Paths.join(folder, "config.json")
    guard Paths.exists(configurationPath) else {
      throw .notAModel(path: folder, reason: "it has no config.json")
    }
    let json = try configuration(at: configurationPath)
    if let family = ModelFamilies.family(json) {
      throw otherKind(folder, family.kind)
    }
    let reading = try Architectures.reading(
      json: json, path: configurationPath, contextLength: options.contextLength)
    let source = try source(in: folder, weights: weights)
    let tokenizer = try tokenizer(
      in: folder, vocabularySize: reading.network.embedding.vocabularySize)
    return try TransformerModel(
      name: nameOfModel(weights ?? folder), reading: reading,
      source: try options.source(source, reading),
      activations: options.activations, tokenizer: tokenizer,
      configuration: json.objectValue ?? [], packs: options.packs)
  }

  /// What is loaded by ``loadAny(path:options:)`` alone.
  private static func otherKind(_ path: String, _ kind: String) -> ModelError {
    .input(reason: "'\(path)' holds \(kind), not a language model of text alone")
  }

  /// A file of a folder that holds an object.
  static func configuration(at path: String) throws(ModelError) -> JSON {
    do throws(FileError) {
      let bytes = try FileContents.bytes(at: path, limit: 1 << 26)
      return try JSONParser.parse(bytes, path: path, uniqueKeys: true)
    } catch { throw .file(error) }
  }

  /// The weights of a folder: one file, or several with an index.
  static func source(in folder: String, weights: String?) throws(ModelError)
    -> any TensorSource
  {
    if let weights { return try SafetensorsFile(path: weights) }
    let path = Paths.join(folder, "model.safetensors")
    if Paths.exists(path) { return try SafetensorsFile(path: path) }
    if Paths.exists(path + ".index.json") {
      return try ShardedSafetensors(path: path + ".index.json")
    }
    let old = Paths.join(folder, "pytorch_model.bin")
    if Paths.exists(old) || Paths.exists(old + ".index.json") { throw pickle(old) }
    throw .notAModel(path: folder, reason: "it has no model.safetensors")
  }

  private static func loadGGUF(_ path: String, _ options: Options) throws(ModelError)
    -> TransformerModel
  {
    let file = try GGUFFile(path: path)
    let fields = GGUFFields(file.header, source: file)
    if fields.text("general.architecture") == BertFamily.ggufName {
      throw otherKind(path, BertFamily.kind)
    }
    let reading = try Architectures.reading(gguf: fields, contextLength: options.contextLength)
    return try TransformerModel(
      name: nameOfModel(path), reading: reading, source: try options.source(file, reading),
      activations: options.activations,
      tokenizer: try tokenizer(
        of: file, vocabularySize: reading.network.embedding.vocabularySize),
      configuration: fields.shown, packs: options.packs)
  }

  /// The vocabulary in a GGUF file, or beside it.
  static func tokenizer(of file: GGUFFile, vocabularySize: Int) throws(ModelError) -> Tokenizer? {
    guard file.header["tokenizer.ggml.model"] != nil else {
      return try tokenizer(in: Paths.parent(of: file.path), vocabularySize: vocabularySize)
    }
    do throws(TokenizerError) { return try Tokenizer.load(gguf: file.header) } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
  }

  private static func loadLlama2C(_ path: String, _ options: Options) throws(ModelError)
    -> TransformerModel
  {
    let checkpoint = try Llama2CCheckpoint(path: path)
    let tokenizer = try tokenizer(
      in: Paths.parent(of: path), vocabularySize: checkpoint.network.vocabularySize)
    return try TransformerModel(
      name: nameOfModel(path), reading: checkpoint.reading,
      source: try options.source(checkpoint, checkpoint.reading),
      activations: options.activations, tokenizer: tokenizer, configuration: checkpoint.fields)
  }

  /// The tokenizer in a folder: `tokenizer.json`, `tokenizer.bin`, or `tok<vocabulary size>.bin`.
  static func tokenizer(in folder: String, vocabularySize: Int) throws(ModelError)
    -> Tokenizer?
  {
    for name in ["tokenizer.json", "tokenizer.bin", "tok\(vocabularySize).bin"] {
      let path = Paths.join(folder, name)
      guard Paths.exists(path) else { continue }
      do throws(TokenizerError) {
        // As a folder, so that its tokenizer_config.json counts.
        return try Tokenizer.load(path: name == "tokenizer.json" ? folder : path)
      } catch {
        if case .interrupted(let reason) = error { throw .interrupted(reason) }
        throw .tokenizer(error)
      }
    }
    return nil
  }

  /// `…/stories260K/` → `stories260K`, `stories260K.bin` → `stories260K`.
  static func nameOfModel(_ path: String) -> String {
    let resolved = Paths.resolved(path) ?? path
    if Paths.isFolder(path) { return Paths.name(of: resolved) }
    let name = Paths.name(of: resolved)
    if name == "model.safetensors" { return Paths.name(of: Paths.parent(of: resolved)) }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
