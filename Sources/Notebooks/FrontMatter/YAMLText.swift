import Language
import Yams

/// The one place that reads YAML.
enum YAMLText {
  /// The document's root; nil for an empty one.
  static func compose(_ text: String, firstLine: Int) throws(NotebookError) -> Node? {
    if text.utf8.count > FrontMatter.sizeLimit {
      throw .frontMatter(
        line: firstLine,
        reason: "it holds \(text.utf8.count) bytes, the limit is \(FrontMatter.sizeLimit)")
    }
    // References can make a small text stand for an endless one.
    if hasAlias(text) {
      throw .frontMatter(line: firstLine, reason: "references (&name, *name) are not read here")
    }
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      let (line, reason) = describe(error)
      throw .frontMatter(line: line + firstLine - 1, reason: reason)
    } catch {
      throw .frontMatter(line: firstLine, reason: "\(error)")
    }
  }

  private static func describe(_ error: YamlError) -> (line: Int, reason: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      (context.mark.line, "'\(keys.first ?? "?")' stands there twice")
    case .reader(let problem, _, _, _): (1, problem)
    default: (1, "it is no YAML")
    }
  }

  /// True where an anchor `&x` and an alias `*x` of the same name stand in the text.
  private static func hasAlias(_ text: String) -> Bool {
    var anchors: Set<Substring> = []
    var aliases: Set<Substring> = []
    for word in text.split(whereSeparator: { " \t\r\n[]{},:?-".contains($0) || $0.isNewline }) {
      if word.hasPrefix("&"), word.count > 1 { anchors.insert(word.dropFirst()) }
      if word.hasPrefix("*"), word.count > 1 { aliases.insert(word.dropFirst()) }
    }
    return !anchors.isDisjoint(with: aliases)
  }

  // MARK: Values

  /// The value of a scalar or a list; nil for mappings, also inside lists.
  static func value(of node: Node) -> Value? {
    if let scalar = node.scalar { return value(of: scalar) }
    guard let sequence = node.sequence else { return nil }
    var items: [Value] = []
    for item in sequence {
      guard let value = value(of: item), !value.isNull else { return nil }
      items.append(value)
    }
    return .list(items)
  }

  static func value(of scalar: Node.Scalar) -> Value {
    scalar.style == .plain ? value(ofPlain: scalar.string) : .string(scalar.string)
  }

  /// What an unquoted word stands for: the language's numbers (with units), `true`, `false`, null,
  /// or itself. The many other spellings of YAML 1.1 (`yes`, `017`, `1:30`) are texts.
  static func value(ofPlain text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: number(text) ?? .string(text)
    }
  }

  /// `[a, b]`, the brackets may be left out.
  static func list(_ text: String) -> Value? {
    let isBracketed = text.hasPrefix("[")
    guard let node = try? compose(isBracketed ? text : "[\(text)]", firstLine: 1),
      node.sequence != nil
    else { return nil }
    return value(of: node)
  }

  /// A number as the language writes it: `42`, `-0.5`, `4k`, `50%`, `1_000`, `30s`.
  static func number(_ text: String) -> Value? {
    guard let first = text.utf8.first(where: { !"+-".utf8.contains($0) }), text.utf8.count <= 64,
      (0x30...0x39).contains(first)
    else { return nil }
    let parsed = Parser.parse(SourceText(text), context: NoNames())
    guard parsed.diagnostics.isEmpty, parsed.block.statements.count == 1,
      case .expression(let expression)? = parsed.block.statements.first?.kind
    else { return nil }
    return number(expression)
  }

  private static func number(_ expression: Expression) -> Value? {
    switch expression.kind {
    case .integer(let value): return .int(value)
    case .float(let value): return .float(value)
    case .unary(.plus, let inner): return number(inner)
    case .unary(.negate, let inner):
      switch number(inner) {
      case .int(let value)?: return value == .min ? nil : .int(-value)
      case .float(let value)?: return .float(-value)
      default: return nil
      }
    default: return nil
    }
  }

  private struct NoNames: ParsingContext {
    func isCommand(_ name: String) -> Bool { false }
    func isFunction(_ name: String) -> Bool { false }
    func isVariable(_ name: String) -> Bool { false }
    func importedNames(_ path: String) -> (functions: Set<String>, variables: Set<String>) {
      ([], [])
    }
  }
}
