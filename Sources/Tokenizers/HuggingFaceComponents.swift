import Files

/// Reads the components around the model of a `tokenizer.json`.
struct HuggingFaceComponents {
  let path: String

  private func fields(_ json: JSON, _ place: String) throws(TokenizerError)
    -> (ComponentFields, type: String)
  {
    var fields = try ComponentFields(json, path: path, place: place)
    let type = try fields.text("type")
    return (fields, type)
  }

  // MARK: Normalizers

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
    case "Prepend": result = [.prepend(try content("prepend", of: &fields))]
    case "Strip":
      let left = try fields.flag("strip_left")
      result = [.strip(left: left, right: try fields.flag("strip_right"))]
    case "Replace":
      let (pattern, content) = try replacement(&fields, component: "the normalizer Replace")
      result = [.replace(pattern, with: content)]
    case "Sequence":
      for (index, item) in try fields.list("normalizers").enumerated() {
        result += try normalizers(item, place: "\(place).normalizers[\(index)]")
      }
    default: throw .unsupported(path: path, component: "the normalizer \(type)")
    }
    try fields.finish("the normalizer \(type)")
    return result
  }

  private func replacement(_ fields: inout ComponentFields, component: String)
    throws(TokenizerError) -> (pattern: String, content: String)
  {
    guard let json = fields.take("pattern") else { try fields.fail("missing", at: "pattern") }
    var pattern = try ComponentFields(json, path: path, place: fields.place + ".pattern")
    if let regex = try pattern.optionalText("Regex") {
      throw .unsupported(path: path, component: "\(component) with the pattern \(quoted(regex))")
    }
    let text = try pattern.text("String")
    try pattern.finish("a pattern")
    if text.isEmpty { try fields.fail("an empty text", at: "pattern") }
    return (text, try content("content", of: &fields))
  }

  /// A text that is put into others; bounded, so that a small file cannot ask for much memory.
  private func content(_ field: String, of fields: inout ComponentFields) throws(TokenizerError)
    -> String
  {
    let text = try fields.text(field)
    guard text.utf8.count <= Normalizer.longestContent else {
      try fields.fail(
        "\(text.utf8.count) bytes are more than the \(Normalizer.longestContent) possible",
        at: field)
    }
    return text
  }

  // MARK: Pre-tokenizers

  /// The stages, and whether the last one turns text into byte characters.
  func preTokenizer(_ json: JSON) throws(TokenizerError) -> (PreTokenizer, isByteLevel: Bool) {
    var result = PreTokenizer()
    var isByteLevel = false
    try addPreTokenizer(json, place: "pre_tokenizer", to: &result, &isByteLevel)
    return (result, isByteLevel)
  }

  private func addPreTokenizer(
    _ json: JSON, place: String, to result: inout PreTokenizer, _ isByteLevel: inout Bool
  ) throws(TokenizerError) {
    if json.isNull { return }
    var (fields, type) = try fields(json, place)
    if isByteLevel && type != "Sequence" {
      throw .unsupported(path: path, component: "the pre-tokenizer \(type) after ByteLevel")
    }
    switch type {
    case "ByteLevel":
      if try fields.flag("add_prefix_space", default: true) { result.stages.append(.prefixSpace) }
      if try fields.flag("use_regex", default: true) { result.stages.append(.gpt2) }
      _ = try fields.flag("trim_offsets", default: true)  // offsets only
      isByteLevel = true
    case "Digits":
      result.stages.append(
        .digits(individual: try fields.flag("individual_digits", default: false)))
    case "Split": result.stages.append(try split(&fields))
    case "Sequence":
      for (index, item) in try fields.list("pretokenizers").enumerated() {
        try addPreTokenizer(
          item, place: "\(place).pretokenizers[\(index)]", to: &result, &isByteLevel)
      }
    default: throw .unsupported(path: path, component: "the pre-tokenizer \(type)")
    }
    try fields.finish("the pre-tokenizer \(type)")
  }

  /// Only GPT-2's pattern, which leaves no text between its matches.
  private func split(_ fields: inout ComponentFields) throws(TokenizerError)
    -> PreTokenizer.Stage
  {
    guard let json = fields.take("pattern") else { try fields.fail("missing", at: "pattern") }
    var pattern = try ComponentFields(json, path: path, place: fields.place + ".pattern")
    let behavior = try fields.text("behavior")
    let inverted = try fields.flag("invert", default: false)
    if let text = try pattern.optionalText("String") {
      throw .unsupported(
        path: path, component: "the pre-tokenizer Split at the text \(quoted(text))")
    }
    let regex = try pattern.text("Regex")
    try pattern.finish("a pattern")
    guard GPT2Splitter.patterns.contains(regex) else {
      throw .unsupported(
        path: path, component: "the pre-tokenizer Split with the pattern \(quoted(regex))")
    }
    guard (behavior, inverted) == ("Isolated", false) || (behavior, inverted) == ("Removed", true)
    else {
      throw .unsupported(
        path: path,
        component: "the pre-tokenizer Split with behavior \(behavior), invert \(inverted)")
    }
    return .gpt2
  }

  // MARK: Post-processors

  struct Template {
    typealias Token = (token: String, id: Int32)
    var beginning: [Token] = []
    var ending: [Token] = []
  }

  func postProcessor(_ json: JSON, place: String = "post_processor") throws(TokenizerError)
    -> Template
  {
    if json.isNull { return Template() }
    var (fields, type) = try fields(json, place)
    var result = Template()
    switch type {
    case "ByteLevel":  // changes offsets only
      for field in ["add_prefix_space", "trim_offsets", "use_regex"] {
        _ = try fields.flag(field, default: true)
      }
    case "TemplateProcessing": result = try template(&fields)
    case "Sequence":
      for (index, item) in try fields.list("processors").enumerated() {
        let part = try postProcessor(item, place: "\(place).processors[\(index)]")
        result.beginning = part.beginning + result.beginning
        result.ending += part.ending
      }
    default: throw .unsupported(path: path, component: "the post-processor \(type)")
    }
    try fields.finish("the post-processor \(type)")
    return result
  }

  private func template(_ fields: inout ComponentFields) throws(TokenizerError) -> Template {
    _ = fields.take("pair")
    var known: [String: [Template.Token]] = [:]
    guard let special = fields.take("special_tokens"), let members = special.objectValue else {
      try fields.fail("an object is expected", at: "special_tokens")
    }
    for member in members {
      let place = fields.place + ".special_tokens[\(quoted(member.key))]"
      var entry = try ComponentFields(member.value, path: path, place: place)
      _ = entry.take("id")
      let ids = try entry.list("ids")
      let tokens = try entry.list("tokens")
      try entry.finish("a template's token")
      guard ids.count == tokens.count else { try entry.fail("as many ids as tokens are expected") }
      var pairs: [Template.Token] = []
      for (id, token) in zip(ids, tokens) {
        guard let id = id.intValue.flatMap(Int32.init(exactly:)), id >= 0,
          let token = token.stringValue
        else { try entry.fail("ids are whole numbers, tokens are texts") }
        pairs.append((token, id))
      }
      known[member.key] = pairs
    }

    var result = Template()
    var seen = false
    for (index, item) in try fields.list("single").enumerated() {
      let place = fields.place + ".single[\(index)]"
      var entry = try ComponentFields(item, path: path, place: place)
      if let token = entry.take("SpecialToken") {
        guard let name = token["id"]?.stringValue, let pairs = known[name] else {
          try entry.fail("a token that special_tokens does not list")
        }
        if seen { result.ending += pairs } else { result.beginning += pairs }
      } else if entry.take("Sequence") != nil, !seen {
        seen = true
      } else {
        try entry.fail("a SpecialToken or the one Sequence is expected")
      }
      try entry.finish("a template")
    }
    if !seen { try fields.fail("the template has no Sequence", at: "single") }
    return result
  }

  // MARK: Decoders

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
      try steps.add(.byteLevel, path: path)
    case "Replace":
      let (pattern, content) = try replacement(&fields, component: "the decoder Replace")
      try steps.add(.replace(Array(pattern.utf8), Array(content.utf8)), path: path)
    case "ByteFallback": try steps.add(.byteFallback, path: path)
    case "Fuse": try steps.add(.fuse, path: path)
    case "Strip":
      let content = try fields.text("content")
      let (start, stop) = (try fields.integer("start"), try fields.integer("stop"))
      guard content.utf8.count == 1, let byte = content.utf8.first else {
        throw .unsupported(path: path, component: "the decoder Strip of \(quoted(content))")
      }
      guard start >= 0, stop >= 0, start <= 1 << 20, stop <= 1 << 20 else {
        try fields.fail("counts from 0 to 1048576 are expected")
      }
      try steps.add(.strip(byte, start: start, stop: stop), path: path)
    case "Sequence":
      for (index, item) in try fields.list("decoders").enumerated() {
        try addDecoder(item, place: "\(place).decoders[\(index)]", to: &steps)
      }
    default: throw .unsupported(path: path, component: "the decoder \(type)")
    }
    try fields.finish("the decoder \(type)")
  }
}
