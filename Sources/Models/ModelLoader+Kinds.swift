import Files
import Tokenizers

extension ModelLoader {
  /// Loads a model of any kind: decoders as ``loadTransformer(path:options:)`` does, encoders of texts and
  /// pictures, and models of several networks, from their folders; text encoders from GGUF files too.
  ///
  /// - Throws: ``ModelError``, naming file, field and numbers.
  public static func loadAny(path: String, options: Options = .init()) throws(ModelError)
    -> LoadedModel
  {
    if Paths.fileExtension(of: path) == "gguf", !Paths.isFolder(path), Paths.exists(path) {
      let file = try GGUFFile(path: path)
      if file.header.text("general.architecture") == BertFamily.ggufName {
        try options.refuseRounding(path)
        return try BertFamily.load(file, name: nameOfModel(path), options: options)
      }
    }
    let isFile = Paths.fileExtension(of: path) == "safetensors" && !Paths.isFolder(path)
    let folder = isFile ? Paths.parent(of: path) : path
    let configurationPath = Paths.join(folder, "config.json")
    if Paths.isFolder(folder), Paths.exists(configurationPath) {
      let json = try configuration(at: configurationPath)
      if let family = ModelFamilies.family(json) {
        try options.refuseRounding(configurationPath)
        if let quantization = json["quantization_config"], !quantization.isNull {
          let method = quantization["quant_method"]?.stringValue ?? "unknown"
          throw .unsupported(path: configurationPath, feature: "quantization by \(method)")
        }
        var fields = ConfigurationFields(json: json, path: configurationPath)
        fields.contextLength = options.contextLength
        return try family.load(
          CheckpointFiles(
            name: nameOfModel(path), folder: folder, fields: fields,
            source: try source(in: folder, weights: isFile ? path : nil),
            tokenizer: try tokenizer(in: folder, vocabularySize: 0),
            activations: options.activations, configuration: json.objectValue ?? []))
      }
    }
    return .language(try loadTransformer(path: path, options: options))
  }
}

extension ModelLoader {
  /// Whether a folder's configuration says that it is a network of pictures alone.
  public static func isPictureModel(_ folder: String) -> Bool {
    guard let json = try? configuration(at: Paths.join(folder, "config.json")),
      let type = json["model_type"]?.stringValue
    else { return false }
    return ViTFamily.modelTypes.contains(type)
  }
}

extension ModelLoader.Options {
  /// Only language models' weights are rounded when they are read.
  fileprivate func refuseRounding(_ path: String) throws(ModelError) {
    guard let weights else { return }
    throw .unsupported(path: path, feature: "rounding an encoder's weights to \(weights.name)")
  }
}
