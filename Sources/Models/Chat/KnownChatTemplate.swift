/// A published chat template: the digest of its text, its usual special tokens and its layout.
struct KnownChatTemplate: Sendable {
  let name: String
  /// SHA-256 of the published text without a newline at its end; nil if only the name is known.
  let digest: String?
  let beginning: String
  let end: String
  let layout: @Sendable (_ beginning: String, _ end: String) -> ChatLayout

  static let all: [KnownChatTemplate] = markup + llama + mistral + plain

  /// Each message between markers, the system's like the others.
  private static let markup: [KnownChatTemplate] = [
    KnownChatTemplate(
      name: "chatml", digest: "fcf7a096fe99a48fd9ad2b250bf9237e96e8f48bffec1c7ea4d3f225176cd40e",
      beginning: "", end: "<|im_end|>"
    ) { _, _ in chatML(asking: nil) },
    KnownChatTemplate(
      name: "smollm2", digest: "872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788",
      beginning: "", end: "<|im_end|>"
    ) { _, _ in
      chatML(asking: "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
    },
    KnownChatTemplate(
      name: "qwen2.5", digest: "55b2f4a26ac9ee719330a61a0c39d9e538b0e9322212f048326318cff4f8674a",
      beginning: "", end: "<|im_end|>"
    ) { _, _ in
      chatML(asking: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.")
    },
    KnownChatTemplate(
      name: "phi-3", digest: "78d976a442bcde2f0be15aafbb8e3050e1104f86732266f68403251b89982a90",
      beginning: "<s>", end: "<|endoftext|>"
    ) { _, end in
      var layout = angled(after: "<|end|>\n")
      layout.skipsEmptySystem = true
      layout.ending = end
      return layout
    },
    KnownChatTemplate(
      name: "zephyr", digest: "66291cf0045c2425a3a667cf3cbb7af2b11f09e025c02f97245323ab79119362",
      beginning: "<s>", end: "</s>"
    ) { _, end in angled(after: end + "\n") },
    // The text of zephyr with another token.
    KnownChatTemplate(
      name: "stablelm-2", digest: nil, beginning: "", end: "<|endoftext|>"
    ) { _, end in angled(after: end + "\n") },
    KnownChatTemplate(
      name: "olmo", digest: "1fd079953619577aaece0bf8136f037aedaadc70c8a813d81e6566cd3ef44601",
      beginning: "", end: "<|endoftext|>"
    ) { _, end in
      ChatLayout(
        opening: end, system: .none, user: .init("<|user|>\n", "\n"),
        assistant: .init("<|assistant|>\n", end + "\n"), prompt: "<|assistant|>\n")
    },
    KnownChatTemplate(
      name: "gemma", digest: "ecd6ae513fe103f0eb62e8ab5bfa8d0fe45c1074fa398b089c93a7e70c15cfd6",
      beginning: "<bos>", end: "<eos>"
    ) { beginning, _ in
      ChatLayout(
        opening: beginning, system: .none,
        user: .init("<start_of_turn>user\n", "<end_of_turn>\n"),
        assistant: .init("<start_of_turn>model\n", "<end_of_turn>\n"), alternates: true,
        trimmed: [.user, .assistant], prompt: "<start_of_turn>model\n")
    },
  ]

  private static let llama: [KnownChatTemplate] = [
    KnownChatTemplate(
      name: "llama-2", digest: "e8d5b5a546d3f19df16a5320c614fab05bdc4edd50e850f1afd947b503ea41cf",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      ChatLayout(
        system: .firstUser(.init("<<SYS>>\n", "\n<</SYS>>\n\n")),
        user: .init(beginning + "[INST] ", " [/INST]"), assistant: .init(" ", " " + end),
        alternates: true, trimmed: [.user, .assistant])
    },
    KnownChatTemplate(
      name: "llama-3", digest: "ba03a121d097859c7b5b9cd03af99aafe95275210d2876f642ad9929a150f122",
      beginning: "<|begin_of_text|>", end: "<|eot_id|>"
    ) { beginning, _ in
      var layout = headed
      layout.opening = beginning
      return layout
    },
    // The date is the one the template writes if it is given none.
    KnownChatTemplate(
      name: "llama-3.1", digest: "93c0e9aa3629bbd77e68dbc0f5621f6e6b23aa8d74b932595cdb8d64684526d7",
      beginning: "<|begin_of_text|>", end: "<|eot_id|>"
    ) { beginning, _ in
      var layout = headed
      layout.opening = beginning
      let dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
      layout.leading = (header("system", then: dates), "")
      return layout
    },
  ]

  private static let mistral: [KnownChatTemplate] = [
    KnownChatTemplate(
      name: "mistral", digest: "26a59556925c987317ce5291811ba3b7f32ec4c647c400c6cc7e3a9993007ba7",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      instructions(beginning, .none, user: .init("[INST] ", " [/INST]"), assistant: .init("", end))
    },
    KnownChatTemplate(
      name: "mistral-v1",
      digest: "bbc58aad99454df60138be9530c9601a0adfe3d8932cda975e1f10b2410ddc51",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      instructions(
        beginning, .firstUser(.init("", "\n\n")), user: .init(" [INST] ", " [/INST]"),
        assistant: .init(" ", end))
    },
    // Its text is published in several spellings.
    KnownChatTemplate(name: "mistral-v3", digest: nil, beginning: "<s>", end: "</s>") {
      beginning, end in
      var layout = instructions(
        beginning, .lastUser(.init("", "\n\n")), user: .init("[INST] ", "[/INST]"),
        assistant: .init(" ", end))
      layout.trimmed = [.assistant]
      return layout
    },
    KnownChatTemplate(
      name: "mistral-tekken",
      digest: "e7deee034838db2bfc7487788a3013d8a307ab69f72f3c54a85f06fd76007d4e",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      instructions(
        beginning, .lastUser(.init("", "\n\n")), user: .init("[INST]", "[/INST]"),
        assistant: .init("", end))
    },
    KnownChatTemplate(
      name: "mistral-v7",
      digest: "3c4ad5fa60dd8c7ccdf82fa4225864c903e107728fcaf859fa6052cb80c92ee9",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      var layout = instructions(
        beginning, .turn(.init("[SYSTEM_PROMPT] ", "[/SYSTEM_PROMPT]")),
        user: .init("[INST] ", "[/INST]"), assistant: .init(" ", end))
      layout.alternates = false
      return layout
    },
  ]

  /// Names and colons instead of markers.
  private static let plain: [KnownChatTemplate] = [
    KnownChatTemplate(
      name: "deepseek", digest: "8aeba567270fa9a8d5372caf4b04affea947c4421d96adc01e3ff94021b0ae8e",
      beginning: "<｜begin▁of▁sentence｜>", end: "<｜end▁of▁sentence｜>"
    ) { beginning, end in
      ChatLayout(
        opening: beginning, system: .turn(.init("", "\n\n")), user: .init("User: ", "\n\n"),
        assistant: .init("Assistant: ", end), prompt: "Assistant:")
    },
    KnownChatTemplate(
      name: "vicuna", digest: "d1147ee0f10d9ea264efb2c67ba0e984c76041ea1ec46d94c3552dbf0cfd1091",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      ChatLayout(
        opening: beginning, system: .opening(.init("", "\n\n"), alone: false),
        user: .init("USER: ", "\n"), assistant: .init("ASSISTANT: ", end + "\n"),
        alternates: true, trimmed: [.system, .user, .assistant], prompt: "ASSISTANT:")
    },
    KnownChatTemplate(
      name: "alpaca", digest: "5ad8ab5b90448d5d2d6225cd49d25acc78c8113ab8e97969be6edffaa96c5120",
      beginning: "<s>", end: "</s>"
    ) { beginning, end in
      ChatLayout(
        opening: beginning, system: .opening(.init("", "\n\n"), alone: true),
        user: .init("### Instruction:\n", "\n\n"),
        assistant: .init("### Response:\n", end + "\n\n"), alternates: true,
        trimmed: [.system, .user, .assistant], prompt: "### Response:\n")
    },
    KnownChatTemplate(
      name: "falcon-instruct",
      digest: "4bb2ba3961b5ec498ea8ebb06f18b51fd174fa64a59a4f4f6faa0d2595efabd1",
      beginning: "", end: "<|endoftext|>"
    ) { _, _ in
      ChatLayout(
        system: .opening(.init("", ""), alone: false), user: .init("\n\nUser: ", ""),
        assistant: .init("\n\nAssistant: ", ""), alternates: true, trimmed: [.user, .assistant],
        prompt: "\n\nAssistant:")
    },
  ]

  private static func chatML(asking system: String?) -> ChatLayout {
    func turn(_ role: String) -> ChatLayout.Turn { .init("<|im_start|>\(role)\n", "<|im_end|>\n") }
    return ChatLayout(
      system: .turn(turn("system")), leading: system.map { (turn("system"), $0) },
      user: turn("user"), assistant: turn("assistant"), prompt: "<|im_start|>assistant\n")
  }

  /// `<|user|>` on a line of its own before a message.
  private static func angled(after: String) -> ChatLayout {
    ChatLayout(
      system: .turn(.init("<|system|>\n", after)), user: .init("<|user|>\n", after),
      assistant: .init("<|assistant|>\n", after), prompt: "<|assistant|>\n")
  }

  private static func header(_ role: String, then start: String = "") -> ChatLayout.Turn {
    .init("<|start_header_id|>\(role)<|end_header_id|>\n\n" + start, "<|eot_id|>")
  }

  private static var headed: ChatLayout {
    ChatLayout(
      system: .turn(header("system")), user: header("user"), assistant: header("assistant"),
      trimmed: [.system, .user, .assistant], prompt: header("assistant").before)
  }

  private static func instructions(
    _ beginning: String, _ system: ChatLayout.SystemPlace, user: ChatLayout.Turn,
    assistant: ChatLayout.Turn
  ) -> ChatLayout {
    ChatLayout(
      opening: beginning, system: system, user: user, assistant: assistant, alternates: true)
  }
}
