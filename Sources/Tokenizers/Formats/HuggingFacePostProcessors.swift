import Files

extension HuggingFaceComponents {
  /// What is put around texts; nil where nothing is.
  func postProcessor(_ json: JSON, place: String = "post_processor") throws(TokenizerError)
    -> InputTemplate?
  {
    if json.isNull { return nil }
    var (fields, type) = try fields(json, place)
    var result: InputTemplate?
    switch type {
    case "ByteLevel":  // changes offsets only
      for field in ["add_prefix_space", "trim_offsets", "use_regex"] {
        _ = try fields.flag(field, default: true)
      }
    case "BertProcessing", "RobertaProcessing":
      let separator = try token("sep", of: &fields)
      let start = try token("cls", of: &fields)
      let isBert = type == "BertProcessing"
      if !isBert {  // offsets only
        _ = try fields.flag("trim_offsets", default: true)
        _ = try fields.flag("add_prefix_space", default: true)
      }
      let single: [InputTemplate.Part] = [
        .tokens([start], type: 0), .text(isSecond: false, type: 0), .tokens([separator], type: 0),
      ]
      let second: Int32 = isBert ? 1 : 0
      result = InputTemplate(
        single: single,
        pair: single + (isBert ? [] : [.tokens([separator], type: 0)]) + [
          .text(isSecond: true, type: second), .tokens([separator], type: second),
        ])
    case "TemplateProcessing": result = try template(&fields)
    case "Sequence":
      for (index, item) in try fields.list("processors").enumerated() {
        guard let part = try postProcessor(item, place: "\(place).processors[\(index)]") else {
          continue
        }
        if result != nil {
          throw .unsupported(
            path: path, component: "a post-processor Sequence that puts tokens around a text twice")
        }
        result = part
      }
    default: throw .unsupported(path: path, component: "the post-processor \(type)")
    }
    try fields.finish("the post-processor \(type)")
    return result
  }

  /// `["[SEP]", 102]`.
  private func token(_ field: String, of fields: inout ComponentFields) throws(TokenizerError)
    -> InputTemplate.Token
  {
    let items = try fields.list(field)
    guard items.count == 2, let spelling = items[0].stringValue,
      let id = items[1].intValue.flatMap(Int32.init(exactly:)), id >= 0
    else { try fields.fail("a token and its id are expected", at: field) }
    return InputTemplate.Token(id: id, spelling: spelling)
  }

  private func template(_ fields: inout ComponentFields) throws(TokenizerError) -> InputTemplate {
    var known: [String: [InputTemplate.Token]] = [:]
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
      var pairs: [InputTemplate.Token] = []
      for (id, token) in zip(ids, tokens) {
        guard let id = id.intValue.flatMap(Int32.init(exactly:)), id >= 0,
          let token = token.stringValue
        else { try entry.fail("ids are whole numbers, tokens are texts") }
        pairs.append(InputTemplate.Token(id: id, spelling: token))
      }
      known[member.key] = pairs
    }
    let single = try parts("single", of: &fields, known: known)
    let pair = try parts("pair", of: &fields, known: known)
    for (parts, field, second) in [(single, "single", false), (pair, "pair", true)] {
      let texts = parts.compactMap { part -> Bool? in
        if case .text(let isSecond, _) = part { isSecond } else { nil }
      }
      if field == "pair" && parts.isEmpty { continue }  // two texts are refused when they come
      guard texts.contains(false), texts.contains(true) == second, texts.count == (second ? 2 : 1)
      else { try fields.fail("each text is expected once", at: field) }
    }
    return InputTemplate(single: single, pair: pair)
  }

  private func parts(
    _ field: String, of fields: inout ComponentFields, known: [String: [InputTemplate.Token]]
  ) throws(TokenizerError) -> [InputTemplate.Part] {
    var parts: [InputTemplate.Part] = []
    for (index, item) in try fields.list(field).enumerated() {
      let place = fields.place + ".\(field)[\(index)]"
      var entry = try ComponentFields(item, path: path, place: place)
      let token = entry.take("SpecialToken")
      guard let body = token ?? entry.take("Sequence"), let name = body["id"]?.stringValue,
        let type = Int32(exactly: body["type_id"]?.intValue ?? 0)
      else { try entry.fail("a SpecialToken or a Sequence is expected") }
      if token != nil {
        guard let tokens = known[name] else {
          try entry.fail("a token that special_tokens does not list")
        }
        parts.append(.tokens(tokens, type: type))
      } else {
        guard name == "A" || name == "B" else { try entry.fail("the text A or B is expected") }
        parts.append(.text(isSecond: name == "B", type: type))
      }
      try entry.finish("a template")
    }
    return parts
  }
}
