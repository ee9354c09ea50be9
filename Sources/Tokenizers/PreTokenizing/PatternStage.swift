import CRegex

/// A pre-tokenizer pattern and its plain executor: matches and what lies between them are pieces.
struct PatternStage: Sendable, Equatable {
  let pattern: String
  private let code: CompiledPattern

  private final class CompiledPattern: @unchecked Sendable {
    // Sendable: PCRE2 never writes to compiled code; match data is made for every call.
    let code: OpaquePointer
    init(_ code: OpaquePointer) { self.code = code }
    deinit { pcre2_code_free_8(code) }
  }

  static func == (a: PatternStage, b: PatternStage) -> Bool { a.pattern == b.pattern }

  /// Nil if the pattern is not one.
  init?(_ pattern: String) {
    var (error, offset) = (Int32(0), 0)
    let options =
      PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_INVALID_UTF
      | PCRE2_NEVER_BACKSLASH_C
    guard
      let code = pcre2_compile_8(
        Array(pattern.utf8), pattern.utf8.count, options, &error, &offset, nil)
    else { return nil }
    pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
    self.pattern = pattern
    self.code = CompiledPattern(code)
  }

  /// Where the pieces of `text` end.
  func ends(in text: UnsafeBufferPointer<UInt8>) -> [Int] {
    guard let data = pcre2_match_data_create_8(1, nil) else { return [text.count] }
    defer { pcre2_match_data_free_8(data) }
    var ends: [Int] = []
    var index = 0
    while index < text.count,
      pcre2_match_8(code.code, text.baseAddress, text.count, index, PCRE2_NOTEMPTY, data, nil) >= 0,
      let offsets = pcre2_get_ovector_pointer_8(data)
    {
      if offsets[0] > (ends.last ?? 0) { ends.append(offsets[0]) }
      ends.append(offsets[1])
      index = offsets[1]
    }
    if (ends.last ?? 0) < text.count { ends.append(text.count) }
    return ends
  }
}

extension PreTokenizer.Stage {
  /// The stage that cuts text at the matches of a published pattern.
  static func pieces(matching pattern: String) -> PreTokenizer.Stage? {
    if GPT2Splitter.patterns.contains(pattern) { return .gpt2 }
    return PatternStage(pattern).map { .pattern($0) }
  }
}
