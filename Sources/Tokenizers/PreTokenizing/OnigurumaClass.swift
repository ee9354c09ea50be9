/// A character class of Oniguruma while it is translated: classes nest and are intersected there.
struct OnigurumaClass {
  /// What may stand between brackets in PCRE2.
  var items = ""
  /// Patterns of one character that no bracket can hold.
  var alternatives: [String] = []
  var isNegated = false

  /// A PCRE2 pattern of one character.
  var pattern: String {
    if alternatives.isEmpty { return items.isEmpty ? nothing : "[\(isNegated ? "^" : "")\(items)]" }
    let all = (items.isEmpty ? [] : ["[\(items)]"]) + alternatives
    let union = "(?:\(all.joined(separator: "|")))"
    return isNegated ? "(?:(?!\(union))(?s:.))" : union
  }

  private var nothing: String { isNegated ? "(?s:.)" : "(?!)" }

  /// This class and another one together.
  mutating func formUnion(_ other: OnigurumaClass) {
    if other.alternatives.isEmpty && !other.isNegated {
      items += other.items
    } else {
      alternatives.append(other.pattern)
    }
  }

  static func intersection(_ classes: [OnigurumaClass]) -> String {
    classes.dropLast().map { "(?=\($0.pattern))" }.joined() + (classes.last?.pattern ?? "(?!)")
  }

  // What Oniguruma's short names stand for; PCRE2's own differ (\s there takes U+180E, \w no marks).
  static let space =
    #"\t-\r\x20\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"#
  static let word =
    #"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}"#
  /// Outside brackets \w takes these digits of Latin-1 too.
  static let bareWord = word + #"\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE}"#
  static let hexadecimal = "0-9A-Fa-f"

  /// The items of `[:name:]`, or nil.
  static func posix(_ name: String) -> String? {
    switch name {
    case "alnum": #"\p{Alphabetic}\p{Nd}"#
    case "alpha": #"\p{Alphabetic}"#
    case "blank": #"\t\p{Zs}"#
    case "cntrl": #"\p{Cc}"#
    case "digit": #"\p{Nd}"#
    case "lower": #"\p{Lowercase}"#
    case "punct": #"\p{P}\p{S}"#
    case "space": space
    case "upper": #"\p{Uppercase}"#
    case "word": word
    case "xdigit": hexadecimal
    default: nil
    }
  }

  private static let categories: [String: String] = [
    "letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt",
    "modifierletter": "Lm", "otherletter": "Lo", "mark": "M", "nonspacingmark": "Mn",
    "spacingmark": "Mc", "enclosingmark": "Me", "number": "N", "decimalnumber": "Nd",
    "letternumber": "Nl", "othernumber": "No", "punctuation": "P", "connectorpunctuation": "Pc",
    "dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe",
    "initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po", "symbol": "S",
    "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So",
    "separator": "Z", "spaceseparator": "Zs", "lineseparator": "Zl", "paragraphseparator": "Zp",
    "other": "C", "control": "Cc", "format": "Cf", "unassigned": "Cn", "privateuse": "Co",
    "surrogate": "Cs",
  ]
  private static let shortCategories: Set<String> = Set(
    categories.values.map { $0.lowercased() })
  private static let properties: [String: String] = [
    "alphabetic": "Alphabetic", "uppercase": "Uppercase", "lowercase": "Lowercase",
    "emoji": "Emoji", "emojipresentation": "Emoji_Presentation",
    "extendedpictographic": "Extended_Pictographic", "ideographic": "Ideographic",
    "idstart": "ID_Start", "idcontinue": "ID_Continue", "math": "Math", "any": "Any",
  ]

  /// The items of `\p{name}`.
  static func property(_ name: String) -> String {
    let plain = name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
    if let items = posix(plain) { return items }
    if plain == "ascii" { return #"\x00-\x7F"# }
    if plain == "whitespace" { return space }
    if let category = categories[plain] { return "\\p{\(category)}" }
    if shortCategories.contains(plain) {
      return "\\p{\(plain.prefix(1).uppercased())\(plain.dropFirst())}"
    }
    if let property = properties[plain] { return "\\p{\(property)}" }
    return "\\p{sc:\(name)}"
  }
}
