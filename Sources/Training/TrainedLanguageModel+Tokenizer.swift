import Files
import Tokenizers

extension TrainedLanguageModel {
  /// The vocabulary's `tokenizer.json`, which asks for the marker before a text: the model has never
  /// seen a document without it.
  func tokenizerText() throws(FileError) -> String {
    let json: JSON
    let spelling: String
    do throws(TokenizerError) {
      json = try tokenizer.json()
      spelling = try tokenizer.spelling(of: marker)
    } catch {
      throw .malformed(path: "tokenizer.json", byte: nil, reason: error.message)
    }
    guard !tokenizer.addsBOS, var members = json.objectValue else { return json.text(pretty: true) }
    members = members.map {
      $0.key == "post_processor" ? JSON.Member($0.key, template(spelling)) : $0
    }
    return JSON.object(members).text(pretty: true)
  }

  private func template(_ spelling: String) -> JSON {
    let token: JSON = .object([
      .init(
        "SpecialToken",
        .object([.init("id", .string(spelling)), .init("type_id", .integer(0))]))
    ])
    func text(_ name: String) -> JSON {
      .object([
        .init(
          "Sequence", .object([.init("id", .string(name)), .init("type_id", .integer(0))]))
      ])
    }
    return .object([
      .init("type", .string("TemplateProcessing")),
      .init("single", .array([token, text("A")])),
      .init("pair", .array([token, text("A"), text("B")])),
      .init(
        "special_tokens",
        .object([
          .init(
            spelling,
            .object([
              .init("id", .string(spelling)),
              .init("ids", .array([.integer(Int(marker))])),
              .init("tokens", .array([.string(spelling)])),
            ]))
        ])),
    ])
  }
}
