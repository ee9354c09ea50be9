import Files
import Tokenizers

extension TransformerModel {
  /// The chat template that came with the model: in its GGUF file, or in `tokenizer_config.json`.
  ///
  /// - Throws: ``ModelError/unknownChatTemplate(shown:)`` for a text that is none of the known ones, or where
  ///   there is none.
  public func chatTemplate() throws(ModelError) -> ChatTemplate {
    let key = "tokenizer.chat_template"
    let own = configuration.first { $0.key == key }?.value.stringValue
    let beside = own == nil ? try besideText() : nil
    guard let text = own ?? beside else {
      throw .unknownChatTemplate(shown: "(the model came without one)")
    }
    func spelled(_ id: Int32?) -> String? {
      guard let id, let bytes = try? tokenizer?.bytes(of: [id]) else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
    return try ChatTemplate.reading(
      jinja: text, beginning: spelled(bosID), end: spelled(eosID))
  }

  /// The template beside the weights.
  private func besideText() throws(ModelError) -> String? {
    let folder = Paths.parent(of: sourcePath)
    do throws(FileError) {
      let single = Paths.join(folder, "chat_template.jinja")
      if Paths.exists(single) {
        return String(decoding: try FileContents.bytes(at: single, limit: 1 << 20), as: UTF8.self)
      }
      let path = Paths.join(folder, "tokenizer_config.json")
      guard Paths.exists(path) else { return nil }
      let json = try JSONParser.parse(try FileContents.bytes(at: path, limit: 1 << 26), path: path)
      return json["chat_template"]?.stringValue
    } catch { throw .file(error) }
  }
}
