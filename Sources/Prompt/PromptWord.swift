/// What is said to the prompt itself, not to the language.
enum PromptWord: Equatable {
  /// `exit`, `quit`
  case leave
  /// `save "session.md"`; nil where no path follows.
  case save(String?)

  /// The word that an entry is, nil where it is a statement; a variable of its name comes first.
  init?(_ entry: String, isVariable: (String) -> Bool) {
    let text = PromptWord.trimmed(entry[...])
    let name = text.prefix { $0.isLetter }
    if isVariable(String(name)) { return nil }
    let rest = PromptWord.trimmed(text[name.endIndex...])
    switch name {
    case "exit", "quit":
      guard rest.isEmpty || rest == "()" else { return nil }
      self = .leave
    case "save":
      guard !rest.hasPrefix("="), !rest.contains("\n") else { return nil }
      if rest.isEmpty {
        self = .save(nil)
        return
      }
      guard let path = PromptWord.path(rest) else { return nil }
      self = .save(path)
    default: return nil
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" || last == ";" { text.removeLast() }
    return text
  }

  /// The path in quotes or brackets, or as it is where it has no blank in it.
  private static func path(_ written: Substring) -> String? {
    var text = written
    if text.first == "(", text.last == ")" { text = trimmed(text.dropFirst().dropLast()) }
    if let quote = text.first, quote == "\"" || quote == "'" {
      text = text.dropFirst()
      guard text.last == quote else { return nil }
      text = text.dropLast()
      return text.isEmpty || text.contains(quote) ? nil : String(text)
    }
    return text.contains { $0 == " " || $0 == "\"" || $0 == "|" } ? nil : String(text)
  }
}
