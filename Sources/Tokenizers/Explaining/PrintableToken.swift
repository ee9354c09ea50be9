/// Bytes of a token as a piece of a line that can be read.
enum PrintableToken {
  private static let digits = Array("0123456789ABCDEF".unicodeScalars)

  /// Control characters and `|`, which stands between tokens, are escaped; a byte that is no whole
  /// character is written `\xE2`.
  static func text(of bytes: some Sequence<UInt8>) -> String {
    var result = String.UnicodeScalarView()
    Array(bytes).withUnsafeBufferPointer { buffer in
      Separator.forEachCharacter(in: buffer) { value, range in
        guard let scalar = Unicode.Scalar(value) else {
          for byte in buffer[range] {
            result.append(contentsOf: #"\x"#.unicodeScalars)
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
          }
          return
        }
        switch scalar {
        case "\n": result.append(contentsOf: #"\n"#.unicodeScalars)
        case "\t": result.append(contentsOf: #"\t"#.unicodeScalars)
        case "\r": result.append(contentsOf: #"\r"#.unicodeScalars)
        case "|": result.append(contentsOf: #"\|"#.unicodeScalars)
        case _ where value < 0x20 || value == 0x7F:
          result.append(contentsOf: "\\u{\(String(value, radix: 16))}".unicodeScalars)
        default: result.append(scalar)
        }
      }
    }
    return String(result)
  }

  /// As ``text(of:)``, at most 32 characters; more show as `…`.
  static func beginning(of bytes: some Sequence<UInt8>) -> String {
    let text = text(of: bytes)
    return text.count > 32 ? text.prefix(31) + "…" : text
  }
}

extension Tokenizer {
  /// What a token gives inside a text, on one line: control characters and `|` escaped, bytes that
  /// are no whole character as `\xE2`.
  public func printableToken(_ id: Int32) throws(TokenizerError) -> String {
    PrintableToken.text(of: try tokenBytes(id))
  }
}
