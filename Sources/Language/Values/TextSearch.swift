/// Finding, cutting and replacing in texts, scalar by scalar: no canonical equivalence, which would
/// hide differences that tokenizers see.
public enum TextSearch {
  /// The UTF-8 offsets at which `part` occurs, not overlapping; `part` is not empty.
  public static func offsets(of part: String, in text: String) -> [Int] {
    let wanted = Array(part.utf8)
    guard let first = wanted.first else { return [] }
    var text = text
    return text.withUTF8 { bytes in
      var found: [Int] = []
      var index = 0
      let last = bytes.count - wanted.count
      while index <= last {
        if bytes[index] == first, wanted.indices.allSatisfy({ bytes[index + $0] == wanted[$0] }) {
          found.append(index)
          index += wanted.count
        } else {
          index += 1
        }
      }
      return found
    }
  }

  /// The parts between the places where `separator` occurs.
  public static func split(_ text: String, at separator: String) -> [String] {
    var parts: [String] = []
    var start = text.utf8.startIndex
    var position = 0
    for offset in offsets(of: separator, in: text) {
      let end = text.utf8.index(start, offsetBy: offset - position)
      parts.append(String(text[start..<end]))
      start = text.utf8.index(end, offsetBy: separator.utf8.count)
      position = offset + separator.utf8.count
    }
    parts.append(String(text[start...]))
    return parts
  }

  /// The text with occurrences of `old` replaced, the first `limit` of them.
  public static func replace(
    _ text: String, _ old: String, with new: String, limit: Int = .max
  ) -> String {
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    var start = 0
    for offset in offsets(of: old, in: text).prefix(limit) {
      result += bytes[start..<offset]
      result += new.utf8
      start = offset + old.utf8.count
    }
    result += bytes[start...]
    return String(decoding: result, as: UTF8.self)
  }

  /// The scalar offset that a UTF-8 offset, which starts a scalar, stands for.
  public static func scalarOffset(ofUTF8 offset: Int, in text: String) -> Int {
    // Bytes 10xxxxxx go on with a scalar.
    text.utf8.prefix(offset).reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  /// A good place to cut a text near a scalar offset: after a line's end, else after a blank, within
  /// a twentieth of the text on either side; else the offset itself. The nearest wins, of two the
  /// earlier.
  public static func cut(_ text: String, near place: Int, of length: Int) -> Int {
    if place <= 0 || place >= length { return min(max(place, 0), length) }
    let reach = length / 20
    var bestLine: Int?
    var bestBlank: Int?
    func nearer(_ offset: Int, _ best: Int?) -> Bool {
      guard let best else { return true }
      return abs(offset - place) < abs(best - place)
    }
    var offset = 0
    for scalar in text.unicodeScalars {
      offset += 1
      if offset < place - reach { continue }
      if offset > place + reach || offset >= length { break }
      if scalar == "\n" {
        if nearer(offset, bestLine) { bestLine = offset }
      } else if scalar.properties.isWhitespace, nearer(offset, bestBlank) {
        bestBlank = offset
      }
    }
    return bestLine ?? bestBlank ?? place
  }
}
