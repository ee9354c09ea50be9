/// The HTML blocks of CommonMark that go on over blank lines (section 4.6, kinds 1 to 5): what
/// stands inside is no Markdown, so a fence in a comment is no cell.
struct HTMLBlock {
  private let ends: [[UInt8]]

  init?(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, end: Int) {
    guard start < end, bytes[start] == UInt8(ascii: "<") else { return nil }
    let rest = bytes[start..<end]
    func starts(with text: String) -> Bool {
      rest.count >= text.utf8.count
        && zip(rest, text.utf8).allSatisfy { HTMLBlock.lowercased($0) == $1 }
    }
    for tag in HTMLBlock.tags where starts(with: "<" + tag) {
      let next = start + 1 + tag.utf8.count
      guard next == end || " \t>".utf8.contains(bytes[next]) else { continue }
      ends = HTMLBlock.tags.map { Array("</\($0)>".utf8) }
      return
    }
    for (opening, closing) in HTMLBlock.pairs where starts(with: opening) {
      ends = [Array(closing.utf8)]
      return
    }
    if rest.count > 2, bytes[start + 1] == UInt8(ascii: "!"),
      (0x61...0x7A).contains(HTMLBlock.lowercased(bytes[start + 2]))
    {
      ends = [[UInt8(ascii: ">")]]
      return
    }
    return nil
  }

  private static let tags = ["script", "pre", "style", "textarea"]
  private static let pairs = [("<!--", "-->"), ("<?", "?>"), ("<![cdata[", "]]>")]

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }

  /// True where one of the block's endings stands in `start..<end`.
  func ends(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Bool {
    // All endings hold '>', which is rare, so that is looked for first.
    var index = start
    while index < end {
      if bytes[index] == UInt8(ascii: ">") {
        for ending in ends where index + 1 - start >= ending.count {
          let from = index + 1 - ending.count
          if zip(bytes[from...index], ending).allSatisfy({ HTMLBlock.lowercased($0) == $1 }) {
            return true
          }
        }
      }
      index += 1
    }
    return false
  }
}
