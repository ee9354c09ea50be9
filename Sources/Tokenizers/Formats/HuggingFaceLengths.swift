import Files

/// `truncation` and `padding` of a `tokenizer.json`.
extension HuggingFaceComponents {
  func truncation(_ json: JSON) throws(TokenizerError) -> Truncation? {
    if json.isNull { return nil }
    var fields = try ComponentFields(json, path: path, place: "truncation")
    let length = try count("max_length", of: &fields)
    let strategy = try word("strategy", of: &fields, default: Truncation.Strategy.longestFirst)
    let stride = try count("stride", of: &fields)
    let side = try word("direction", of: &fields, default: TextSide.right)
    try fields.finish("truncation")
    return Truncation(maximumLength: length, strategy: strategy, stride: stride, side: side)
  }

  func padding(_ json: JSON) throws(TokenizerError) -> Padding? {
    if json.isNull { return nil }
    var fields = try ComponentFields(json, path: path, place: "padding")
    var length: Int?
    switch fields.take("strategy") {
    case .string("BatchLongest"): break
    case .some(let strategy):
      guard let fixed = strategy["Fixed"]?.intValue, fixed >= 0 else {
        try fields.fail("BatchLongest or Fixed with a length is expected", at: "strategy")
      }
      length = fixed
    case nil: try fields.fail("missing", at: "strategy")
    }
    let side = try word("direction", of: &fields, default: TextSide.right)
    var multiple: Int?
    if let value = fields.take("pad_to_multiple_of") {
      guard let number = value.intValue, number >= 0, number <= 1 << 20 else {
        try fields.fail("a count is expected", at: "pad_to_multiple_of")
      }
      multiple = number
    }
    guard let id = Int32(exactly: try count("pad_id", of: &fields)),
      let type = Int32(exactly: try count("pad_type_id", of: &fields))
    else { try fields.fail("an id is expected", at: "pad_id") }
    let token = try fields.text("pad_token")
    try fields.finish("padding")
    return Padding(
      length: length, multiple: multiple, id: id, typeID: type, token: token, side: side)
  }

  private func count(_ field: String, of fields: inout ComponentFields) throws(TokenizerError)
    -> Int
  {
    let count = try fields.integer(field)
    if count < 0 { try fields.fail("a count is expected", at: field) }
    return count
  }

  private func word<Word: RawRepresentable<String> & CaseIterable>(
    _ field: String, of fields: inout ComponentFields, default standard: Word
  ) throws(TokenizerError) -> Word {
    guard let name = try fields.optionalText(field) else { return standard }
    guard let word = Word(rawValue: name) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      try fields.fail("\(quoted(name)) is none of \(known)", at: field)
    }
    return word
  }
}
