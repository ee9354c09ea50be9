import Files

/// How a model wants a conversation written: one of the published chat templates, written as a
/// layout and not as a program. A model's own `chat_template` (Jinja) is recognised by the digest
/// of its text; there is no Jinja here, and a text that is not known is refused.
///
/// Source: the `chat_template` fields of published `tokenizer_config.json` files; the tests compare
/// with what jinja2 renders from them.
public struct ChatTemplate: Sendable {
  /// The name it is known by, as in ``names``.
  public let name: String
  /// The text of the token that begins a text, where the layout writes one.
  public let beginning: String
  /// The text of the token that ends a text or an answer, where the layout writes one.
  public let end: String
  let layout: ChatLayout

  init(_ known: KnownChatTemplate, beginning: String?, end: String?) {
    name = known.name
    self.beginning = beginning ?? known.beginning
    self.end = end ?? known.end
    layout = known.layout(self.beginning, self.end)
  }

  /// The names of the known templates, sorted.
  public static var names: [String] { KnownChatTemplate.all.map(\.name).sorted() }

  /// The template of that name.
  ///
  /// - Parameters:
  ///   - beginning: the tokenizer's token that begins a text, if it is not the usual one.
  ///   - end: the tokenizer's token that ends a text, if it is not the usual one.
  /// - Throws: ``ModelError/unknownChatTemplate(shown:)``.
  public static func named(
    _ name: String, beginning: String? = nil, end: String? = nil
  ) throws(ModelError) -> ChatTemplate {
    guard let known = KnownChatTemplate.all.first(where: { $0.name == name }) else {
      throw .unknownChatTemplate(shown: name)
    }
    return ChatTemplate(known, beginning: beginning, end: end)
  }

  /// The template whose published text this is, or nil. A newline at the end does not count, as
  /// Jinja drops it; any other difference may be one of meaning and does.
  public static func recognised(
    fromJinja text: String, beginning: String? = nil, end: String? = nil
  ) -> ChatTemplate? {
    var bytes = Array(text.utf8)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    let digest = Digest.hexadecimal(of: bytes)
    return KnownChatTemplate.all.first { $0.digest == digest }.map {
      ChatTemplate($0, beginning: beginning, end: end)
    }
  }

  /// As ``recognised(fromJinja:beginning:end:)``, but a text that is not known is shown and refused.
  ///
  /// - Throws: ``ModelError/unknownChatTemplate(shown:)``.
  public static func reading(
    jinja text: String, beginning: String? = nil, end: String? = nil
  ) throws(ModelError) -> ChatTemplate {
    if let found = recognised(fromJinja: text, beginning: beginning, end: end) { return found }
    let shown = text.prefix(160)
    throw .unknownChatTemplate(shown: shown + (shown.endIndex < text.endIndex ? "..." : ""))
  }

  /// The conversation as the text to encode. The layout's own special tokens stand in it as text, so
  /// no token is to be added before it.
  ///
  /// - Parameter addingGenerationPrompt: whether to end with what asks for the assistant's answer;
  ///   some layouts (Llama 2, Mistral) have nothing for it.
  /// - Throws: ``ModelError/input(reason:)`` where the template refuses the roles or their order, or
  ///   would leave out a message without a word.
  /// - Complexity: O(length of the text).
  public func render(
    _ messages: [ChatMessage], addingGenerationPrompt: Bool
  ) throws(ModelError) -> String {
    do throws(ChatLayout.Refusal) {
      return try layout.text(of: messages, prompting: addingGenerationPrompt)
    } catch {
      throw .input(reason: "the chat template '\(name)' cannot write this: \(error.reason)")
    }
  }
}
