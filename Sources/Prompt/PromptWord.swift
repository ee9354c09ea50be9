/// What is said to the prompt itself, not to the language.
enum PromptWord: Equatable {
  /// `exit`, `quit`
  case leave

  /// The word that an entry is, nil where it is a statement; a variable of its name comes first.
  init?(_ entry: String, isVariable: (String) -> Bool) {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var text = entry.drop(while: blank)
    while let last = text.last, blank(last) { text.removeLast() }
    switch String(text) {
    case let word where isVariable(word): return nil
    case "exit", "quit", "exit()", "quit()": self = .leave
    default: return nil
    }
  }
}
