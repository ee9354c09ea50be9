import Files

extension HuggingFaceComponents {
  func normalizers(_ json: JSON, place: String = "normalizer") throws(TokenizerError)
    -> [Normalizer]
  {
    if json.isNull { return [] }
    var (fields, type) = try fields(json, place)
    var result: [Normalizer] = []
    switch type {
    case "NFC", "NFD", "NFKC", "NFKD":
      if let form = NormalizationForm(rawValue: type) { result = [.unicode(form)] }
    case "Lowercase": result = [.lowercase]
    case "StripAccents": result = [.stripAccents]
    case "Nmt": result = [.nmt]
    case "ByteLevel": result = [.byteLevel]
    case "Prepend": result = [.prepend(try content("prepend", of: &fields))]
    case "Strip":
      let left = try fields.flag("strip_left")
      result = [.strip(left: left, right: try fields.flag("strip_right"))]
    case "Replace":
      switch try pattern(&fields) {
      case .text(let text):
        if text.isEmpty { try fields.fail("an empty text", at: "pattern") }
        result = [.replace(text, with: try content("content", of: &fields))]
      case .regex(let regex):
        let pattern = try compiled(regex, of: "the normalizer Replace") {
          (regex) throws(RegexError) in try RegexPattern(regex)
        }
        result = [.replaceMatches(pattern, with: try content("content", of: &fields))]
      }
    case "BertNormalizer":
      var bert = BertNormalizer()
      bert.cleansText = try fields.flag("clean_text", default: true)
      bert.separatesChinese = try fields.flag("handle_chinese_chars", default: true)
      if let strips = fields.take("strip_accents") {
        guard let flag = strips.boolValue else {
          try fields.fail("true, false or null is expected", at: "strip_accents")
        }
        bert.stripsAccents = flag
      }
      bert.lowercases = try fields.flag("lowercase", default: true)
      result = [.bert(bert)]
    case "Precompiled":
      let text = try fields.text("precompiled_charsmap")
      guard let bytes = Self.bytes(ofBase64: text), let map = GraphemeCharsMap(bytes: bytes) else {
        try fields.fail(
          "a table of replacements in base64 is expected", at: "precompiled_charsmap")
      }
      result = [.charsMap(map)]
    case "Sequence":
      for (index, item) in try fields.list("normalizers").enumerated() {
        result += try normalizers(item, place: "\(place).normalizers[\(index)]")
      }
    default: throw .unsupported(path: path, component: "the normalizer \(type)")
    }
    try fields.finish("the normalizer \(type)")
    return result
  }

  /// The bytes that a text of base64 with its padding stands for (RFC 4648, section 4), or nil.
  private static func bytes(ofBase64 text: String) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    guard text.utf8.count % 4 == 0 else { return nil }
    let padding = text.utf8.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var (bits, count): (UInt32, Int) = (0, 0)
    for letter in text.utf8.dropLast(padding) {
      let value = values[Int(letter)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
