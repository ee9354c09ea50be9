/// Reads tiktoken's rank files: a token in base64, a space and its rank on every line.
///
/// A token's rank is its id, and the lower of two ranks merges first. A piece that is a token as a
/// whole is that token (tiktoken's `encode_ordinary`).
struct RankFileReader {
  static let longestFile = 1 << 28
  /// Longer tokens exist in no published file.
  private static let longestToken = 1 << 16

  let path: String

  static func read(_ path: String, publication: RankPublication, name: String)
    throws(TokenizerError) -> TokenizerDefinition
  {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try read(bytes, path: path, publication: publication, name: name)
  }

  static func read(_ bytes: [UInt8], path: String, publication: RankPublication, name: String)
    throws(TokenizerError) -> TokenizerDefinition
  {
    let lines = try RankFileReader(path: path).lines(of: bytes)
    return try RankedTokens(path: path, lines: lines).definition(publication, name: name)
  }

  /// What the lines of a file say, in their order.
  struct Lines {
    var bytes: [UInt8] = []
    /// Token `i` is `bytes[ends[i]..<ends[i + 1]]`.
    var ends: [UInt32] = [0]
    var ranks: [UInt32] = []
    /// The number of token `i`'s line, from 1.
    var numbers: [UInt32] = []
    /// They are the items of a list, from 0.
    var isList = false

    /// Where token `index` stands.
    func place(_ index: Int) -> String {
      isList ? "vocab[\(numbers[index])]" : "line \(numbers[index])"
    }
  }

  private func lines(of bytes: [UInt8]) throws(TokenizerError) -> Lines {
    var lines = Lines()
    let estimate = bytes.count / 16
    lines.bytes.reserveCapacity(bytes.count / 2)
    lines.ends.reserveCapacity(estimate + 1)
    lines.ranks.reserveCapacity(estimate)
    lines.numbers.reserveCapacity(estimate)
    try bytes.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
      var start = 0
      var number = 0
      while start < bytes.count {
        var end = start
        var space = -1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
          if bytes[end] == UInt8(ascii: " "), space < 0 { space = end }
          end += 1
        }
        let next = end + 1
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        number += 1
        if end > start {
          try add(bytes, start..<end, space: space, number: number, to: &lines)
        }
        start = next
      }
    }
    if lines.ranks.isEmpty { throw malformed(line: 1, "there are no tokens") }
    return lines
  }

  private func add(
    _ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>, space: Int, number: Int,
    to lines: inout Lines
  ) throws(TokenizerError) {
    if lines.ranks.count == VocabularyLines.most {
      throw VocabularyLines.tooMany(number, path: path)
    }
    guard space >= 0 else {
      throw malformed(line: number, "a token in base64, a space and its rank are expected")
    }
    guard space > line.lowerBound else { throw malformed(line: number, "the token is empty") }
    guard space - line.lowerBound <= Self.longestToken * 4 / 3 else {
      throw malformed(
        line: number, "the token has more than the \(Self.longestToken) bytes that are possible")
    }
    let text = UnsafeBufferPointer(rebasing: bytes[line.lowerBound..<space])
    // Whisper's multilingual file ends in a token without bytes, which Python reads from "=".
    let isEmpty = text.count == 1 && text[0] == UInt8(ascii: "=")
    guard isEmpty || Base64.decode(text, into: &lines.bytes) else {
      throw malformed(
        line: number, "\(quoted(String(decoding: text, as: UTF8.self))) is not base64")
    }
    var rank: UInt32 = 0
    let digits = space + 1..<line.upperBound
    guard !digits.isEmpty, digits.count <= 9 else {
      throw malformed(line: number, "the rank is not a whole number below 10⁹")
    }
    for index in digits {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else {
        throw malformed(line: number, "the rank is not a whole number below 10⁹")
      }
      rank = rank * 10 + UInt32(digit)
    }
    lines.ends.append(UInt32(lines.bytes.count))
    lines.ranks.append(rank)
    lines.numbers.append(UInt32(number))
  }

  private func malformed(line: Int, _ reason: String) -> TokenizerError {
    .malformed(path: path, place: "line \(line)", reason: reason)
  }
}
