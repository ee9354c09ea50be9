/// Rewrites a regular expression of Oniguruma's (Ruby's syntax, as the `tokenizers` library uses
/// it) for PCRE2, or refuses what cannot be rewritten.
struct OnigurumaSyntax {
  private static let deepest = 50

  private let input: [Unicode.Scalar]
  private var index = 0
  private var output = ""
  /// Where the last atom starts in the output, for quantifiers that must take it into a group.
  private var atom: String.Index?
  private var groups: [Group] = []
  private var options = Options()
  private var previousLiteral: Unicode.Scalar?

  private struct Options {
    var isCaseless = false
    var isExtended = false
  }
  private struct Group {
    var start: String.Index
    var options: Options
    /// Groups that `(?i)` in the middle of this one has opened.
    var opened = 0
  }

  static func translate(_ pattern: String) throws(RegexError) -> String {
    var syntax = OnigurumaSyntax(input: Array(pattern.unicodeScalars))
    try syntax.run()
    return syntax.output
  }

  private init(input: [Unicode.Scalar]) { self.input = input }

  private var next: Unicode.Scalar? { index < input.count ? input[index] : nil }

  private func refuse(_ reason: String) -> RegexError {
    let before = input[..<min(index, input.count)]
    return RegexError(place: before.reduce(0) { $0 + UTF8.width($1) }, reason: reason)
  }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard input[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  private mutating func takeUntil(_ end: Unicode.Scalar) throws(RegexError) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = next, scalar != end {
      text.append(scalar)
      index += 1
    }
    guard next == end else { throw refuse("'\(end)' is missing") }
    index += 1
    return String(text)
  }

  private mutating func emit(_ text: String) {
    atom = output.endIndex
    output += text
    previousLiteral = nil
  }

  private static func literal(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "0"..."9", "A"..."Z", "a"..."z": String(scalar)
    case _ where scalar.value < 0x80: "\\x{\(String(scalar.value, radix: 16))}"
    default: String(scalar)
    }
  }

  // MARK: The expression

  private mutating func run() throws(RegexError) {
    groups = [Group(start: output.startIndex, options: options)]
    while let scalar = next {
      switch scalar {
      case "\\": try escape()
      case "[":
        index += 1
        emit(try characterClass(depth: 0))
      case "(": try open()
      case ")":
        if groups.count < 2 { throw refuse("')' without '('") }
        index += 1
        close()
      case "*", "+", "?":
        index += 1
        output.unicodeScalars.append(scalar)
        if next == "?" || next == "+" { output.unicodeScalars.append(input[index]); index += 1 }
        if let next, "*+?".unicodeScalars.contains(next) { throw refuse("a quantifier of a quantifier") }
        previousLiteral = nil
      case "{": try interval()
      case "|", "^", "$", ".":
        index += 1
        emit(String(scalar))
      case _ where options.isExtended && scalar.properties.isPatternWhitespace: index += 1
      case "#" where options.isExtended:
        while let scalar = next, scalar != "\n" { index += 1; _ = scalar }
      default:
        index += 1
        try emitLiteral(scalar)
      }
    }
    if groups.count > 1 { throw refuse("')' is missing") }
    output += String(repeating: ")", count: groups[0].opened)
  }

  /// Oniguruma folds "ß" and "ss", PCRE2 only single characters: such literals are refused.
  private mutating func emitLiteral(_ scalar: Unicode.Scalar) throws(RegexError) {
    let previous = previousLiteral
    emit(Self.literal(scalar))
    guard options.isCaseless else { return }
    if scalar.value >= 0x80 {
      throw refuse("the letter '\(scalar)' without regard to case")
    }
    if let previous {
      let pair = (String(previous) + String(scalar)).lowercased()
      if ["ss", "st", "ff", "fi", "fl"].contains(pair) {
        throw refuse("'\(pair)' without regard to case")
      }
    }
    previousLiteral = scalar
  }

  private mutating func interval() throws(RegexError) {
    let start = index
    index += 1
    var text = ""
    while let scalar = next, ("0"..."9").contains(scalar) || scalar == "," {
      text.unicodeScalars.append(scalar)
      index += 1
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard next == "}", parts.count < 3, parts.contains(where: { !$0.isEmpty }), let atom else {
      index = start + 1
      return try emitLiteral("{")
    }
    index += 1
    if parts.contains(where: { ($0.isEmpty ? 0 : Int($0) ?? .max) > 65_535 }) {
      throw refuse("a count above 65535")
    }
    let low = parts[0].isEmpty ? "0" : String(parts[0])
    output += parts.count == 1 ? "{\(low)}" : "{\(low),\(parts[1])}"
    if next == "?" && parts.count == 2 {
      output += "?"
      index += 1
    } else if let suffix = next, suffix == "?" || suffix == "+" || suffix == "*" {
      // Here these repeat the interval; in PCRE2 they would change what it takes.
      let repeated = output[atom...]
      output.replaceSubrange(atom..., with: "(?:\(repeated))\(suffix)")
      index += 1
    }
    if let next, "*+?".unicodeScalars.contains(next) { throw refuse("a quantifier of a quantifier") }
    previousLiteral = nil
  }

  // MARK: Groups

  private mutating func open() throws(RegexError) {
    if groups.count > Self.deepest { throw refuse("groups nested deeper than \(Self.deepest)") }
    let start = output.endIndex
    index += 1
    previousLiteral = nil
    var group = Group(start: start, options: options)
    if next == "*" { throw refuse("a callout '(*'") }
    guard take("?") else {
      output += "("
      return groups.append(group)
    }
    if take("#") {
      _ = try takeUntil(")")
      return
    }
    for kind in [":", "=", "!", ">", "<=", "<!"] where take(kind) {
      output += "(?" + kind
      return groups.append(group)
    }
    if take("<") || take("'") {
      let name = try takeUntil(input[index - 1] == "<" ? ">" : "'")
      guard !name.isEmpty, name.utf8.allSatisfy({ $0 < 0x80 }) else {
        throw refuse("the name of the group")
      }
      output += "(?<\(name)>"
      return groups.append(group)
    }
    var letters = ""
    while let scalar = next, "imx-".unicodeScalars.contains(scalar) {
      letters.unicodeScalars.append(scalar)
      index += 1
    }
    guard let end = next, end == ")" || end == ":", !letters.isEmpty else {
      throw refuse("a group of this kind")
    }
    index += 1
    let parts = letters.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    var inside = options
    if parts[0].contains("i") { inside.isCaseless = true }
    if parts[0].contains("x") { inside.isExtended = true }
    if parts.count > 1 {
      if parts[1].contains("i") { inside.isCaseless = false }
      if parts[1].contains("x") { inside.isExtended = false }
    }
    // What is "m" here (the dot takes newlines) is "s" in PCRE2; "x" is done here.
    let translated = parts.map { $0.replacing("m", with: "s").filter { $0 != "x" } }
    output += "(?" + translated.joined(separator: "-") + ":"
    if end == ":" {
      groups.append(group)
    } else {
      // To the end of the group around it, alternatives included.
      group = groups[groups.count - 1]
      groups[groups.count - 1].opened += 1
    }
    options = inside
  }

  private mutating func close() {
    guard let group = groups.popLast() else { return }
    output += String(repeating: ")", count: group.opened + 1)
    options = group.options
    atom = group.start
    previousLiteral = nil
  }

  // MARK: Escapes

  private mutating func escape() throws(RegexError) {
    index += 1
    guard let scalar = next else { throw refuse("a '\\' at the end") }
    index += 1
    switch scalar {
    case "A", "Z", "z", "G", "R", "N": emit("\\\(scalar)")
    case "K":
      throw refuse("'\\K'")
    case "O": emit("(?s:.)")
    case "w": emit("[\(OnigurumaClass.bareWord)]")
    case "W": emit("[^\(OnigurumaClass.bareWord)]")
    case "b":
      let word = "[\(OnigurumaClass.bareWord)]"
      emit("(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))")
    case "B":
      let word = "[\(OnigurumaClass.bareWord)]"
      emit("(?:(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word)))")
    case "1"..."9":
      if let digit = next, ("0"..."9").contains(digit) { throw refuse("a reference above 9") }
      emit("\\\(scalar)")
    case "k":
      guard take("<") else { throw refuse("'\\k' without a name") }
      let name = try takeUntil(">")
      guard name.utf8.allSatisfy({ $0 < 0x80 }), name.first?.isLetter == true else {
        throw refuse("the name of the group")
      }
      emit("\\k<\(name)>")
    case "g", "X", "y", "Y", "C", "M", "c": throw refuse("'\\\(scalar)'")
    default:
      index -= 1
      if let items = try classEscape() {
        emit(items.pattern)
      } else {
        let scalar = try literalEscape()
        try emitLiteral(scalar)
      }
    }
  }

  /// What stands after a '\' for a class, at ``index``; nil if it is another escape.
  private mutating func classEscape() throws(RegexError) -> OnigurumaClass? {
    var result = OnigurumaClass()
    switch next {
    case "d", "D": result.items = #"\p{Nd}"#
    case "s", "S": result.items = OnigurumaClass.space
    case "w", "W": result.items = OnigurumaClass.word
    case "h", "H": result.items = OnigurumaClass.hexadecimal
    case "p", "P":
      result.isNegated = next == "P"
      index += 1
      guard take("{") else { throw refuse("'\\p' without braces") }
      if take("^") { result.isNegated.toggle() }
      let name = try takeUntil("}")
      guard !name.isEmpty, name.utf8.count < 64,
        name.unicodeScalars.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || "0123456789_ -".unicodeScalars.contains($0)) })
      else { throw refuse("the property \(quoted(name))") }
      result.items = OnigurumaClass.property(name)
      return result
    default: return nil
    }
    result.isNegated = next?.properties.isUppercase ?? false
    index += 1
    return result
  }

  /// The character that stands after a '\' at ``index``.
  private mutating func literalEscape() throws(RegexError) -> Unicode.Scalar {
    guard let scalar = next else { throw refuse("a '\\' at the end") }
    index += 1
    func hexadecimal(_ most: Int) -> String {
      let digits = input[index...].prefix(most).prefix { $0.isASCII && $0.properties.isASCIIHexDigit }
      return String(String.UnicodeScalarView(digits))
    }
    var digits: String
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "a": return "\u{7}"
    case "e": return "\u{1B}"
    case "x" where next == "{":
      index += 1
      digits = try takeUntil("}")
    case "x":
      digits = hexadecimal(2)
      index += digits.utf8.count
      guard let value = UInt8(digits, radix: 16), value < 0x80 else {
        throw refuse("a byte given by '\\x'")
      }
    case "u":
      digits = hexadecimal(4)
      index += digits.utf8.count
      if digits.utf8.count < 4 { throw refuse("'\\u' without four digits") }
    case "0":
      if let digit = next, ("0"..."9").contains(digit) { throw refuse("an octal number") }
      return "\0"
    case "1"..."9", "c", "C", "M": throw refuse("'\\\(scalar)'")
    default: return scalar
    }
    guard let value = UInt32(digits, radix: 16), let result = Unicode.Scalar(value) else {
      throw refuse("the code point \(quoted(digits))")
    }
    return result
  }

  // MARK: Classes

  /// What stands after a '[', as a PCRE2 pattern of one character.
  private mutating func characterClass(depth: Int) throws(RegexError) -> String {
    let parsed = try parsedClass(depth: depth)
    return parsed.pattern
  }

  private mutating func parsedClass(depth: Int) throws(RegexError) -> OnigurumaClass {
    if depth > Self.deepest { throw refuse("classes nested deeper than \(Self.deepest)") }
    let isNegated = take("^")
    var parts = [OnigurumaClass()]
    var isFirst = true
    while true {
      guard let scalar = next else { throw refuse("']' is missing") }
      if scalar == "]" && !isFirst {
        index += 1
        break
      }
      isFirst = false
      if take("&&") {
        parts.append(OnigurumaClass())
        continue
      }
      let last = parts.count - 1
      if take("[:") {
        let isInverted = take("^")
        let name = try takeUntil(":")
        guard take("]"), let items = OnigurumaClass.posix(name) else {
          throw refuse("the class [:\(name):]")
        }
        parts[last].formUnion(OnigurumaClass(items: items, isNegated: isInverted))
      } else if take("[") {
        parts[last].formUnion(try parsedClass(depth: depth + 1))
      } else {
        try addItem(to: &parts[last])
      }
    }
    if parts.count == 1 {
      parts[0].isNegated = isNegated
      return parts[0]
    }
    return OnigurumaClass(alternatives: [OnigurumaClass.intersection(parts)], isNegated: isNegated)
  }

  /// A character, a range of them, or an escape for a class.
  private mutating func addItem(to part: inout OnigurumaClass) throws(RegexError) {
    func character() throws(RegexError) -> Unicode.Scalar {
      if take("\\") { return next == "b" ? (take("b") ? "\u{8}" : "b") : try literalEscape() }
      guard let scalar = next else { throw refuse("']' is missing") }
      index += 1
      return scalar
    }
    if next == "\\" {
      index += 1
      if let items = try classEscape() { return part.formUnion(items) }
      index -= 1
    }
    let low = try character()
    guard next == "-", index + 1 < input.count, input[index + 1] != "]" else {
      part.items += Self.literal(low)
      return
    }
    index += 1
    if input[index] == "[" || (input[index] == "\\" && index + 1 < input.count && "dDsSwWhHpP".unicodeScalars.contains(input[index + 1])) {
      part.items += Self.literal(low) + Self.literal("-")
      return
    }
    let high = try character()
    guard low <= high else { throw refuse("the range \(low)-\(high) is empty") }
    part.items += Self.literal(low) + "-" + Self.literal(high)
  }
}
