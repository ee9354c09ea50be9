import Language

/// The texts of `help`.
struct HelpText {
  let registry: CommandRegistry
  static let width = 88

  /// Without a topic: first steps and the families.
  var overview: String {
    var lines = ["Commands over typed values, joined by pipes.", "", "First steps"]
    lines += HelpText.aligned(HelpText.firstSteps, indent: 2)
    lines += ["", "Commands"]
    for family in Families.all(in: registry) {
      let names = family.commands.map {
        family.name.isEmpty ? $0.name : String($0.name.dropFirst(family.name.count + 1))
      }
      lines += HelpText.wrapped(
        names.joined(separator: " "), first: "  " + HelpText.padded(family.title, 11),
        indent: 13)
    }
    return lines.joined(separator: "\n")
  }

  static let firstSteps = [
    ("1 + 2", "an expression shows its value"),
    ("xs = [1, 2, 3]", "a name is bound"),
    ("xs | map (x -> x * x) | sum", "values go through pipes"),
    (#"text = read "notes.txt""#, "files by their ending"),
    ("help len", "a command: parameters and examples"),
    ("help tokenizer", "a family of commands"),
    ("help random", "a search"),
  ]

  /// One command.
  func text(of declaration: CommandDeclaration) -> String {
    var lines = HelpText.wrapped(declaration.signature, first: "", indent: 4)
    lines += HelpText.wrapped(declaration.summary, first: "", indent: 0)
    if !declaration.parameters.isEmpty {
      lines.append("")
      let piped = declaration.pipedIndex
      for (index, parameter) in declaration.parameters.enumerated() {
        let pipe = index == piped ? ", takes the pipe" : ""
        let name = parameter.kind == .option ? parameter.name + "=" : parameter.name
        lines.append("  \(name)  (\(parameter.facts)\(pipe))")
        lines += HelpText.wrapped(parameter.summary, first: "      ", indent: 6)
      }
    }
    lines += ["", "Gives \(HelpText.withArticle(declaration.result))."]
    if declaration.isVolatile { lines.append("Its result depends on time or machine.") }
    if declaration.isRandom {
      lines.append(
        "Where it draws at random and no seed is given, its place in the text is the seed.")
    }
    if let source = declaration.source { lines.append("Source: \(source.text)") }
    lines += ["", declaration.examples.count == 1 ? "Example" : "Examples"]
    for example in declaration.examples {
      lines.append("  > " + example.source.replacing("\n", with: "\n    "))
      if !example.shows.isEmpty {
        lines += example.shows.split(separator: "\n", omittingEmptySubsequences: false)
          .map { "  \($0)" }
      }
    }
    return lines.joined(separator: "\n")
  }

  static func withArticle(_ type: ValueType) -> String {
    let text = type.description
    guard type != .any, type != .null, let first = text.first else { return text }
    return ("aeio".contains(first) ? "an " : "a ") + text
  }

  func text(of family: Family) -> String {
    ([family.summary] + HelpText.list(family.commands)).joined(separator: "\n")
  }

  /// The commands that a word finds, the best matches first: in the name, among the search words, in
  /// the summary or a parameter.
  func search(_ word: String) -> [CommandDeclaration] {
    let word = word.lowercased()
    func rank(_ declaration: CommandDeclaration) -> Int? {
      if declaration.name.split(separator: ".").contains(Substring(word)) { return 0 }
      if declaration.searchWords.contains(word) { return 1 }
      if declaration.name.contains(word) { return 2 }
      if declaration.searchWords.contains(where: { $0.contains(word) }) { return 3 }
      if declaration.summary.lowercased().contains(word) { return 4 }
      if declaration.parameters.contains(where: { $0.name == word }) { return 5 }
      return nil
    }
    return registry.declarations.compactMap { declaration in
      rank(declaration).map { ($0, declaration) }
    }.sorted { ($0.0, $0.1.name) < ($1.0, $1.1.name) }.map(\.1)
  }

  // MARK: Layout

  static func list(_ declarations: [CommandDeclaration]) -> [String] {
    aligned(declarations.map { ($0.name, $0.summary) }, indent: 2)
  }

  static func aligned(_ pairs: [(String, String)], indent: Int) -> [String] {
    let widest = pairs.reduce(0) { max($0, TextWidth.columns(of: $1.0)) }
    let blanks = String(repeating: " ", count: indent)
    return pairs.flatMap {
      wrapped($0.1, first: blanks + padded($0.0, widest + 2), indent: indent + widest + 2)
    }
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - TextWidth.columns(of: text)))
  }

  /// The words of a text in lines of at most ``width`` columns.
  static func wrapped(_ text: String, first: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, TextWidth.columns(of: line) + 1 + TextWidth.columns(of: word) > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
