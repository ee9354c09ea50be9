import Files

/// What a sentence-transformers folder asks to be done with states: `modules.json` and the pooling's own
/// configuration.
struct SentencePooling: Equatable {
  var pooling = TextPooling.mean
  var normalizes = false

  /// - Throws: ``ModelError/unsupported(path:feature:)`` for modules and poolings that are not built.
  init(folder: String?) throws(ModelError) {
    guard let folder else { return }
    let list = Paths.join(folder, "modules.json")
    guard Paths.exists(list) else {
      try readPooling(Paths.join(folder, "1_Pooling/config.json"))
      return
    }
    guard let modules = try ModelLoader.configuration(at: list).arrayValue else {
      throw .malformed(path: list, field: "document", reason: "it is not a list")
    }
    for module in modules {
      let type = module["type"]?.stringValue ?? ""
      switch type.split(separator: ".").last {
      case "Transformer": break
      case "Normalize": normalizes = true
      case "Pooling":
        let place = Paths.join(folder, module["path"]?.stringValue ?? "1_Pooling")
        try readPooling(Paths.join(place, "config.json"))
      default: throw .unsupported(path: list, feature: "the module '\(type)'")
      }
    }
  }

  private mutating func readPooling(_ path: String) throws(ModelError) {
    guard Paths.exists(path) else { return }
    let json = try ModelLoader.configuration(at: path)
    let fields = ConfigurationFields(json: json, path: path)
    let chosen = (json.objectValue ?? []).filter {
      $0.key.hasPrefix("pooling_mode_") && $0.value.boolValue == true
    }.map(\.key)
    // Newer files name the mode.
    guard let mode = chosen.first ?? fields.text("pooling_mode"), chosen.count <= 1 else {
      if chosen.isEmpty { return }
      throw .unsupported(path: path, feature: "\(chosen.count) poolings side by side")
    }
    switch mode {
    case "pooling_mode_mean_tokens", "mean": pooling = .mean
    case "pooling_mode_cls_token", "cls": pooling = .first
    case "pooling_mode_max_tokens", "max": pooling = .max
    default: throw .unsupported(path: path, feature: "the pooling '\(mode)'")
    }
  }

  /// Writes `modules.json` and the pooling's configuration into a folder, as sentence-transformers reads them.
  ///
  /// - Throws: ``FileError``.
  func write(folder: String, width: Int) throws(FileError) {
    func module(_ index: Int, _ path: String, _ type: String) -> JSON {
      .object([
        .init("idx", .integer(index)), .init("name", .string("\(index)")),
        .init("path", .string(path)),
        .init("type", .string("sentence_transformers.models.\(type)")),
      ])
    }
    var modules = [module(0, "", "Transformer"), module(1, "1_Pooling", "Pooling")]
    if normalizes { modules.append(module(2, "2_Normalize", "Normalize")) }
    let place = Paths.join(folder, "1_Pooling")
    try DurableFile.makeFolder(place)
    let modes: [(String, TextPooling)] = [
      ("cls_token", .first), ("mean_tokens", .mean), ("max_tokens", .max),
    ]
    let configuration = JSON.object(
      [.init("word_embedding_dimension", .integer(width))]
        + modes.map { .init("pooling_mode_\($0.0)", .bool($0.1 == pooling)) })
    try DurableFile.replace(
      Paths.join(place, "config.json"), with: configuration.text(pretty: true) + "\n")
    try DurableFile.replace(
      Paths.join(folder, "modules.json"), with: JSON.array(modules).text(pretty: true) + "\n")
  }
}
