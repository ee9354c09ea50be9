import Files

extension HuggingFaceComponents {
  /// The stages of a pre-tokenizer.
  func preTokenizer(_ json: JSON, place: String = "pre_tokenizer") throws(TokenizerError)
    -> PreTokenizer
  {
    var result = PreTokenizer()
    try addPreTokenizer(json, place: place, to: &result.stages)
    return result
  }

  private func addPreTokenizer(
    _ json: JSON, place: String, to stages: inout [PreTokenizer.Stage]
  ) throws(TokenizerError) {
    if json.isNull { return }
    var (fields, type) = try fields(json, place)
    switch type {
    case "ByteLevel":
      if try fields.flag("add_prefix_space", default: true) { stages.append(.prefixSpace) }
      if try fields.flag("use_regex", default: true) { stages.append(.gpt2) }
      _ = try fields.flag("trim_offsets", default: true)  // offsets only
      stages.append(.byteLevel)
    case "Digits":
      stages.append(.digits(individual: try fields.flag("individual_digits", default: false)))
    case "Split": stages.append(try split(&fields))
    case "Whitespace": stages.append(.split(.words, behavior: .removed, inverted: true))
    case "WhitespaceSplit":
      stages.append(.split(.characters(.whiteSpace), behavior: .removed, inverted: false))
    case "BertPreTokenizer":
      stages.append(.split(.characters(.whiteSpace), behavior: .removed, inverted: false))
      stages.append(.split(.characters(.punctuation), behavior: .isolated, inverted: false))
    case "CharDelimiterSplit":
      let delimiter = try character("delimiter", of: &fields)
      stages.append(
        .split(.characters(.character(delimiter.value)), behavior: .removed, inverted: false))
    case "Punctuation":
      let behavior = try behavior(&fields, default: .isolated)
      stages.append(.split(.characters(.punctuation), behavior: behavior, inverted: false))
    case "FixedLength":
      let length = try fields.integer("length")
      guard length > 0 else { try fields.fail("a length of at least 1 is expected", at: "length") }
      stages.append(.fixedLength(length))
    case "UnicodeScripts": stages.append(.scripts)
    case "Metaspace": stages.append(.metaspace(try metaspace(&fields)))
    case "Sequence":
      for (index, item) in try fields.list("pretokenizers").enumerated() {
        try addPreTokenizer(item, place: "\(place).pretokenizers[\(index)]", to: &stages)
      }
    default: throw .unsupported(path: path, component: "the pre-tokenizer \(type)")
    }
    try fields.finish("the pre-tokenizer \(type)")
  }

  private func behavior(
    _ fields: inout ComponentFields, default standard: SplitBehavior? = nil
  ) throws(TokenizerError) -> SplitBehavior {
    guard let name = try fields.optionalText("behavior") else {
      if let standard { return standard }
      try fields.fail("a text is missing", at: "behavior")
    }
    guard let behavior = SplitBehavior(rawValue: name) else {
      let known = SplitBehavior.allCases.map(\.rawValue).joined(separator: ", ")
      try fields.fail("\(quoted(name)) is none of \(known)", at: "behavior")
    }
    return behavior
  }

  private func split(_ fields: inout ComponentFields) throws(TokenizerError) -> PreTokenizer.Stage {
    let pattern = try pattern(&fields)
    let behavior = try behavior(&fields)
    let inverted = try fields.flag("invert", default: false)
    switch pattern {
    case .text(let text):
      return .split(.literal(Array(text.utf8)), behavior: behavior, inverted: inverted)
    case .regex(let regex):
      let compiled = try compiled(regex, of: "the pre-tokenizer Split") {
        (regex) throws(RegexError) in try PiecePattern.compile(regex)
      }
      // GPT-2's pattern leaves no text between its matches, so that these are the same.
      if compiled == .gpt2, (behavior, inverted) == (.isolated, false) || (behavior, inverted) == (.removed, true) {
        return .gpt2
      }
      return .split(.pattern(compiled), behavior: behavior, inverted: inverted)
    }
  }

  /// Today's fields, and `add_prefix_space` and `str_rep` of older files.
  private func metaspace(_ fields: inout ComponentFields) throws(TokenizerError) -> Metaspace {
    var result = Metaspace()
    result.mark = Array(String(try character("replacement", of: &fields)).utf8)
    let scheme = try fields.optionalText("prepend_scheme")
    if let scheme {
      guard let known = Metaspace.Prepending(rawValue: scheme) else {
        try fields.fail("\(quoted(scheme)) is none of always, first, never", at: "prepend_scheme")
      }
      result.prepending = known
    }
    if let prefix = fields.take("add_prefix_space") {
      guard let adds = prefix.boolValue else {
        try fields.fail("true or false is expected", at: "add_prefix_space")
      }
      if !adds && scheme != nil && result.prepending != .never {
        try fields.fail("add_prefix_space is false and prepend_scheme is \(scheme ?? "")")
      }
      if !adds { result.prepending = .never }
    }
    result.splits = try fields.flag("split", default: true)
    _ = try fields.optionalText("str_rep")
    return result
  }
}
