import Files
import Testing

@testable import Models

/// What jinja2 renders from the published templates (scripts/fixtures-chat).
@Suite("Chat templates") struct ChatTemplateTests {
  static func fixture() throws -> JSON {
    let path = Paths.parent(of: #filePath) + "/Fixtures/chat.json"
    return try JSONParser.parse(FileContents.bytes(at: path), path: path)
  }

  static func conversations(_ fixture: JSON) throws -> [[ChatMessage]] {
    try #require(fixture["conversations"]?.arrayValue).map { conversation in
      try #require(conversation.arrayValue).map { message in
        let parts = try #require(message.arrayValue)
        let role = try #require(parts[0].stringValue.flatMap(ChatMessage.Role.init(rawValue:)))
        return ChatMessage(role, try #require(parts[1].stringValue))
      }
    }
  }

  static let rendered = ChatTemplate.names.filter { $0 != "stablelm-2" }

  @Test("texts and refusals are those of the template", arguments: rendered)
  func agrees(name: String) throws {
    let fixture = try Self.fixture()
    let expected = try #require(fixture["templates"]?[name])
    let texts = try #require(expected["rendered"]?.arrayValue)
    let template = try ChatTemplate.named(
      name, beginning: expected["begin"]?.stringValue, end: expected["end"]?.stringValue)
    let conversations = try Self.conversations(fixture)
    try #require(texts.count == 2 * conversations.count)
    for (index, text) in texts.enumerated() {
      let conversation = conversations[index / 2]
      let found = try? template.render(conversation, addingGenerationPrompt: index % 2 == 1)
      // Gemma's template refuses a system message only if it stands first; here it always does.
      let written = conversation[0].role == .user && conversation.contains { $0.role == .system }
      let isStricter = name == "gemma" && written
      // Neither what the template refuses nor what it would drop a message of gives a text.
      let wanted = isStricter ? nil : text.stringValue
      #expect(found == wanted, "\(name), conversation \(index / 2)")
    }
  }

  @Test("the usual special tokens are those of the fixtures", arguments: rendered)
  func tokens(name: String) throws {
    let expected = try #require(try Self.fixture()["templates"]?[name])
    let template = try ChatTemplate.named(name)
    if ["<s>", "<bos>", "<|begin_of_text|>"].contains(template.beginning) {
      #expect(template.beginning == expected["begin"]?.stringValue)
    }
    #expect(template.end == expected["end"]?.stringValue)
  }

  @Test("digests are those of the published texts")
  func digests() throws {
    let templates = try Self.fixture()["templates"]
    for known in KnownChatTemplate.all where known.digest != nil {
      #expect(known.digest == templates?[known.name]?["sha256"]?.stringValue, "\(known.name)")
    }
    #expect(
      Set(KnownChatTemplate.all.compactMap(\.digest)).count == KnownChatTemplate.all.count - 2)
  }

  @Test("a text is recognised, with and without its last newline", .enabled(if: Assets.present))
  func recognises() throws {
    let path = Assets.path("tokenizers/smollm2/chat_template.jinja")
    let text = String(decoding: try FileContents.bytes(at: path), as: UTF8.self)
    #expect(ChatTemplate.recognised(fromJinja: text)?.name == "smollm2")
    #expect(ChatTemplate.recognised(fromJinja: text + "\n")?.name == "smollm2")
    #expect(ChatTemplate.recognised(fromJinja: text + " ") == nil)
    #expect(try ChatTemplate.reading(jinja: text).name == "smollm2")
  }

  @Test("what is not known is shown and refused: E0616")
  func unknown() throws {
    let text = String(repeating: "{{ messages }}", count: 20)
    let error = #expect(throws: ModelError.self) { try ChatTemplate.reading(jinja: text) }
    #expect(error == .unknownChatTemplate(shown: text.prefix(160) + "..."))
    #expect(error?.code == "E0616")
    #expect(error?.hint?.contains("chatml, deepseek") == true)
    #expect(throws: ModelError.unknownChatTemplate(shown: "gemma9")) {
      try ChatTemplate.named("gemma9")
    }
  }

  @Test("a refusal names the template and the reason")
  func refusals() throws {
    let gemma = try ChatTemplate.named("gemma")
    let system = [ChatMessage(.system, "Be short."), ChatMessage(.user, "Hi")]
    #expect(
      throws: ModelError.input(
        reason: "the chat template 'gemma' cannot write this: it has no place for a system message")
    ) { try gemma.render(system, addingGenerationPrompt: true) }
    #expect(throws: ModelError.self) { try gemma.render([], addingGenerationPrompt: true) }
  }

  @Test("another end token takes the place of the usual one")
  func otherTokens() throws {
    let messages = [ChatMessage(.user, "Hi")]
    let stable = try ChatTemplate.named("stablelm-2").render(
      messages, addingGenerationPrompt: true)
    #expect(stable == "<|user|>\nHi<|endoftext|>\n<|assistant|>\n")
    let zephyr = try ChatTemplate.named("zephyr", end: "<|endoftext|>").render(
      messages, addingGenerationPrompt: true)
    #expect(zephyr == stable)
  }
}
