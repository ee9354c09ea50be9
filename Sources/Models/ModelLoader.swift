import Files
import Tokenizers

/// Loads models from disk.
public enum ModelLoader {
  /// Loads a folder (`config.json`, `model.safetensors`, and a tokenizer where there is one) or a
  /// llama2.c checkpoint (`.bin`, a tokenizer beside it where there is one).
  ///
  /// All headers are checked completely, and against each other, before a weight is read.
  /// - Throws: ``ModelError``, naming file, field and numbers.
  public static func load(path: String) throws(ModelError) -> any LanguageModel {
    if Paths.isFolder(path) { return try loadFolder(path) }
    if !Paths.exists(path) { throw .file(.notFound(path: path)) }
    switch Paths.fileExtension(of: path) {
    case "bin": return try loadLlama2C(path)
    case "safetensors":
      let folder = Paths.parent(of: path)
      guard Paths.exists(Paths.join(folder, "config.json")) else {
        throw .notAModel(path: path, reason: "there is no config.json beside it")
      }
      return try loadFolder(folder, weights: path)
    case "gguf": throw .unsupported(path: path, feature: "the GGUF format")
    case "pt", "pth", "ckpt":
      throw .unsupported(path: path, feature: "the PyTorch pickle format (it can run any program)")
    default:
      throw .notAModel(
        path: path, reason: "it is neither a folder, nor a .safetensors, nor a llama2.c .bin file")
    }
  }

  private static func loadFolder(_ folder: String, weights: String? = nil) throws(ModelError)
    -> any LanguageModel
  {
    let configurationPath = Paths.join(folder, "config.json")
    let weightsPath = weights ?? Paths.join(folder, "model.safetensors")
    guard Paths.exists(configurationPath) else {
      throw .notAModel(path: folder, reason: "it has no config.json")
    }
    guard Paths.exists(weightsPath) else {
      if Paths.exists(weightsPath + ".index.json") {
        throw .unsupported(path: folder, feature: "weights in several files")
      }
      throw .notAModel(path: folder, reason: "it has no model.safetensors")
    }
    let json: JSON
    do throws(FileError) {
      let bytes = try FileContents.bytes(at: configurationPath, limit: 1 << 26)
      json = try JSONParser.parse(bytes, path: configurationPath, uniqueKeys: true)
    } catch { throw .file(error) }
    let network = try LlamaConfiguration(json: json, path: configurationPath)
    let file = try SafetensorsFile(path: weightsPath)
    let source = try LlamaSafetensors(file, for: network)
    let tokenizer = try tokenizer(in: folder, vocabularySize: network.vocabularySize)
    return try LlamaModel(
      name: nameOfModel(weights ?? folder), network: network,
      weights: try LlamaWeights(network, from: source), tokenizer: tokenizer,
      configuration: json.objectValue ?? [], source: file.file)
  }

  private static func loadLlama2C(_ path: String) throws(ModelError) -> any LanguageModel {
    let checkpoint = try Llama2CCheckpoint(path: path)
    let network = checkpoint.network
    let tokenizer = try tokenizer(
      in: Paths.parent(of: path), vocabularySize: network.vocabularySize)
    return try LlamaModel(
      name: nameOfModel(path), network: network,
      weights: try LlamaWeights(network, from: checkpoint), tokenizer: tokenizer,
      configuration: checkpoint.fields, source: checkpoint.file)
  }

  /// The tokenizer in a folder: `tokenizer.json`, `tokenizer.bin`, or `tok<vocabulary size>.bin`.
  private static func tokenizer(in folder: String, vocabularySize: Int) throws(ModelError)
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
  private static func nameOfModel(_ path: String) -> String {
    let resolved = Paths.resolved(path) ?? path
    if Paths.isFolder(path) { return Paths.name(of: resolved) }
    let name = Paths.name(of: resolved)
    if name == "model.safetensors" { return Paths.name(of: Paths.parent(of: resolved)) }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
