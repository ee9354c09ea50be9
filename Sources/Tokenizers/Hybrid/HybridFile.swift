import Files

/// The file of a hybrid vocabulary: its tables and rules as JSON.
enum HybridFile {
  /// The first key of such a file; its value is the format's version.
  static let mark = "tessera_hybrid"
  private static let longestFile = 1 << 27

  static func read(_ path: String, name: String) throws(TokenizerError) -> Tokenizer {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try read(bytes, name: name, path: path)
  }

  static func read(_ bytes: [UInt8], name: String, path: String) throws(TokenizerError) -> Tokenizer
  {
    let json: JSON
    do { json = try JSONParser.parse(bytes, path: path) } catch { throw .file(error) }
    var fields = try ComponentFields(json, path: path, place: "")
    let version = try fields.integer(mark)
    if version != 1 {
      throw .unsupported(path: path, component: "version \(version) of hybrid vocabularies")
    }
    var roots: [HybridRoot] = []
    for (number, item) in try fields.list("roots").enumerated() {
      roots.append(try root(item, path: path, place: "roots[\(number)]"))
    }
    var affixes: [HybridAffix] = []
    for (number, item) in try fields.list("affixes").enumerated() {
      var affix = try ComponentFields(item, path: path, place: "affixes[\(number)]")
      affixes.append(
        HybridAffix(
          name: try affix.text("name"), forms: try texts(affix.list("forms"), affix, "forms")))
      try affix.finish("an affix")
    }
    let rules = try HarmonyRules(fields.take("rules") ?? .null, path: path)
    var vocabulary = HybridVocabulary(roots: roots, affixes: affixes, rules: rules)
    vocabulary.pieces = try texts(try fields.list("pieces"), fields, "pieces")
    vocabulary.name = name
    var options = HybridVocabulary.Options()
    options.sharesAffixes = try fields.flag("shares_affixes", default: true)
    options.readsVariants = try fields.flag("reads_variants", default: true)
    options.marksUppercase = try fields.flag("marks_uppercase", default: true)
    options.checksForms = try fields.flag("checks_forms", default: true)
    if let inside = try fields.optionalText("inside") {
      guard let order = HybridVocabulary.Order(rawValue: inside) else {
        try fields.fail("roots or affixes is expected", at: "inside")
      }
      options.inside = order
    }
    vocabulary.options = options
    try fields.finish("a hybrid vocabulary")
    return try vocabulary.tokenizer()
  }

  private static func texts(_ items: [JSON], _ fields: ComponentFields, _ place: String)
    throws(TokenizerError) -> [String]
  {
    var texts: [String] = []
    for item in items {
      guard let text = item.stringValue else { try fields.fail("texts are expected", at: place) }
      texts.append(text)
    }
    return texts
  }

  private static func root(_ json: JSON, path: String, place: String) throws(TokenizerError)
    -> HybridRoot
  {
    if let text = json.stringValue { return HybridRoot(text) }
    var fields = try ComponentFields(json, path: path, place: place)
    var root = HybridRoot(try fields.text("text"))
    root.beforeVowel = try fields.optionalText("before_vowel")
    if let forms = fields.take("before_text") {
      for member in forms.objectValue ?? [] {
        guard let form = member.value.stringValue else {
          try fields.fail("a text is expected", at: "before_text.\(member.key)")
        }
        root.beforeText[member.key] = form
      }
    }
    root.isFronted = try fields.flag("fronted", default: false)
    try fields.finish("a root")
    return root
  }
}

extension HybridVocabulary {
  /// The vocabulary as a file that ``Tokenizer/load(path:kind:pre:)`` reads.
  func json() -> JSON {
    let roots = roots.map { root -> JSON in
      if root == HybridRoot(root.text) { return .string(root.text) }
      var members: [JSON.Member] = [.init("text", .string(root.text))]
      if let form = root.beforeVowel { members.append(.init("before_vowel", .string(form))) }
      if !root.beforeText.isEmpty {
        members.append(
          .init(
            "before_text",
            .object(
              root.beforeText.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
          ))
      }
      if root.isFronted { members.append(.init("fronted", .bool(true))) }
      return .object(members)
    }
    let affixes = affixes.map { affix -> JSON in
      .object([
        .init("name", .string(affix.name)), .init("forms", .array(affix.forms.map(JSON.string))),
      ])
    }
    return .object([
      .init(HybridFile.mark, .integer(1)),
      .init("rules", rules.json()),
      .init("shares_affixes", .bool(options.sharesAffixes)),
      .init("reads_variants", .bool(options.readsVariants)),
      .init("marks_uppercase", .bool(options.marksUppercase)),
      .init("checks_forms", .bool(options.checksForms)),
      .init("inside", .string(options.inside.rawValue)),
      .init("affixes", .array(affixes)),
      .init("roots", .array(roots)),
      .init("pieces", .array(pieces.map(JSON.string))),
    ])
  }
}
