import Files

extension HuggingFaceComponents {
  private static let mostStripped = 1 << 20

  func decoder(_ json: JSON) throws(TokenizerError) -> DecoderSteps {
    var steps = DecoderSteps()
    if json.isNull {
      steps.separator = [UInt8(ascii: " ")]
      return steps
    }
    try addDecoder(json, place: "decoder", to: &steps)
    return steps
  }

  private func addDecoder(_ json: JSON, place: String, to steps: inout DecoderSteps)
    throws(TokenizerError)
  {
    var (fields, type) = try fields(json, place)
    switch type {
    case "ByteLevel":
      for field in ["add_prefix_space", "trim_offsets", "use_regex"] {
        _ = try fields.flag(field, default: true)
      }
      steps.add(.byteLevel)
    case "Replace":
      switch try pattern(&fields) {
      case .text(let text):
        if text.isEmpty { try fields.fail("an empty text", at: "pattern") }
        steps.add(
          .replace(Array(text.utf8), Array(try content("content", of: &fields).utf8)))
      case .regex(let regex):
        let pattern = try compiled(regex, of: "the decoder Replace") {
          (regex) throws(RegexError) in try RegexPattern(regex)
        }
        steps.add(.replaceMatches(pattern, Array(try content("content", of: &fields).utf8)))
      }
    case "ByteFallback": steps.add(.byteFallback)
    case "Fuse": steps.add(.fuse)
    case "Strip":
      let character = try character("content", of: &fields)
      let (start, stop) = (try fields.integer("start"), try fields.integer("stop"))
      guard start >= 0, stop >= 0, start <= Self.mostStripped, stop <= Self.mostStripped else {
        try fields.fail("counts from 0 to \(Self.mostStripped) are expected")
      }
      steps.add(.strip(Array(String(character).utf8), start: start, stop: stop))
    case "Metaspace":
      let mark = try character("replacement", of: &fields)
      let scheme = try fields.optionalText("prepend_scheme")
      let adds = try fields.flag("add_prefix_space", default: true)
      _ = try fields.flag("split", default: true)
      _ = try fields.optionalText("str_rep")
      steps.add(
        .metaspace(Array(String(mark).utf8), dropsFirst: adds && scheme != "never"))
    case "WordPiece":
      let prefix = try content("prefix", of: &fields)
      steps.add(
        .wordPiece(
          prefix: Array(prefix.utf8), cleansUp: try fields.flag("cleanup", default: true)))
    case "BPEDecoder": steps.add(.wordSuffix(Array(try content("suffix", of: &fields).utf8)))
    case "CTC":
      let pad = try content("pad_token", of: &fields)
      let delimiter = try content("word_delimiter_token", of: &fields)
      steps.add(
        .ctc(
          pad: Array(pad.utf8), delimiter: Array(delimiter.utf8),
          cleansUp: try fields.flag("cleanup", default: true)))
    case "Sequence":
      for (index, item) in try fields.list("decoders").enumerated() {
        try addDecoder(item, place: "\(place).decoders[\(index)]", to: &steps)
      }
    default: throw .unsupported(path: path, component: "the decoder \(type)")
    }
    try fields.finish("the decoder \(type)")
  }
}
