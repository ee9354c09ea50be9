/// A piece of source: a cell, an entry at the prompt, or a script.
public final class SourceText: Sendable {
  /// How errors name it: `cell 3`, `script.tessera`; nil where there is just one.
  public let name: String?
  public let text: String
  public let bytes: [UInt8]
  /// The offset of each line's first byte.
  private let lineStarts: [Int]

  public init(_ text: String, name: String? = nil) {
    self.name = name
    self.text = text
    bytes = Array(text.utf8)
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(index + 1)
    }
    lineStarts = starts
  }

  /// The line (from 1) of a byte offset, and the offset of that line's first byte.
  public func line(at offset: Int) -> (number: Int, start: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, lineStarts[low])
  }

  /// A line's text without its end, by number from 1.
  public func lineText(_ number: Int) -> String {
    guard (1...lineStarts.count).contains(number) else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
  }

  /// The bytes of a line without its end, by number from 1.
  func lineByteCount(_ number: Int) -> Int {
    guard (1...lineStarts.count).contains(number) else { return 0 }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return max(0, end - start)
  }

  /// The start of the Unicode scalar that an offset lies in.
  func characterStart(atOrBefore offset: Int, from lowest: Int) -> Int {
    var index = min(max(lowest, offset), bytes.count)
    while index > lowest, index < bytes.count, bytes[index] & 0xC0 == 0x80 { index -= 1 }
    return index
  }

  public subscript(span: SourceSpan) -> String {
    let end = min(max(0, span.end), bytes.count)
    return String(decoding: bytes[min(max(0, span.start), end)..<end], as: UTF8.self)
  }
}

/// A half-open range of byte offsets in a ``SourceText``.
public struct SourceSpan: Sendable, Equatable, Hashable {
  public var start: Int
  public var end: Int

  public init(_ start: Int, _ end: Int) { (self.start, self.end) = (start, end) }

  /// From this span's start to the other's end.
  public func through(_ other: SourceSpan) -> SourceSpan {
    SourceSpan(min(start, other.start), max(end, other.end))
  }

  /// The empty span just behind this one.
  public var after: SourceSpan { SourceSpan(end, end) }
}
