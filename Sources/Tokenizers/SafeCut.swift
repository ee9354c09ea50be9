/// Where a text can be cut so that each part, cut into pieces alone, gives the pieces of the whole.
///
/// The rule: the place `i` is safe where `text[i - 1]` is an ASCII letter or digit and `text[i]` is
/// a space or line feed.
///
/// *Why a piece always ends there.* No alternative of any pattern goes from a letter or number on
/// to white space: words are runs of letters (and marks) with contractions after them, numbers
/// runs of numbers; white space comes first in a piece only, or after punctuation (`[\r\n]*`, and
/// the `/` between). So a piece that contains `text[i - 1]` ends at or before `i`, and it cannot
/// end before, as it contains it.
///
/// *Why the left part gives the same pieces.* Its pieces end at `i`, and whether a piece ends does
/// not depend on what comes after it but in two ways: a run goes on (no letter or number comes at
/// `i`, and a contraction is complete without white space), and white space looks at what follows
/// (`(?!\S)`, `\s+$`), which matters for the text's last characters only if they are white space;
/// `text[i - 1]` is none.
///
/// *Why the right part gives the same pieces.* No pattern looks behind: what is found from the
/// start of a piece on depends on the text from there on only.
enum SafeCut {
  @inline(__always)
  static func isSafe(before index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard index > 0, index < text.count else { return index == 0 || index == text.count }
    return isSafe(between: text[index - 1], and: text[index])
  }

  @inline(__always)
  static func isSafe(between last: UInt8, and next: UInt8) -> Bool {
    guard next == UInt8(ascii: " ") || next == UInt8(ascii: "\n") else { return false }
    let isDigit = last &- UInt8(ascii: "0") < 10
    return isDigit || (last | 0x20) &- UInt8(ascii: "a") < 26
  }

  /// The last safe place in `range`, or its lower bound, which must be one.
  static func last(in range: ClosedRange<Int>, of text: UnsafeBufferPointer<UInt8>) -> Int {
    var index = range.upperBound
    while index > range.lowerBound, !isSafe(before: index, text) { index -= 1 }
    return index
  }

  /// Ends of parts of about `size` bytes, the last of them the end of the text.
  static func ends(of text: UnsafeBufferPointer<UInt8>, size: Int) -> [Int] {
    var ends: [Int] = []
    var start = 0
    while text.count - start > size + size / 2 {
      var end = start + size
      while end < text.count, !isSafe(before: end, text) { end += 1 }
      ends.append(end)
      start = end
    }
    if ends.last != text.count { ends.append(text.count) }
    return ends
  }
}
