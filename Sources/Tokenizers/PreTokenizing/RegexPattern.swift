import CRegex
import Kernels
import Synchronization

/// A regular expression in Oniguruma's syntax, compiled by PCRE2 with limits.
///
/// Bytes that are no valid UTF-8 count as characters without any class.
final class RegexPattern: @unchecked Sendable, Equatable {
  // Sendable: the compiled code is constant, and the working memory is handed to one user at a time.

  /// The longest pattern, in bytes.
  static let longestSource = 1 << 14
  /// How many steps PCRE2 may take for one match, and more for each byte that it may have to pass.
  private static let leastSteps = 10_000_000
  private static let stepsPerByte = 32
  /// What takes the place of a byte that is no UTF-8: a noncharacter, without any class.
  private static let placeholder: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBE]

  /// The pattern as it was written.
  let source: String
  private let code: OpaquePointer
  private let scratch = Mutex<[Scratch]>([])

  private struct Scratch: @unchecked Sendable {
    let match: OpaquePointer
    let context: OpaquePointer
    let stack: OpaquePointer?
  }

  /// - Throws: ``RegexError`` for what Oniguruma or PCRE2 does not know, or what the two read
  ///   differently and no translation is known.
  init(_ source: String) throws(RegexError) {
    self.source = source
    if source.utf8.count > Self.longestSource {
      throw RegexError(place: 0, reason: "it has more than \(Self.longestSource) bytes")
    }
    let translated = Array(try OnigurumaSyntax.translate(source).utf8)
    var (error, place): (Int32, Int) = (0, 0)
    let options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C
    guard let context = pcre2_compile_context_create_8(nil) else {
      throw RegexError(place: 0, reason: "there is no memory")
    }
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    pcre2_set_parens_nest_limit_8(context, 100)
    guard
      let code = pcre2_compile_8(translated, translated.count, options, &error, &place, context)
    else {
      var text = [UInt8](repeating: 0, count: 256)
      let count = Int(pcre2_get_error_message_8(error, &text, text.count))
      throw RegexError(
        place: min(place, source.utf8.count),
        reason: count > 0 ? String(decoding: text[..<count], as: UTF8.self) : "error \(error)")
    }
    // Without a just-in-time compiler the interpreter gives the same matches.
    _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    self.code = code
  }

  deinit {
    scratch.withLock { all in
      for scratch in all { Self.free(scratch) }
    }
    pcre2_code_free_8(code)
  }

  static func == (left: RegexPattern, right: RegexPattern) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8)
  }

  /// Calls `body` with all matches from left to right; an empty one does not follow another match
  /// at once.
  ///
  /// - Throws: ``EncodingFailure/patternLimit(pattern:)`` where the limits do not suffice.
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void)
    throws(EncodingFailure)
  {
    guard let bytes = text.baseAddress else { return }
    var isValid = true
    Separator.forEachCharacter(in: text) { scalar, _ in
      if scalar == UTF8Reader.invalid { isValid = false }
    }
    if isValid { return try search(bytes, text.count, body) }

    var repaired: [UInt8] = []
    var places: [Int] = []  // of every byte of the repaired text
    Separator.forEachCharacter(in: text) { scalar, range in
      let character = scalar == UTF8Reader.invalid ? Self.placeholder : Array(text[range])
      repaired += character
      places += [Int](repeating: range.lowerBound, count: character.count)
    }
    places.append(text.count)
    try repaired.withUnsafeBufferPointer { (repaired) throws(EncodingFailure) in
      guard let bytes = repaired.baseAddress else { return }
      try search(bytes, repaired.count) { body(places[$0.lowerBound]..<places[$0.upperBound]) }
    }
  }

  private func search(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ body: (Range<Int>) -> Void
  ) throws(EncodingFailure) {
    guard let scratch = take() else { throw .patternLimit(pattern: source) }
    defer { self.scratch.withLock { $0.append(scratch) } }
    var (position, lastEnd, matches) = (0, -1, 0)
    while position <= count {
      matches &+= 1
      if matches & 0xFFF == 0 {
        do { try Cancellation.check() } catch { throw .stopped(error) }
      }
      let steps = Self.leastSteps + Self.stepsPerByte * (count - position)
      pcre2_set_match_limit_8(scratch.context, UInt32(clamping: steps))
      let result = pcre2_match_8(
        code, bytes, count, position, PCRE2_NO_UTF_CHECK, scratch.match, scratch.context)
      if result == PCRE2_ERROR_NOMATCH { return }
      guard result >= 0, let ends = pcre2_get_ovector_pointer_8(scratch.match) else {
        throw .patternLimit(pattern: source)
      }
      let (start, end) = (Int(ends[0]), Int(ends[1]))
      // \K in a lookahead may give an end before the start.
      guard start <= end, end >= position, start > lastEnd || start >= max(0, lastEnd) else {
        throw .patternLimit(pattern: source)
      }
      if start == end, end == lastEnd {
        if position >= count { return }
        position += UTF8Reader.scalar(bytes, position, count).length
        continue
      }
      (position, lastEnd) = (end, end)
      body(start..<end)
    }
  }

  private func take() -> Scratch? {
    if let kept = scratch.withLock({ $0.popLast() }) { return kept }
    guard let match = pcre2_match_data_create_8(1, nil) else { return nil }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(match)
      return nil
    }
    let stack = pcre2_jit_stack_create_8(1 << 15, 1 << 23, nil)
    pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
    pcre2_set_heap_limit_8(context, 1 << 16)  // KiB; for the interpreter
    return Scratch(match: match, context: context, stack: stack)
  }

  private static func free(_ scratch: Scratch) {
    pcre2_match_data_free_8(scratch.match)
    pcre2_match_context_free_8(scratch.context)
    if let stack = scratch.stack { pcre2_jit_stack_free_8(stack) }
  }
}

/// Why a regular expression is not taken.
struct RegexError: Error, Equatable {
  /// The byte, where it is known.
  var place: Int
  var reason: String
}
