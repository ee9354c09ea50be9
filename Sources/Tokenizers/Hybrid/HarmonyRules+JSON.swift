import Files

/// Rules as data: `{"name": "tatar", "following": {"a": "aı", "e": "ei"}, "hard": "ptk", …}`.
extension HarmonyRules {
  /// - Parameter json: an object with the fields of ``json()``, each of which may be missing.
  /// - Throws: ``TokenizerError/malformed(path:place:reason:)``.
  public init(_ json: JSON, path: String) throws(TokenizerError) {
    var fields = try ComponentFields(json, path: path, place: "rules")
    self.init(name: try fields.optionalText("name") ?? "own")
    following = try Self.map(&fields, "following") { $0.isEmpty ? nil : $0 }
    hardConsonants = Set(try (fields.optionalText("hard") ?? "").unicodeScalars)
    hardened = try Self.map(&fields, "hardened", Self.one)
    softened = try Self.map(&fields, "softened", Self.one)
    smallLetters = try Self.map(&fields, "small_letters", Self.one)
    fronted = try Self.map(&fields, "fronted", Self.one)
    letterNames = try Self.map(&fields, "letter_names", Self.one)
    letterName = try fields.optionalText("letter_name")?.unicodeScalars.first
    for member in fields.take("readings")?.objectValue ?? [] {
      guard let word = member.value.stringValue, !member.key.isEmpty else {
        try fields.fail("a text is expected", at: "readings.\(member.key)")
      }
      readings.append((member.key, word))
    }
    readings.sort { $0.digits.utf8.count > $1.digits.utf8.count }
    try fields.finish("rules")
  }

  private static func one(_ letters: [Unicode.Scalar]) -> Unicode.Scalar? {
    letters.count == 1 ? letters[0] : nil
  }

  /// An object from single letters to texts.
  private static func map<Target>(
    _ fields: inout ComponentFields, _ name: String, _ target: ([Unicode.Scalar]) -> Target?
  ) throws(TokenizerError) -> [Unicode.Scalar: Target] {
    guard let json = fields.take(name) else { return [:] }
    guard let members = json.objectValue else { try fields.fail("an object is expected", at: name) }
    var map: [Unicode.Scalar: Target] = [:]
    for member in members {
      let letters = Array((member.value.stringValue ?? "").unicodeScalars)
      guard let letter = one(Array(member.key.unicodeScalars)), let value = target(letters) else {
        try fields.fail("a letter and what it becomes are expected", at: "\(name).\(member.key)")
      }
      map[letter] = value
    }
    return map
  }

  /// The rules as ``init(_:path:)`` reads them.
  public func json() -> JSON {
    func text(_ letters: some Collection<Unicode.Scalar>) -> JSON {
      .string(String(String.UnicodeScalarView(letters)))
    }
    func object(_ map: [Unicode.Scalar: [Unicode.Scalar]]) -> JSON {
      .object(map.sorted { $0.key < $1.key }.map { .init(String($0.key), text($0.value)) })
    }
    func object(_ map: [Unicode.Scalar: Unicode.Scalar]) -> JSON {
      object(map.mapValues { [$0] })
    }
    return .object([
      .init("name", .string(name)),
      .init("following", object(following)),
      .init("hard", text(hardConsonants.sorted())),
      .init("hardened", object(hardened)),
      .init("softened", object(softened)),
      .init("small_letters", object(smallLetters)),
      .init("fronted", object(fronted)),
      .init("readings", .object(readings.map { .init($0.digits, .string($0.word)) })),
      .init("letter_names", object(letterNames)),
      .init("letter_name", letterName.map { .string(String($0)) } ?? .null),
    ])
  }
}
