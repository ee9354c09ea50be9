import Files
import Language
import Tokenizers

extension HybridVocabulary.Order: WordParameter {}

/// Which kind of vocabulary is put together from tables.
enum BuiltKind: String, WordParameter {
  case hybrid
}

/// `tokenizer.new`: a vocabulary from tables.
struct TokenizerNew: Command {
  static let name = "tokenizer.new"
  static let summary = "Make a vocabulary of roots, affixes and byte-pair pieces, decoded by rules."
  static let searchWords = [
    "hybrid", "morphology", "morpheme", "turkish", "agglutinative", "suffix", "vowel harmony",
  ]
  static let source: Source? = .arXiv(
    "2508.14292", "Tokens with Meaning: A Hybrid Tokenization Approach for NLP", year: 2025)
  static let result = ValueType.object("tokenizer")
  static let examples = [
    Example(
      #"t = tokenizer.new roots=["ev", "kitap"]; tokenizer.encode(t, "evde kitabı").ids"#,
      shows: "[7, 15, 2, 8, 10]"),
    Example(
      #"t = tokenizer.new roots=["ev", "kitap"]; tokenizer.decode t [8, 15, 2, 7, 15]"#,
      shows: "kitapta evde"),
    Example(
      #"t = tokenizer.new roots=["talo"] affixes=[["ssa", "ssä"]] rules={following: {a: "a", o: "a", ä: "ä"}}; tokenizer.encode(t, "talossa") | len"#,
      shows: "2"),
  ]

  let kind = Option<BuiltKind>(
    "With hybrid: the longest root, else the longest affix, else the longest piece.",
    default: .hybrid)
  let roots = Option<RootTable>(
    "A list of roots, or the path of one, a root a line; attributes as in zemberek-nlp's dictionary (gitmek [A:Voicing])."
  )
  let affixes = Option<AffixTable?>(
    "Lists of an affix's forms, or a record of such lists; Turkish ones where none are given.")
  let rules = Option<RuleTable>(
    "How forms are chosen: turkish, none (always the first), or a record with following, hard, hardened, softened and others.",
    default: RuleTable(.turkish))
  let fallback = Option<TokenizerObject?>(
    "The tokenizer whose tokens write what has no root; without one it is unknown.")
  let inside = Option<HybridVocabulary.Order>(
    "What is tried first behind a word's start; the paper tries roots.", default: .roots)
  let shared = Option("All forms of an affix have one id.", default: true)
  let variants = Option("Changed roots (kitab for kitap) are read as the root.", default: true)
  let uppercase = Option("Capitals are a marker and a small letter.", default: true)
  let checked = Option(
    "Roots and affixes are read only in the forms that the rules write there; the paper reads all.",
    default: true)
  let name = Option("The tokenizer's name.", default: "hybrid")

  func run(_ call: Call) throws -> Value {
    let rules = try call[rules].rules
    var vocabulary = HybridVocabulary(roots: try call[roots].roots, rules: rules)
    if let affixes = try call[affixes] { vocabulary.affixes = affixes.affixes }
    if let fallback = try call[fallback] {
      vocabulary.pieces = HybridVocabulary.pieces(of: fallback.tokenizer, rules: rules)
    }
    vocabulary.options.inside = try call[inside]
    vocabulary.options.sharesAffixes = try call[shared]
    vocabulary.options.readsVariants = try call[variants]
    vocabulary.options.marksUppercase = try call[uppercase]
    vocabulary.options.checksForms = try call[checked]
    vocabulary.name = try call[name]
    return .object(TokenizerObject(try vocabulary.tokenizer()))
  }
}

/// `tokenizer.pieces`: what each token is.
struct TokenizerPieces: Command {
  static let name = "tokenizer.pieces"
  static let summary = "List a text's tokens with their text, id and kind."
  static let searchWords = ["root", "affix", "segment", "morphemes", "tokens"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.new roots=["ev"]; tokenizer.pieces(t, "Evlerde") | map (p -> p.piece)"#,
      shows: #"["", "Ev", "ler", "de"]"#),
    Example(
      #"t = tokenizer.new roots=["ev"]; tokenizer.pieces(t, "Evlerde") | map (p -> p.kind)"#,
      shows: #"["special", "root", "affix", "affix"]"#),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)

  func run(_ call: Call) throws -> Value {
    let pieces = try call[tokenizer].tokenizer.pieces(of: try call[text])
    return .table(
      Table(
        rows: pieces.map { piece in
          Record([
            ("piece", .string(piece.text)), ("id", .int(Int(piece.id))),
            ("kind", .string(piece.kind.rawValue)),
          ])
        }))
  }
}

/// Roots as an argument: a list of them or the path of one.
struct RootTable: ParameterValue {
  let roots: [HybridRoot]

  static var type: ValueType { .oneOf([.list(of: .string), .path]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> RootTable? {
    if let path = value.stringValue {
      return RootTable(roots: try RootLexicon(path: try call.session.files.reading(path)).roots)
    }
    guard let items = value.items else { return nil }
    let lines = items.compactMap(\.stringValue)
    guard lines.count == items.count else { return nil }
    return RootTable(
      roots: try RootLexicon(lines: lines.joined(separator: "\n"), path: "the list of roots").roots)
  }
}

/// Affixes as an argument: lists of forms, with names or without.
struct AffixTable: ParameterValue {
  let affixes: [HybridAffix]

  static var type: ValueType { .oneOf([.list(of: .list(of: .string)), .record]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) -> AffixTable? {
    if case .record(let record) = value {
      return table(record.fields.map { ($0.key, $0.value) })
    }
    return value.items.flatMap { items in
      table(items.enumerated().map { ("affix \($0.offset + 1)", $0.element) })
    }
  }

  private static func table(_ entries: [(String, Value)]) -> AffixTable? {
    var affixes: [HybridAffix] = []
    for (name, value) in entries {
      guard let items = value.items else { return nil }
      let forms = items.compactMap(\.stringValue)
      guard forms.count == items.count else { return nil }
      affixes.append(HybridAffix(name: name, forms: forms))
    }
    return AffixTable(affixes: affixes)
  }
}

/// Rules of harmony as an argument: a name, or a record that says them.
struct RuleTable: ParameterValue {
  private static let names = ["turkish", "none"]

  let rules: HarmonyRules

  init(_ rules: HarmonyRules) { self.rules = rules }

  static var type: ValueType { .oneOf([.word(names), .record]) }
  var defaultText: String? { rules.name }

  static func convert(_ value: Value, in call: Call) throws -> RuleTable? {
    switch value {
    case .string("turkish"): RuleTable(.turkish)
    case .string("none"): RuleTable(.none)
    case .record:
      RuleTable(try HarmonyRules(try JSONValues.json(from: value), path: "the record of rules"))
    default: nil
    }
  }
}
