/// Arithmetic worked out by rewriting the text, with fractions as pairs: slow, and without the library's parser.
enum NaiveArithmetic {
  /// The value as numerator over denominator (not reduced); nil if it is no expression, or divides by zero.
  static func value(_ text: String) -> (Int, Int)? {
    var pieces: [(symbol: Character, number: (Int, Int)?)] = []
    for character in text where character != " " {
      if let digit = character.wholeNumberValue {
        if let last = pieces.last?.number {
          pieces[pieces.count - 1].number = (last.0 * 10 + digit, 1)
        } else {
          pieces.append(("n", (digit, 1)))
        }
      } else {
        pieces.append((character, nil))
      }
    }
    // Innermost brackets first, in them products first.
    while pieces.count > 1 {
      let close = pieces.firstIndex { $0.symbol == ")" } ?? pieces.count
      let open = pieces[..<close].lastIndex { $0.symbol == "(" } ?? -1
      if close < pieces.count && open < 0 { return nil }
      if close == pieces.count && open >= 0 { return nil }
      var inner = Array(pieces[(open + 1)..<close])
      while inner.count > 1 {
        let place =
          inner.firstIndex { "*/".contains($0.symbol) }
          ?? inner.firstIndex { "+-".contains($0.symbol) }
        guard let place, place > 0, place + 1 < inner.count, let a = inner[place - 1].number,
          let b = inner[place + 1].number
        else { return nil }
        let result: (Int, Int)
        switch inner[place].symbol {
        case "+": result = (a.0 * b.1 + b.0 * a.1, a.1 * b.1)
        case "-": result = (a.0 * b.1 - b.0 * a.1, a.1 * b.1)
        case "*": result = (a.0 * b.0, a.1 * b.1)
        default: result = (a.0 * b.1, a.1 * b.0)
        }
        if result.1 == 0 { return nil }
        inner.replaceSubrange(
          (place - 1)...(place + 1), with: [(symbol: "n" as Character, number: result)])
      }
      guard inner.count == 1, inner[0].number != nil else { return nil }
      let bracket = max(open, 0)..<min(close + 1, pieces.count)
      pieces.replaceSubrange(bracket, with: inner)
    }
    return pieces.first?.number
  }

  /// The value of a text if it is whole.
  static func integer(_ text: String) -> Int? {
    value(text).flatMap { $0.0 % $0.1 == 0 ? $0.0 / $0.1 : nil }
  }

  /// The runs of digits in a text, as numbers.
  static func numbers(in text: some StringProtocol) -> [Int] {
    text.split { !$0.isNumber }.compactMap { Int($0) }
  }
}
