import Language

/// What stands around the cursor, told from the text before it alone.
///
/// The text is unfinished by nature, so it is walked with a scanner of its own: quotes, brackets,
/// words and the signs that begin a stage are all that it knows.
struct CompletionContext: Equatable {
  enum Place: Equatable {
    /// The first word of a statement or of a stage after `|`.
    case stage
    /// A value in an expression that no call surrounds.
    case operand
    /// An argument: `given` are the names written so far, `position` counts those by place.
    case argument(command: String, given: [String], position: Int, isPiped: Bool)
    /// Right after `name=`.
    case parameterValue(command: String, parameter: String)
    /// Inside quotes.
    case text(quote: String)
    /// In a comment, after a number, behind a field of something unnamed.
    case nothing
  }

  /// The offset of the word's first byte.
  var start: Int
  /// What stands from there to the cursor.
  var word: String
  var place: Place

  init(start: Int, word: String, place: Place) {
    (self.start, self.word, self.place) = (start, word, place)
  }

  /// The context at the end of `text`.
  init(before text: String, isCallable: @escaping (String) -> Bool) {
    var scanner = CompletionScanner(Array(text.utf8), isCallable: isCallable)
    self = scanner.scan()
  }
}

/// Walks a text once and keeps, for every open bracket, what call surrounds it.
private struct CompletionScanner {
  /// One open bracket, or the text's top.
  private struct Frame {
    var opener: UInt8
    /// The call whose arguments stand here.
    var callee: String?
    var isParenthesizedCall = false
    var given: [String] = []
    var position = 0
    var isPiped = false
    /// The first word of a stage is expected.
    var isAtStart = true
    /// `name=` was read and its value not yet.
    var parameter: String?

    mutating func begin(piped: Bool = false) {
      callee = nil
      given = []
      position = 0
      isPiped = piped
      isAtStart = true
      parameter = nil
    }

    /// Something that has a value was read.
    mutating func takeOperand() {
      if parameter == nil, !isParenthesizedCall { position += 1 }
      parameter = nil
      isAtStart = false
    }
  }

  private let bytes: [UInt8]
  private let isCallable: (String) -> Bool
  private var index = 0
  private var frames = [Frame(opener: 0, callee: nil)]
  /// Texts that an open `${` interrupts, by their quotes.
  private var interruptedTexts: [String] = []
  /// The last byte that is no blank, and whether a blank follows it.
  private var last: UInt8 = 0
  private var isAfterBlank = true

  init(_ bytes: [UInt8], isCallable: @escaping (String) -> Bool) {
    self.bytes = bytes
    self.isCallable = isCallable
  }

  private static let stageWords: Set<String> = ["return", "else", "time", "try"]
  private static let otherWords: Set<String> = [
    "if", "for", "while", "in", "and", "or", "not", "fn", "sweep", "with", "assert", "import",
    "catch", "break", "continue",
  ]

  mutating func scan() -> CompletionContext {
    while index < bytes.count {
      if let found = step() { return found }
    }
    return context(from: bytes.count)
  }

  /// Reads one token; gives the context where the cursor stands inside it.
  private mutating func step() -> CompletionContext? {
    let byte = bytes[index]
    let afterBlank = isAfterBlank
    isAfterBlank = false
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      isAfterBlank = true
      index += 1
      return nil
    case UInt8(ascii: "\n"):
      isAfterBlank = true
      index += 1
      let opener = frames[frames.count - 1].opener
      let isBlock = opener == 0 || opener == UInt8(ascii: "{")
      if isBlock, !isContinued { frames[frames.count - 1].begin() }
      return nil
    case UInt8(ascii: "#"):
      while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      return index == bytes.count
        ? CompletionContext(start: index, word: "", place: .nothing) : nil
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      let isTriple =
        byte == UInt8(ascii: "\"") && bytes[index...].starts(with: [byte, byte, byte])
      let quote = isTriple ? "\"\"\"" : byte == UInt8(ascii: "'") ? "'" : "\""
      index += quote.utf8.count
      return text(quote: quote)
    default:
      defer { last = bytes[index - 1] }
      if isWordByte(byte) { return word(afterBlank: afterBlank) }
      index += 1
      return sign(byte)
    }
  }

  /// A line whose last sign wants more goes on in the next.
  private var isContinued: Bool { ",=|+-*/%@<>(".utf8.contains(last) }

  private mutating func text(quote: String) -> CompletionContext? {
    let start = index
    let end = Array(quote.utf8)
    while index < bytes.count {
      if bytes[index...].starts(with: end) {
        index += end.count
        last = end[0]
        frames[frames.count - 1].takeOperand()
        return nil
      }
      let isRaw = quote == "'"
      if !isRaw, bytes[index...].starts(with: [UInt8(ascii: "$"), UInt8(ascii: "{")]) {
        index += 2
        interruptedTexts.append(quote)
        frames.append(Frame(opener: UInt8(ascii: "$"), callee: nil, isAtStart: false))
        last = UInt8(ascii: "{")
        return nil
      }
      index += !isRaw && bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    index = bytes.count
    return CompletionContext(
      start: min(start, index), word: string(from: min(start, index)), place: .text(quote: quote))
  }

  private mutating func word(afterBlank: Bool) -> CompletionContext? {
    let start = index
    while index < bytes.count, isWordByte(bytes[index]) || isDotInside(index, from: start) {
      index += 1
    }
    let word = string(from: start)
    let isNumber = bytes[start] >= 0x30 && bytes[start] <= 0x39
    let isField = !afterBlank && last == UInt8(ascii: ".")
    if index == bytes.count {
      if isNumber || isField { return CompletionContext(start: index, word: "", place: .nothing) }
      return context(from: start)
    }
    if isNumber || isField {
      if isNumber { frames[frames.count - 1].takeOperand() }
      return nil
    }
    let next = bytes[index]
    if next == UInt8(ascii: "(") {
      index += 1
      frames[frames.count - 1].takeOperand()
      frames.append(
        Frame(
          opener: next, callee: isCallable(word) ? word : nil, isParenthesizedCall: true,
          isAtStart: false))
      return nil
    }
    if isAssignment(at: index) {
      index += 1
      if frames[frames.count - 1].isAtStart {
        frames[frames.count - 1].begin()
      } else {
        frames[frames.count - 1].given.append(word)
        frames[frames.count - 1].parameter = word
      }
      return nil
    }
    take(word)
    return nil
  }

  private mutating func take(_ word: String) {
    let top = frames.count - 1
    if Self.stageWords.contains(word) {
      frames[top].begin()
    } else if Self.otherWords.contains(word) {
      frames[top].begin()
      frames[top].isAtStart = false
    } else if frames[top].isAtStart, isCallable(word), !isBinding {
      frames[top].callee = word
      frames[top].isAtStart = false
    } else if frames[top].isAtStart, isBinding {
      // `name = …`: the `=` begins the stage.
    } else {
      frames[top].takeOperand()
    }
  }

  /// The word just read is followed by blanks and a single `=`.
  private var isBinding: Bool {
    var next = index
    while next < bytes.count, bytes[next] == UInt8(ascii: " ") { next += 1 }
    if next < bytes.count, "+-*/".utf8.contains(bytes[next]) { next += 1 }
    return isAssignment(at: next)
  }

  private func isAssignment(at index: Int) -> Bool {
    index < bytes.count && bytes[index] == UInt8(ascii: "=")
      && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "="))
  }

  private mutating func sign(_ byte: UInt8) -> CompletionContext? {
    let top = frames.count - 1
    switch byte {
    case UInt8(ascii: "("):
      frames.append(Frame(opener: byte, callee: nil))
    case UInt8(ascii: "["):
      frames.append(Frame(opener: byte, callee: nil, isAtStart: false))
    case UInt8(ascii: "{"):
      frames.append(Frame(opener: byte, callee: nil))
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      return close(byte)
    case UInt8(ascii: "|"):
      frames[top].begin(piped: true)
    case UInt8(ascii: ";"):
      frames[top].begin()
    case UInt8(ascii: ","):
      frames[top].parameter = nil
      if frames[top].isParenthesizedCall { frames[top].position += 1 }
    case UInt8(ascii: "=") where frames[top].isAtStart && isSingleEqual:
      frames[top].begin()
    case UInt8(ascii: ">") where last == UInt8(ascii: "-"):
      frames[top].begin()
    case UInt8(ascii: ":") where frames[top].opener == UInt8(ascii: "{"):
      frames[top].begin()
      frames[top].isAtStart = false
    default: break
    }
    return nil
  }

  private var isSingleEqual: Bool {
    index < bytes.count ? bytes[index] != UInt8(ascii: "=") : true
  }

  private mutating func close(_ byte: UInt8) -> CompletionContext? {
    guard frames.count > 1 else { return nil }
    let closed = frames.removeLast()
    if closed.opener == UInt8(ascii: "$"), let quote = interruptedTexts.popLast() {
      return resume(quote)
    }
    let top = frames.count - 1
    // `{a, b} = …` is a statement's start yet.
    if closed.opener != UInt8(ascii: "("), frames[top].isAtStart, isBinding { return nil }
    // Arguments of `f(…)` were counted with the name.
    if !closed.isParenthesizedCall { frames[top].takeOperand() }
    return nil
  }

  /// Walks over the rest of a text behind `${…}`; a path with something interpolated is no path
  /// that can be looked for.
  private mutating func resume(_ quote: String) -> CompletionContext? {
    let result = text(quote: quote)
    return result.map { CompletionContext(start: $0.start, word: "", place: .nothing) }
  }

  /// The context where the word from `start` to the cursor is being typed.
  private func context(from start: Int) -> CompletionContext {
    let frame = frames[frames.count - 1]
    let place: CompletionContext.Place
    if let parameter = frame.parameter {
      place = frame.callee.map { .parameterValue(command: $0, parameter: parameter) } ?? .operand
    } else if frame.isAtStart {
      place = .stage
    } else if let callee = frame.callee {
      place = .argument(
        command: callee, given: frame.given, position: frame.position, isPiped: frame.isPiped)
    } else {
      place = .operand
    }
    return CompletionContext(start: start, word: string(from: start), place: place)
  }

  private func string(from start: Int) -> String {
    String(decoding: bytes[min(start, index)..<index], as: UTF8.self)
  }

  private func isDotInside(_ index: Int, from start: Int) -> Bool {
    bytes[index] == UInt8(ascii: ".") && index > start && bytes[index - 1] != UInt8(ascii: ".")
      && (index + 1 == bytes.count || isWordByte(bytes[index + 1]))
  }
}

/// Letters, digits and `_`; every byte of a letter beyond ASCII counts.
private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
    true
  default: false
  }
}
