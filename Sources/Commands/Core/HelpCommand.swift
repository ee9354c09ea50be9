import Language

/// `help`: what there is, and how it is called.
struct Help: Command {
  static let name = "help"
  static let summary = "Explain a command or a family, or find commands by a word."
  static let searchWords = ["manual", "documentation", "usage", "?"]
  static let result = ValueType.string
  static let examples = [
    Example(
      "help chars",
      shows: """
        chars text
        The Unicode scalars of a text, each as a text.

          text  (string, takes the pipe)
              The text.

        Gives a list of strings.

        Example
          > chars "héy"
          ["h", "é", "y"]
        """),
    Example(
      "help lowercase", shows: "lower  A text in small letters."),
  ]

  let topic = Argument<Topic?>(
    "A command, a family, a word to search for, or a `fn`; nothing gives an overview.")

  func run(_ call: Call) throws -> Value {
    let text = HelpText(registry: call.session.registry)
    guard let topic = try call[topic]?.text else { return .string(text.overview) }
    if let function = call.session.function(topic) {
      return .string(function.sourceText)
    }
    if let declaration = call.session.registry.declaration(topic) {
      return .string(text.text(of: declaration))
    }
    if let family = Families.all(in: call.session.registry).first(where: { $0.title == topic }) {
      return .string(text.text(of: family))
    }
    if let explanation = HelpTopics.text(of: topic) { return .string(explanation) }
    let found = text.search(topic)
    guard found.isEmpty else {
      return .string(
        HelpText.aligned(found.map { ($0.name, $0.summary) }, indent: 0).joined(separator: "\n"))
    }
    let known = call.session.registry.names + Families.summaries.map(\.name) + HelpTopics.names
    let suggestion = Suggestion.nearest(to: topic, among: known)
    throw LanguageError.invalid(
      "help knows nothing of '\(topic)'",
      hint: suggestion.map { "did you mean '\($0)'?" } ?? "help lists all commands"
    ).at(call.span(of: self.topic))
  }
}
