/// The grammar of RFC 8259, rule by rule, as slowly as it likes: says whether a text is JSON.
///
/// Independent of `JSONParser`: it works on Unicode scalars and builds nothing. It knows nothing
/// of limits (depth, range of numbers) and lets lone surrogates pass, as the RFC does.
struct JSONRecognizer {
  private let text: [Unicode.Scalar]
  private var index = 0

  static func accepts(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    var scalars = Array(text.unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var recognizer = JSONRecognizer(text: scalars)
    return recognizer.element() && recognizer.index == scalars.count
  }

  private init(text: [Unicode.Scalar]) { self.text = text }

  private mutating func take(_ set: Set<Unicode.Scalar>) -> Bool {
    guard index < text.count, set.contains(text[index]) else { return false }
    index += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    guard index + scalars.count <= text.count,
      Array(text[index..<index + scalars.count]) == scalars
    else { return false }
    index += scalars.count
    return true
  }

  private mutating func blanks() { while take([" ", "\t", "\n", "\r"]) {} }

  private mutating func element() -> Bool {
    blanks()
    defer { blanks() }
    if take(["["]) { return list(close: "]") { $0.element() } }
    if take(["{"]) {
      return list(close: "}") { recognizer in
        recognizer.blanks()
        guard recognizer.string() else { return false }
        recognizer.blanks()
        return recognizer.take([":"]) && recognizer.element()
      }
    }
    return string() || take(word: "true") || take(word: "false") || take(word: "null") || number()
  }

  private mutating func list(
    close: Unicode.Scalar, item: (inout JSONRecognizer) -> Bool
  ) -> Bool {
    blanks()
    if take([close]) { return true }
    while item(&self) {
      blanks()
      if take([close]) { return true }
      if !take([","]) { return false }
    }
    return false
  }

  private mutating func number() -> Bool {
    let digits = Set("0123456789".unicodeScalars)
    _ = take(["-"])
    if !take(["0"]) {
      guard take(digits.subtracting(["0"])) else { return false }
      while take(digits) {}
    }
    if take(["."]) {
      guard take(digits) else { return false }
      while take(digits) {}
    }
    if take(["e", "E"]) {
      _ = take(["+", "-"])
      guard take(digits) else { return false }
      while take(digits) {}
    }
    return true
  }

  private mutating func string() -> Bool {
    guard take(["\""]) else { return false }
    while index < text.count {
      if take(["\""]) { return true }
      if take(["\\"]) {
        if take(["u"]) {
          for _ in 0..<4 {
            guard take(Set("0123456789abcdefABCDEF".unicodeScalars)) else { return false }
          }
        } else if !take(Set(#""\/bfnrt"#.unicodeScalars)) {
          return false
        }
      } else if text[index].value < 0x20 {
        return false
      } else {
        index += 1
      }
    }
    return false
  }
}
