extension OutputBlock {
  /// The block as it is saved.
  ///
  /// - Parameter lineEnd: the notebook's own.
  func fenced(indentation: Int, lineEnd: String) -> String {
    let fence = String(repeating: "`", count: max(3, longestFence + 1))
    let indent = String(repeating: " ", count: indentation)
    var text = "\(indent)\(fence)output"
    if let name { text += " \(name)" }
    if let key { text += " key=\(key)" }
    if isUnchecked { text += " check=none" }
    text += lineEnd
    var rest = body.utf8[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
      let line = rest[rest.startIndex..<end]
      if !line.isEmpty { text += indent }
      text += String(Substring(line))
      text += lineEnd
      rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
    }
    return text + "\(indent)\(fence)\(lineEnd)"
  }

  /// The longest run of three or more fence characters in the text, or 2.
  private var longestFence: Int {
    var longest = 2
    var run = 0
    var last: UInt8 = 0
    for byte in body.utf8 {
      if byte == UInt8(ascii: "`") {
        run = byte == last ? run + 1 : 1
        longest = max(longest, run)
      }
      last = byte
    }
    return longest
  }

  /// Text as it may stand in a notebook: control characters but tabs and line feeds are written out,
  /// so that no output can break the file or a terminal that shows it.
  public static func sanitized(_ text: String) -> String {
    let isClean = text.utf8.allSatisfy {
      ($0 >= 0x20 && $0 != 0x7F && $0 != 0xC2) || $0 == 0x0A || $0 == 0x09
    }
    if isClean { return text }
    var clean = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x20..<0x7F, 0xA0...: clean.unicodeScalars.append(scalar)
      default: clean += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return clean
  }
}
