/// Writes decimal numbers as tokens of up to some digits, by a scheme (Singh and Strouse, "Tokenization
/// counts", arXiv 2402.14903).
///
/// Every digit string of up to `chunk` digits is a token, so `80` and `080` differ and no zero is lost;
/// after them comes the separator, if there is one.
public struct NumberTokenizer: Sendable, Equatable {
  public enum Scheme: String, Sendable, CaseIterable {
    case digit
    /// 8302080 → 830 208 0.
    case leftToRight
    /// 8302080 → 8 302 080.
    case rightToLeft
  }

  public let scheme: Scheme
  /// The most digits of a token.
  public let chunk: Int
  /// Stands between chunks; empty for none.
  public let separator: String

  /// - Throws: ``TokenizerError/wrongTrainingOption(name:asked:)`` for chunks that are not of 1 to 6
  ///   digits, or a separator with digits.
  public init(_ scheme: Scheme, chunk: Int = 3, separator: String = "") throws(TokenizerError) {
    guard (1...6).contains(chunk) else {
      throw .wrongTrainingOption(name: "digits a chunk", asked: "\(chunk)")
    }
    if separator.utf8.contains(where: { (0x30...0x39).contains($0) }) {
      throw .wrongTrainingOption(name: "separator", asked: quoted(separator))
    }
    self.scheme = scheme
    self.chunk = scheme == .digit ? 1 : chunk
    self.separator = separator
  }

  /// All tokens, by id.
  public var vocabulary: [String] {
    var tokens: [String] = []
    var strings = [""]
    for _ in 0..<chunk {
      strings = strings.flatMap { head in (0...9).map { head + String($0) } }
      tokens += strings
    }
    return separator.isEmpty ? tokens : tokens + [separator]
  }

  /// The digits in groups; nil for anything but ASCII digits.
  public func chunks(of number: String) -> [String]? {
    let digits = Array(number.utf8)
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    var size = scheme == .rightToLeft ? digits.count % chunk : chunk
    if size == 0 { size = chunk }
    var chunks: [String] = []
    var start = 0
    while start < digits.count {
      let end = min(start + size, digits.count)
      chunks.append(String(decoding: digits[start..<end], as: UTF8.self))
      start = end
      size = chunk
    }
    return chunks
  }

  /// The ids of a number, separators between its chunks included; nil for anything but ASCII digits.
  public func encode(_ number: String) -> [Int32]? {
    guard let chunks = chunks(of: number) else { return nil }
    let ids = chunks.map(id)
    if separator.isEmpty { return ids }
    return Array(ids.map { [$0] }.joined(separator: [separatorID]))
  }

  /// The digits of ids, without separators; nil for an id that is no token.
  public func decode(_ ids: [Int32]) -> String? {
    var result = ""
    for id in ids where separator.isEmpty || id != separatorID {
      guard let digits = digits(of: id) else { return nil }
      result += digits
    }
    return result
  }

  private var separatorID: Int32 { Self.tokens(shorterThan: chunk + 1) }

  /// How many digit strings have fewer digits than `length`.
  private static func tokens(shorterThan length: Int) -> Int32 {
    var (total, power) = (Int32(0), Int32(1))
    for _ in 1..<length {
      power *= 10
      total += power
    }
    return total
  }

  private func id(_ chunk: String) -> Int32 {
    Self.tokens(shorterThan: chunk.utf8.count) + (Int32(chunk) ?? 0)
  }

  private func digits(of id: Int32) -> String? {
    for length in 1...chunk {
      let first = Self.tokens(shorterThan: length)
      let next = Self.tokens(shorterThan: length + 1)
      guard id >= first, id < next else { continue }
      let plain = String(id - first)
      return String(repeating: "0", count: length - plain.utf8.count) + plain
    }
    return nil
  }
}
