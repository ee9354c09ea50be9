import Files
import Language
import Models
import Tensors

extension TextPooling: WordParameter {}

/// `model.embed`: a vector for each text.
struct ModelEmbed: Command {
  static let name = "model.embed"
  static let summary = "Turn texts into vectors with an encoder such as BERT or MiniLM."
  static let searchWords = [
    "embedding", "sentence", "bert", "minilm", "distilbert", "similarity", "pooling",
  ]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      #"x = model.embed("encoder", ["The cat slept.", "The dog slept.", "They baked a pie."]); x.shape"#,
      shows: "[3, 96]"),
    Example(
      #"try { model.embed("default", "a text") } catch e { e.code }"#, shows: "E0603"),
  ]

  let encoder = Argument<EncoderObject>(
    "An encoder; a folder with config.json and safetensors, or a GGUF file; or \"encoder\", the small one that came with the program."
  )
  let texts = Argument<[String]>("A text, or a list of texts; each becomes a row.", piped: true)
  let pooling = Option<TextPooling?>(
    "How a text's tokens become one vector; as the checkpoint asks by default.")
  let normalize = Option<Bool?>(
    "Whether vectors have the length 1; as the checkpoint asks by default.")

  func run(_ call: Call) throws -> Value {
    let encoder = try call[encoder].encoder
    let batch = try call[texts].map { try encoder.input(of: $0).ids }
    return .tensor(
      try encoder.embeddings(
        batch: batch, pooling: try call[pooling], normalized: try call[normalize]))
  }
}

/// `model.chat`: a conversation as the text a model was trained on.
struct ModelChat: Command {
  static let name = "model.chat"
  static let summary =
    "Write a conversation in a model's chat template; encode it with special=parse."
  static let searchWords = ["template", "instruct", "conversation", "prompt", "jinja", "roles"]
  static let result = ValueType.string
  static let examples = [
    Example(
      #"len(model.chat([{role: "user", content: "Hi"}], template="chatml"))"#, shows: "52")
  ]

  let messages = Argument<[Record]>(
    "Records with role (system, user or assistant) and content.", piped: true)
  let model = Option<ModelObject?>("The model whose own template is taken.")
  let template = Option<String?>("A template by name, in place of the model's own.")
  let prompt = Option("Whether the text ends where the assistant is to answer.", default: true)

  func run(_ call: Call) throws -> Value {
    let messages = try call[messages].map { record in
      guard let role = record["role"]?.stringValue.flatMap(ChatMessage.Role.init),
        let content = record["content"]?.stringValue
      else {
        throw LanguageError.invalid(
          "a message needs a role of system, user or assistant, and content",
          hint: #"{role: "user", content: "Hi"}"#)
      }
      return ChatMessage(role, content)
    }
    let chosen: ChatTemplate
    if let name = try call[template] {
      chosen = try ChatTemplate.named(name)
    } else {
      guard let model = try call[model] else {
        throw LanguageError.invalid(
          "model.chat needs a model or a template",
          hint: "templates are " + ChatTemplate.names.joined(separator: ", "))
      }
      chosen = try model.transformer.chatTemplate()
    }
    return .string(
      try chosen.render(messages, addingGenerationPrompt: try call[prompt]))
  }
}
