import Files
import Language

/// The reference page of all commands, made from their declarations: `docs/commands.md`.
public enum CommandReference {
  /// The page as Markdown, the same for the same declarations.
  public static func markdown(_ registry: CommandRegistry) -> String {
    let families = Families.all(in: registry)
    let count = registry.names.count
    var page = """
      # Commands

      <!-- Made by `tessera docs` from the declarations of the commands. Do not edit. -->

      All \(count) commands, by family. `help NAME` shows the same at the prompt, `help WORD` searches. In a
      signature `[name]` may be left out, `name=…` is given by its name, and `…` repeats; the parameter
      that takes what comes through `|` is marked *piped*. Every example below is run by a test.

      | family | commands |
      |---|---|

      """
    for family in families {
      let links = family.commands.map { "[`\($0.name)`](#\(anchor($0.name)))" }
      page +=
        "| [\(family.title)](#\(anchor(heading(family)))) | \(links.joined(separator: " ")) |\n"
    }
    for family in families {
      page += "\n## \(heading(family))\n\n\(family.summary)\n"
      for declaration in family.commands { page += "\n" + section(declaration) }
    }
    return page
  }

  /// Writes the page where it differs.
  ///
  /// - Returns: true where the file was out of date.
  @discardableResult
  public static func write(_ registry: CommandRegistry, to path: String) throws(FileError) -> Bool {
    try DurableFile.replace(path, with: markdown(registry))
  }

  private static func heading(_ family: Family) -> String {
    family.name.isEmpty ? "Core verbs" : "\(family.name)"
  }

  private static func section(_ declaration: CommandDeclaration) -> String {
    var text = "### \(declaration.name)\n\n\(escaped(declaration.summary))\n\n"
    text += "```text\n\(declaration.signature)\n```\n\n"
    if !declaration.parameters.isEmpty {
      text += "| parameter | type | default | |\n|---|---|---|---|\n"
      for (index, parameter) in declaration.parameters.enumerated() {
        text += row(parameter, isPiped: index == declaration.pipedIndex)
      }
      text += "\n"
    }
    text += "Result: \(escaped(declaration.result.description)). Version \(declaration.version)."
    if declaration.isVolatile { text += " Volatile: the result depends on time or machine." }
    if declaration.isRandom {
      text += " Random: without `seed=` its place in the text is the seed."
    }
    text += "\n"
    if let source = declaration.source { text += "\nSource: \(escaped(source.text)).\n" }
    for example in declaration.examples {
      let fence = fence(around: [example.source, example.shows])
      text += "\n\(fence)tessera\n\(example.source)\n\(fence)\n"
      if !example.shows.isEmpty { text += "\(fence)output\n\(example.shows)\n\(fence)\n" }
    }
    return text
  }

  private static func row(_ parameter: ParameterDeclaration, isPiped: Bool) -> String {
    let name = parameter.kind == .option ? parameter.name + "=" : parameter.name
    var type = parameter.type.description
    if let unit = parameter.unit { type += " in \(unit)" }
    if let range = parameter.rangeText { type += ", \(range)" }
    let fallback =
      parameter.defaultText.map { "`\($0)`" }
      ?? (parameter.isRequired ? "required" : "")
    let piped = isPiped ? " *Piped.*" : ""
    let cells = [
      "`\(name)`", escaped(type), fallback.replacing("|", with: "\\|"),
      escaped(parameter.summary) + piped,
    ]
    return "| " + cells.joined(separator: " | ") + " |\n"
  }

  /// What Markdown would take for markup in a table or sentence.
  private static func escaped(_ text: String) -> String {
    var result = ""
    var isCode = false
    for character in text {
      if character == "`" { isCode.toggle() }
      if character == "|" || !isCode && "*_<".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// As viewers name a heading: `tokenizer.train` → `tokenizertrain`.
  private static func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().compactMap {
        $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" ? $0 : nil
      })
  }

  /// A fence longer than any in the texts.
  private static func fence(around texts: [String]) -> String {
    var longest = 2
    for text in texts {
      var run = 0
      for character in text {
        run = character == "`" ? run + 1 : 0
        longest = max(longest, run)
      }
    }
    return String(repeating: "`", count: longest + 1)
  }
}
