/// Turns ids into text one by one and never gives out part of a character.
///
/// What all calls return, joined, is what ``Tokenizer/decode(_:)`` gives for all ids at once.
public struct StreamingDecoder: Sendable {
  private let decoder: TextDecoder
  /// The bytes of a character that is not complete yet: at most three.
  private var pending: [UInt8] = []
  private var run: DecodingRun

  init(_ decoder: TextDecoder) {
    self.decoder = decoder
    run = DecodingRun(decoder)
  }

  /// The text that is complete with this id; may be empty.
  public mutating func append(_ id: Int32) throws(TokenizerError) -> String {
    try run.append(id, to: &pending)
    let complete = Self.completePrefix(pending)
    defer { pending.removeFirst(complete) }
    return decoder.text(of: pending[..<complete])
  }

  /// What is left: U+FFFD where the last character never became complete.
  public mutating func finish() -> String {
    run.flush(to: &pending)
    run = DecodingRun(decoder)
    defer { pending.removeAll() }
    return decoder.text(of: pending)
  }

  /// How many bytes come before a character that more bytes could still complete.
  private static func completePrefix(_ bytes: [UInt8]) -> Int {
    for back in 1..<4 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let needed =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      if needed <= back { return bytes.count }
      // Some second bytes can follow no first byte (overlong forms, surrogates, past U+10FFFF).
      if back >= 2 {
        let second = bytes[bytes.count - back + 1]
        let isPossible =
          switch byte {
          case 0xE0: second >= 0xA0
          case 0xED: second < 0xA0
          case 0xF0: second >= 0x90
          case 0xF4: second < 0x90
          default: true
          }
        if !isPossible { return bytes.count }
      }
      return bytes.count - back
    }
    return bytes.count
  }
}
