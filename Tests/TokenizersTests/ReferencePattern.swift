import CRegex

@testable import Tokenizers

/// A pattern run by PCRE2, anchored again and again: what the scanners must give.
final class ReferencePattern {
  struct Refused: Error { var pattern: String }

  private let code: OpaquePointer
  private let match: OpaquePointer

  init(_ pattern: String) throws {
    var (error, place): (Int32, Int) = (0, 0)
    // tiktoken's $ is the end of the text, never a line end before it.
    let text = Array(pattern.replacing("++$|", with: "++\\z|").utf8)
    guard let code = pcre2_compile_8(text, text.count, PCRE2_UTF | PCRE2_UCP, &error, &place, nil),
      let match = pcre2_match_data_create_from_pattern_8(code, nil)
    else { throw Refused(pattern: pattern) }
    (self.code, self.match) = (code, match)
  }

  deinit {
    pcre2_match_data_free_8(match)
    pcre2_code_free_8(code)
  }

  func ends(_ text: [UInt8]) -> [Int] {
    var ends: [Int] = []
    while (ends.last ?? 0) < text.count {
      let found = pcre2_match_8(
        code, text, text.count, ends.last ?? 0, UInt32(PCRE2_ANCHORED), match, nil)
      guard found > 0 else { return ends }
      ends.append(pcre2_get_ovector_pointer_8(match)[1])
    }
    return ends
  }
}

extension ScannedPattern {
  /// The ends of the pieces by the plain scanner.
  func plainEnds(_ text: [UInt8]) -> [Int] {
    var ends: [Int] = []
    while (ends.last ?? 0) < text.count {
      ends.append(endOfPiece(text, from: ends.last ?? 0, count: text.count))
    }
    return ends
  }

  func scannedEnds(_ text: [UInt8]) -> [Int] {
    var ends: [Int] = []
    text.withUnsafeBufferPointer { forEachEnd(of: $0) { ends.append($0) } }
    return ends
  }
}
