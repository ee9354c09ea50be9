/// The first line of a code fence (CommonMark 0.31, section 4.5).
struct Fence {
  let character: UInt8
  let length: Int
  /// The blanks before it, 0 to 3; as many are taken from the lines inside.
  let indentation: Int
  /// Where its info string starts and ends, blanks around it left out.
  let info: Range<Int>
  let line: Int

  /// Reads a fence that starts at `start` in a line, or gives nil.
  init?(
    _ bytes: UnsafeBufferPointer<UInt8>, at start: Int, end: Int, indentation: Int, line: Int
  ) {
    guard start < end else { return nil }
    let character = bytes[start]
    guard character == UInt8(ascii: "`") || character == UInt8(ascii: "~") else { return nil }
    var index = start
    while index < end, bytes[index] == character { index += 1 }
    guard index - start >= 3 else { return nil }
    let length = index - start
    var last = end
    while index < last, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    while last > index, Fence.isBlank(bytes[last - 1]) { last -= 1 }
    if character == UInt8(ascii: "`"),
      UnsafeBufferPointer(rebasing: bytes[index..<last]).contains(character)
    {
      return nil
    }
    self.character = character
    self.length = length
    self.indentation = indentation
    self.info = index..<last
    self.line = line
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// True where `start..<end` closes this fence.
  func isClosed(by bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Bool {
    var index = start
    while index < end, bytes[index] == character { index += 1 }
    guard index - start >= length else { return false }
    while index < end, Fence.isBlank(bytes[index]) { index += 1 }
    return index == end
  }

  var text: String {
    String(repeating: String(Character(Unicode.Scalar(character))), count: length)
  }
}
