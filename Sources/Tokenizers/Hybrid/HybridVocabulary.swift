/// A vocabulary of roots, affixes and byte-pair pieces whose affixes are written by rules
/// (Tokens with Meaning, arXiv 2508.14292).
public struct HybridVocabulary: Sendable {
  /// What is tried first after a word's start.
  public enum Order: String, Sendable, CaseIterable {
    /// As in the published code: a short root inside a word wins over an affix.
    case roots
    case affixes
  }

  /// What can be switched off to see what it is for.
  public struct Options: Sendable, Equatable {
    /// All forms of an affix have one id; without it each form has its own and is written as it is.
    public var sharesAffixes = true
    /// Changed forms of a root are read as the root.
    public var readsVariants = true
    /// Capitals are a marker and a small letter.
    public var marksUppercase = true
    /// Roots and affixes are read only in the forms that the rules write, which the paper does not
    /// ask for.
    public var checksForms = true
    public var inside = Order.roots

    public init() {}
  }

  public var name = "hybrid"
  public var roots: [HybridRoot]
  public var affixes: [HybridAffix]
  public var rules: HarmonyRules
  /// Texts of the pieces that all else is written in.
  public var pieces: [String]
  public var options = Options()

  public init(
    roots: [HybridRoot], affixes: [HybridAffix] = HybridVocabulary.turkishAffixes,
    rules: HarmonyRules = .turkish, pieces: [String] = []
  ) {
    self.roots = roots
    self.affixes = affixes
    self.rules = rules
    self.pieces = pieces
  }

  /// The affixes of Turkish.
  public static var turkishAffixes: [HybridAffix] { TurkishAffixes.all }

  /// The texts that a byte-level tokenizer's tokens can give to ``pieces``: whole characters, in
  /// small letters, without the blank in front.
  public static func pieces(of tokenizer: Tokenizer, rules: HarmonyRules) -> [String] {
    var seen: Set<[UInt8]> = []
    let definition = tokenizer.definition
    let added = Set(definition.addedTokens.map(\.id))
    return (0..<Int32(tokenizer.vocabularySize)).compactMap { id in
      if added.contains(id) || definition.decoder.unassigned.contains(id) { return nil }
      guard let text = String(validating: definition.decoder[id], as: UTF8.self) else { return nil }
      let letters = text.unicodeScalars.drop { $0 == " " || $0 == "▁" }
      let isBlank = letters.contains { $0 == " " || $0 == "\n" || $0 == "\t" }
      let piece = rules.lowercased(String(letters))
      return piece.isEmpty || isBlank || !seen.insert(Array(piece.utf8)).inserted ? nil : piece
    }
  }

  /// The vocabulary as a tokenizer: special tokens, roots, affixes, pieces, in this order.
  ///
  /// - Throws: ``TokenizerError/wrongTable(table:entry:reason:)`` where a text would have two ids,
  ///   or none.
  /// - Complexity: O(all forms).
  public func tokenizer() throws(TokenizerError) -> Tokenizer {
    var assembly = Assembly()
    for text in HybridModel.Special.texts { assembly.add(Array(text.utf8)) }
    let rootStart = assembly.size
    for (number, root) in roots.enumerated() {
      if number & 0xFFF == 0 { try TokenizerError.poll() }
      if root.text.isEmpty {
        throw .wrongTable(table: "roots", entry: root.text, reason: "is empty")
      }
      let text = Array(root.text.utf8)
      if assembly.forms.roots.updateValue(assembly.add(text), forKey: text) != nil {
        throw .wrongTable(table: "roots", entry: root.text, reason: "is there twice")
      }
    }
    if options.readsVariants {
      // A text that is a root by itself is that root.
      for (number, root) in roots.enumerated() {
        if number & 0xFFF == 0 { try TokenizerError.poll() }
        for variant in root.variants where !variant.isEmpty {
          let id = rootStart + Int32(number)
          assembly.forms.roots.merge([(Array(variant.utf8), id)]) { known, _ in known }
        }
      }
    }
    let written = options.sharesAffixes ? affixes : apart
    for affix in written {
      guard let first = affix.forms.first else {
        throw .wrongTable(table: "affixes", entry: affix.name, reason: "has no form")
      }
      let id = assembly.add(Array(first.utf8))
      for form in affix.forms {
        if form.isEmpty {
          throw .wrongTable(table: "affixes", entry: affix.name, reason: "has an empty form")
        }
        if assembly.forms.affixes.updateValue(id, forKey: Array(form.utf8)) != nil {
          throw .wrongTable(table: "affixes", entry: form, reason: "is a form of two affixes")
        }
      }
    }
    for (number, piece) in pieces.enumerated() {
      if number & 0xFFF == 0 { try TokenizerError.poll() }
      let text = Array(piece.utf8)
      if !text.isEmpty, assembly.isNew(text) {
        assembly.forms.pieces[text] = assembly.add(text)
      }
    }
    let model = HybridModel(
      tokens: assembly.tokens, rules: rules, options: options, roots: roots, affixes: written,
      forms: assembly.forms)
    return Tokenizer(definition(model, assembly.decoder))
  }

  /// Every form as an affix of its own.
  private var apart: [HybridAffix] {
    affixes.flatMap { affix in affix.forms.map { HybridAffix(name: $0, forms: [$0]) } }
  }

  private func definition(_ model: HybridModel, _ table: TextDecoder) -> TokenizerDefinition {
    var decoder = table
    decoder.hybrid = HybridDecoder(model)
    var definition = TokenizerDefinition(
      name: name, kind: .hybrid,
      preTokenizer: PreTokenizer(stages: [
        .split(.literal([UInt8(ascii: " ")]), behavior: .isolated, inverted: false)
      ]),
      model: .hybrid(model), decoder: decoder)
    definition.hybrid = self
    definition.unknownID = HybridModel.Special.unknown
    definition.eosID = HybridModel.Special.end
    definition.decoderDescription = "affixes by the rules \(rules.name)"
    let special = [
      HybridModel.Special.uppercase, HybridModel.Special.unknown, HybridModel.Special.padding,
      HybridModel.Special.end,
    ]
    definition.addedTokens = special.map {
      AddedToken(id: $0, content: HybridModel.Special.texts[Int($0)], special: true)
    }
    return definition
  }

  /// Ids and texts as they are given out.
  private struct Assembly {
    var tokens = ByteStringTable()
    var decoder = TextDecoder()
    var forms = HybridModel.Forms()

    var size: Int32 { Int32(tokens.count) }

    @discardableResult
    mutating func add(_ bytes: [UInt8]) -> Int32 {
      decoder.append(bytes)
      // A root and an affix may be written alike; a search for the text finds the root.
      if tokens.find(bytes) != nil { tokens.appendHidden(bytes) } else { _ = tokens.insert(bytes) }
      return size - 1
    }

    /// Whether no root hides this text wherever it stands, as affixes do not behind a capital.
    func isNew(_ text: [UInt8]) -> Bool { forms.roots[text] == nil && forms.pieces[text] == nil }
  }
}
