import Files
import Tensors

extension LowRankAdapter {
  /// The files of a saved adapter, as the PEFT library names them.
  public static let fileNames = ["adapter_config.json", "adapter_model.safetensors"]
  private static let prefix = "base_model.model."

  /// The module that a matrix is, as adapters' files name it.
  private static func module(_ key: WeightKey, of model: TransformerModel) -> String {
    var name = key.name
    if let own = model.reading.recipes[key], own.isIdentity, model.ggufFile == nil {
      name = own.source
    } else if let usual = HuggingFaceNames.recipes(model.network)[key] {
      name = usual.source
    }
    return name.hasSuffix(".weight") ? String(name.dropLast(7)) : name
  }

  /// Writes `adapter_config.json` and `adapter_model.safetensors` in the layout of the PEFT library
  /// (github.com/huggingface/peft), f32.
  ///
  /// - Parameters:
  ///   - model: the model that the adapter is for; its tensors' names are taken.
  ///   - path: how the model was named when it was loaded.
  ///   - origin: what made the adapter, for the header.
  public func save(
    folder: String, for model: TransformerModel, path: String, origin: [JSON.Member] = []
  ) throws(ModelError) {
    try check(model.network, path: model.name)
    var modules: [String] = []
    for key in keys {
      let last = Self.module(key, of: model).split(separator: ".").last.map(String.init) ?? ""
      if !modules.contains(last) { modules.append(last) }
    }
    let configuration: JSON = .object([
      .init("peft_type", .string("LORA")), .init("task_type", .string("CAUSAL_LM")),
      .init("base_model_name_or_path", .string(path)), .init("r", .integer(rank)),
      .init("lora_alpha", .number(alpha)), .init("lora_dropout", .number(0)),
      .init("bias", .string("none")), .init("fan_in_fan_out", .bool(false)),
      .init("target_modules", .array(modules.map(JSON.string))),
      .init("inference_mode", .bool(true)),
    ])
    let record = JSON.object([.init("base_sha256", .string(try model.digest()))] + origin)
    var writer = SafetensorsWriter(metadata: [("format", "pt"), ("tessera", record.text())])
    for key in keys {
      guard let pair = pairs[key] else { continue }
      let name = Self.prefix + Self.module(key, of: model)
      try writer.add(name + ".lora_A.weight", shape: pair.a.shape, values: pair.a.floats)
      try writer.add(name + ".lora_B.weight", shape: pair.b.shape, values: pair.b.floats)
    }
    do throws(FileError) { try DurableFile.makeFolder(folder) } catch { throw .file(error) }
    // The weights first: where they cannot be written the folder is as it was.
    try writer.write(to: Paths.join(folder, Self.fileNames[1]))
    do throws(FileError) {
      try DurableFile.replace(
        Paths.join(folder, Self.fileNames[0]), with: configuration.text(pretty: true) + "\n")
    } catch { throw .file(error) }
  }

  /// Reads a folder in the layout of the PEFT library.
  ///
  /// - Throws: ``ModelError/unsupported(path:feature:)`` for adapters that are more than α / r · B A,
  ///   ``ModelError/unexpectedTensor(path:name:reason:)`` and ``ModelError/shape(path:name:expected:found:)`` for
  ///   those of another model.
  public static func load(folder: String, for model: TransformerModel) throws(ModelError)
    -> LowRankAdapter
  {
    let path = Paths.join(folder, fileNames[0])
    guard Paths.exists(path) else {
      throw .notAModel(path: folder, reason: "it has no \(fileNames[0])")
    }
    let fields = ConfigurationFields(json: try ModelLoader.configuration(at: path), path: path)
    try checkKind(fields)
    let file = try SafetensorsFile(path: Paths.join(folder, fileNames[1]))
    var names: [String: WeightKey] = [:]
    var keys: [WeightKey] = []
    for (key, shape) in model.network.weightShapes where !key.isBias && shape.count == 2 {
      names[prefix + module(key, of: model)] = key
      if file.shape(of: prefix + module(key, of: model) + ".lora_A.weight") != nil {
        keys.append(key)
      }
    }
    var parts: [WeightKey: [String: Tensor]] = [:]
    for name in file.tensorNames {
      let end = [".lora_A.weight", ".lora_B.weight"].first { name.hasSuffix($0) }
      guard let end, let key = names[String(name.dropLast(end.count))] else {
        throw .unexpectedTensor(
          path: file.path, name: name, reason: "the model '\(model.name)' has no such matrix")
      }
      parts[key, default: [:]][end] = try file.tensor(name)
    }
    var pairs: [WeightKey: Pair] = [:]
    for (key, own) in parts {
      guard let a = own[".lora_A.weight"], let b = own[".lora_B.weight"] else {
        throw .missingTensor(path: file.path, name: module(key, of: model) + ".lora_B.weight")
      }
      pairs[key] = Pair(a: a, b: b)
    }
    let rank = try fields.size("r")
    let adapter = try LowRankAdapter(
      rank: rank, alpha: try fields.number("lora_alpha", default: Double(rank)), keys: keys,
      pairs: pairs)
    guard Set(keys) == Set(pairs.keys) else {
      throw .missingTensor(path: file.path, name: "lora_A.weight")
    }
    try adapter.check(model.network, path: file.path)
    return adapter
  }

  private static func checkKind(_ fields: ConfigurationFields) throws(ModelError) {
    let kind = fields.text("peft_type") ?? "none"
    if kind != "LORA" {
      throw .unsupported(path: fields.path, feature: "adapters of the type '\(kind)'")
    }
    if let bias = fields.text("bias"), bias != "none" {
      throw .unsupported(path: fields.path, feature: "adapted biases")
    }
    for field in ["use_rslora", "use_dora", "fan_in_fan_out"]
    where try fields.flag(field, default: false) {
      throw .unsupported(path: fields.path, feature: "'\(field)'")
    }
    for field in ["rank_pattern", "alpha_pattern"]
    where fields.json[field]?.objectValue?.isEmpty == false {
      throw .unsupported(path: fields.path, feature: "'\(field)'")
    }
  }
}
