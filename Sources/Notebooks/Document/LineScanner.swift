import Glibc

/// Walks the lines of a text by their offsets.
///
/// A line ends with a line feed; a carriage return before it belongs to the end.
struct LineScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  /// The offset of the next line.
  private(set) var position: Int
  /// The number of the last line taken, from 1.
  private(set) var number = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// One line: its text is `start..<end`, its end `end..<next`.
  struct Line {
    let number: Int
    let start: Int
    let end: Int
    let next: Int
  }

  mutating func next() -> Line? {
    guard position < bytes.count else { return nil }
    let start = position
    number += 1
    guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start)
    else {
      position = bytes.count
      return Line(number: number, start: start, end: bytes.count, next: bytes.count)
    }
    let feed = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    position = feed + 1
    let end = feed > start && bytes[feed - 1] == 0x0D ? feed - 1 : feed
    return Line(number: number, start: start, end: end, next: feed + 1)
  }

  static func firstNUL(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let base = bytes.baseAddress, let found = memchr(base, 0, bytes.count) else { return nil }
    return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
  }

  /// Looks at the coming lines without taking them.
  var copy: LineScanner { self }
}

extension LineScanner.Line {
  /// How far the line is indented, in columns (tabs stop at every fourth), and where that ends.
  func indentation(in bytes: UnsafeBufferPointer<UInt8>) -> (columns: Int, end: Int) {
    var columns = 0
    var index = start
    while index < end {
      switch bytes[index] {
      case 0x20: columns += 1
      case 0x09: columns += 4 - columns % 4
      default: return (columns, index)
      }
      index += 1
    }
    return (columns, index)
  }

  func isBlank(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    indentation(in: bytes).end == end
  }
}
