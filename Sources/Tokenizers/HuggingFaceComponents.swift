import Files

/// Reads the components around the model of a `tokenizer.json`; each kind has a file of its own.
struct HuggingFaceComponents {
  let path: String

  func fields(_ json: JSON, _ place: String) throws(TokenizerError) -> (
    ComponentFields, type: String
  ) {
    var fields = try ComponentFields(json, path: path, place: place)
    let type = try fields.text("type")
    return (fields, type)
  }

  /// A text that is put into others; bounded, so that a small file cannot ask for much memory.
  func content(_ field: String, of fields: inout ComponentFields) throws(TokenizerError) -> String {
    let text = try fields.text(field)
    guard text.utf8.count <= Normalizer.longestContent else {
      try fields.fail(
        "\(text.utf8.count) bytes are more than the \(Normalizer.longestContent) possible",
        at: field)
    }
    return text
  }

  /// One character, such as the mark of Metaspace.
  func character(_ field: String, of fields: inout ComponentFields) throws(TokenizerError)
    -> Unicode.Scalar
  {
    let text = try fields.text(field)
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      try fields.fail("one character is expected", at: field)
    }
    return scalar
  }

  enum Pattern {
    case text(String)
    case regex(String)
  }

  /// `{"String": …}` or `{"Regex": …}`.
  func pattern(_ fields: inout ComponentFields) throws(TokenizerError) -> Pattern {
    guard let json = fields.take("pattern") else { try fields.fail("missing", at: "pattern") }
    var pattern = try ComponentFields(json, path: path, place: fields.place + ".pattern")
    let result: Pattern
    if let regex = try pattern.optionalText("Regex") {
      result = .regex(regex)
    } else {
      result = .text(try pattern.text("String"))
    }
    try pattern.finish("a pattern")
    return result
  }

  /// - Throws: ``TokenizerError/unsupported(path:component:)`` with the reason.
  func compiled<Compiled>(
    _ regex: String, of component: String, _ compile: (String) throws(RegexError) -> Compiled
  ) throws(TokenizerError) -> Compiled {
    do { return try compile(regex) } catch {
      throw .unsupported(
        path: path,
        component: "\(component) with the pattern \(quoted(regex)) (byte \(error.place): \(error.reason))")
    }
  }
}
