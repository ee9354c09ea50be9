/// Whether two outputs say the same: texts, ids and shapes exactly, floats within a tolerance.
struct OutputComparison {
  let tolerance: Tolerance

  /// True where the outputs say the same.
  ///
  /// Blanks and rules may be of other lengths only where a float differs within the tolerance: its
  /// column may have become wider.
  func accepts(_ saved: String, _ new: String) -> Bool {
    if saved.utf8.elementsEqual(new.utf8) { return true }
    let old = TextDifference.lines(saved)
    let now = TextDifference.lines(new)
    guard old.count == now.count else { return false }
    var found = LineResult()
    for (a, b) in zip(old, now) {
      guard let result = compare(a, b) else { return false }
      found.floatsDiffer = found.floatsDiffer || result.floatsDiffer
      found.layoutDiffers = found.layoutDiffers || result.layoutDiffers
    }
    return found.floatsDiffer || !found.layoutDiffers
  }

  /// True where two lines differ at most by floats within the tolerance and by layout.
  func areAlike(_ a: Substring, _ b: Substring) -> Bool { compare(a, b) != nil }

  private struct LineResult {
    var floatsDiffer = false
    var layoutDiffers = false
  }

  /// Nil where the lines say different things.
  private func compare(_ a: Substring, _ b: Substring) -> LineResult? {
    var result = LineResult()
    if a.utf8.elementsEqual(b.utf8) { return result }
    var left = Tokens(a)
    var right = Tokens(b)
    while true {
      let x = left.next()
      let y = right.next()
      switch (x, y) {
      case (nil, nil): return result
      case (.blanks(let x)?, .blanks(let y)?):
        if x != y { result.layoutDiffers = true }
      // Blanks at a line's start or end come and go with a column's width.
      case (.rule(let x, let countX)?, .rule(let y, let countY)?) where x == y:
        if countX != countY { result.layoutDiffers = true }
      case (.number(let textX, let x, let isFloatX)?, .number(let textY, let y, let isFloatY)?):
        if textX.utf8.elementsEqual(textY.utf8) { continue }
        guard isFloatX || isFloatY, tolerance.accepts(x, y) else { return nil }
        result.floatsDiffer = true
      case (.text(let x)?, .text(let y)?) where x.utf8.elementsEqual(y.utf8): continue
      default:
        // A leading blank may be there on one side only.
        guard let rest = skippingBlanks(x, y, &left, &right), rest else { return nil }
        result.layoutDiffers = true
      }
    }
  }

  /// Steps over blanks that stand at a line's start or end on one side only.
  private func skippingBlanks(
    _ x: Tokens.Token?, _ y: Tokens.Token?, _ left: inout Tokens, _ right: inout Tokens
  ) -> Bool? {
    if case .blanks? = x, y == nil || right.isAtStart {
      right.unread(y)
      return true
    }
    if case .blanks? = y, x == nil || left.isAtStart {
      left.unread(x)
      return true
    }
    return nil
  }

  /// A line in words, numbers, blanks and rules.
  struct Tokens {
    enum Token: Equatable {
      case text(Substring)
      case number(Substring, value: Double, isFloat: Bool)
      case blanks(Int)
      /// A run of one of the characters that rules are drawn with.
      case rule(Unicode.Scalar, Int)
    }

    private let line: Substring
    private var position: Substring.UnicodeScalarView.Index
    private var pending: Token??
    private var count = 0

    init(_ line: Substring) {
      self.line = line
      position = line.unicodeScalars.startIndex
    }

    /// The last token taken was the line's first.
    var isAtStart: Bool { count == 1 }

    mutating func unread(_ token: Token?) { pending = .some(token) }

    mutating func next() -> Token? {
      if let token = pending {
        pending = nil
        return token
      }
      count += 1
      let scalars = line.unicodeScalars
      guard position < scalars.endIndex else { return nil }
      let start = position
      let first = scalars[start]
      if first == " " || first == "\t" {
        return .blanks(run { $0 == " " || $0 == "\t" })
      }
      if "─━═-=".unicodeScalars.contains(first) {
        let ahead = scalars[start...].dropFirst().first
        if ahead == first { return .rule(first, run { $0 == first }) }
      }
      if let number = number(from: start) { return number }
      if Tokens.isWord(first) {
        _ = run(Tokens.isWord)
        return .text(line[start..<position])
      }
      position = scalars.index(after: start)
      return .text(line[start..<position])
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
      (0x30...0x39).contains(scalar.value)
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
      isDigit(scalar) || scalar == "_" || scalar.properties.isAlphabetic
    }

    private mutating func run(_ belongs: (Unicode.Scalar) -> Bool) -> Int {
      let scalars = line.unicodeScalars
      var count = 0
      while position < scalars.endIndex, belongs(scalars[position]) {
        position = scalars.index(after: position)
        count += 1
      }
      return count
    }

    /// `-1.5e-3`: a sign only where nothing it could join stands before it, nothing of a word behind.
    private mutating func number(from start: Substring.UnicodeScalarView.Index) -> Token? {
      let scalars = line.unicodeScalars
      var index = start
      func scalar(_ index: Substring.UnicodeScalarView.Index) -> Unicode.Scalar? {
        index < scalars.endIndex ? scalars[index] : nil
      }
      func isDigit(at index: Substring.UnicodeScalarView.Index) -> Bool {
        scalar(index).map(Tokens.isDigit) ?? false
      }
      func skipDigits() {
        while isDigit(at: index) { index = scalars.index(after: index) }
      }
      if scalar(index) == "-" || scalar(index) == "+" {
        if start > scalars.startIndex, Tokens.isWord(scalars[scalars.index(before: start)]) {
          return nil
        }
        index = scalars.index(after: index)
      }
      guard isDigit(at: index) else { return nil }
      skipDigits()
      var isFloat = false
      if scalar(index) == ".", isDigit(at: scalars.index(after: index)) {
        isFloat = true
        index = scalars.index(after: index)
        skipDigits()
      }
      if scalar(index) == "e" || scalar(index) == "E" {
        var exponent = scalars.index(after: index)
        if scalar(exponent) == "-" || scalar(exponent) == "+" {
          exponent = scalars.index(after: exponent)
        }
        if isDigit(at: exponent) {
          isFloat = true
          index = exponent
          skipDigits()
        }
      }
      if let next = scalar(index), Tokens.isWord(next) { return nil }
      let text = line[start..<index]
      guard let value = Double(text) else { return nil }
      position = index
      return .number(text, value: value, isFloat: isFloat)
    }
  }
}
