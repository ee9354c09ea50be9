import Language

/// The reference page of all commands, made from their declarations.
struct CommandReference {
  private let registry: CommandRegistry

  init(_ registry: CommandRegistry) { self.registry = registry }

  /// The page as Markdown: verbs that everybody needs first, then a section a family.
  var text: String {
    var text = """
      # Commands

      Made by `tessera docs` from the commands' declarations; every example is run by a test.
      At the prompt, `help NAME` shows the same.

      """
    let all = registry.declarations
    let families = Set(all.compactMap { family($0.name) }).sorted()
    text += section("Core verbs", all.filter { family($0.name) == nil })
    for name in families { text += section("`\(name)`", all.filter { family($0.name) == name }) }
    return text
  }

  private func family(_ name: String) -> String? {
    name.firstIndex(of: ".").map { String(name[..<$0]) }
  }

  private func section(_ title: String, _ commands: [CommandDeclaration]) -> String {
    commands.isEmpty ? "" : "\n## \(title)\n" + commands.map(entry).joined()
  }

  private func entry(_ command: CommandDeclaration) -> String {
    var text = "\n### \(command.name)\n\n\(command.summary)\n"
    if !command.parameters.isEmpty {
      text += "\n| Parameter | Type | Default | |\n| --- | --- | --- | --- |\n"
      for (index, parameter) in command.parameters.enumerated() {
        text += row(parameter, isPiped: index == command.pipedIndex)
      }
    }
    text += "\nGives \(command.result.description)"
    text += command.isSilent ? ", which is not shown." : "."
    if command.isRandom { text += " Draws random numbers." }
    if command.isVolatile { text += " Depends on time or machine." }
    text += " Version \(command.version).\n"
    if let source = command.source { text += "\nSource: \(source.text).\n" }
    if !command.examples.isEmpty {
      text += "\n```\n" + command.examples.map(example).joined(separator: "\n\n") + "\n```\n"
    }
    return text
  }

  private func row(_ parameter: ParameterDeclaration, isPiped: Bool) -> String {
    var name = "`\(parameter.name)`"
    if parameter.kind == .option { name = "`\(parameter.name)=`" }
    if parameter.kind == .rest { name += " …" }
    var notes = parameter.summary
    if let range = parameter.rangeText { notes += " In \(range)." }
    if let unit = parameter.unit { notes += " In \(unit)." }
    if isPiped { notes += " Takes what is piped." }
    let fallback = parameter.defaultText.map { "`\($0)`" } ?? (parameter.isRequired ? "" : "none")
    let cells = [name, parameter.type.description, fallback, notes]
    return "| " + cells.map(escaped).joined(separator: " | ") + " |\n"
  }

  private func escaped(_ cell: String) -> String {
    cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  private func example(_ example: Example) -> String {
    let lines = example.source.split(separator: "\n", omittingEmptySubsequences: false)
    let source = lines.enumerated().map { ($0.offset == 0 ? "> " : "… ") + $0.element }
      .joined(separator: "\n")
    return example.shows.isEmpty ? source : source + "\n" + example.shows
  }
}
