import Files

/// The weights and golden files beside the repository, where they are.
enum Assets {
  static let root: String = {
    var folder = Paths.parent(of: #filePath)
    for _ in 0..<3 { folder = Paths.parent(of: folder) }
    return folder + "/shared/assets"
  }()
  static var present: Bool { Paths.exists(root + "/models/stories260K/model.safetensors") }
  static func path(_ name: String) -> String { root + "/" + name }
  static let bothForms = ["models/stories260K", "models/stories260K/stories260K.bin"]

  /// The sentence encoder that `scripts/oracles` fetches.
  static let sentenceEncoder: String? = {
    var folder = Paths.parent(of: #filePath)
    for _ in 0..<2 { folder = Paths.parent(of: folder) }
    return [folder + "/.oracles/all-minilm-l6-v2", root + "/models/all-minilm-l6-v2"].first {
      Paths.exists($0 + "/model.safetensors")
    }
  }()

  static func golden() throws -> JSON {
    let path = path("golden/stories260K.json")
    return try JSONParser.parse(FileContents.bytes(at: path), path: path)
  }
}

extension JSON {
  var ids: [Int32] { (arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) } }
  var doubles: [Double] { (arrayValue ?? []).compactMap(\.doubleValue) }
}
