import Files

/// Reads lists of Turkish roots: one a line, as zemberek-nlp's dictionary writes them.
///
/// `kitap`, `gitmek [A:Voicing]`, `saat [A:InverseHarmony, NoVoicing]`: a word, a verb by its
/// infinitive, then attributes. A line without brackets is a root as it stands, so that a plain
/// list of words is read too. From the attributes come the forms before vowels, by the rules of
/// Turkish: p ç k t soften (in every word of several syllables, unless it says NoVoicing), a last vowel drops, a last consonant doubles.
///
/// Verbs in a and e have their own form before `-yor` (`başla`, `başlıyor`).
public struct RootLexicon: Sendable {
  /// Distinct roots in the order they came.
  public private(set) var roots: [HybridRoot] = []
  /// By the roots' bytes: composed and decomposed forms are two roots, though equal as strings.
  private var numbers: [[UInt8]: Int] = [:]
  private let rules = HarmonyRules.turkish

  private struct Entry {
    var word: Substring
    var kinds: Set<Substring> = []
    var attributes: Set<Substring> = []
    /// Another, rarer meaning of a word.
    var isFurther = false
  }

  public init() {}

  /// - Throws: ``TokenizerError/malformed(path:place:reason:)`` for a line whose bracket stays open.
  public init(lines text: String, path: String) throws(TokenizerError) {
    // By bytes: as characters a carriage return and a line feed are one, which ends no line.
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if index & 0xFFF == 0 { try TokenizerError.poll() }
      let line = Self.trimmed(Substring(line))
      if line.isEmpty || line.utf8.starts(with: "##".utf8) { continue }
      guard let entry = Self.entry(line) else {
        throw .malformed(
          path: path, place: "line \(index + 1)", reason: "the bracket of attributes stays open")
      }
      let root = root(of: entry)
      if entry.isFurther, numbers[Array(root.text.utf8)] != nil { continue }
      add(root)
    }
  }

  public init(path: String) throws(TokenizerError) {
    let bytes = try VocabularyFile.bytes(at: path, limit: 1 << 26)
    try self.init(lines: String(decoding: bytes, as: UTF8.self), path: path)
  }

  /// Adds a root. Two roots of one text are one; where one of them changes before vowels and the
  /// other does not, the changed form is a root of its own (`et`, meat; `et`, do, and `ed`).
  public mutating func add(_ root: HybridRoot) {
    let text = Array(root.text.utf8)
    guard let number = numbers[text] else {
      numbers[text] = roots.count
      roots.append(root)
      return
    }
    roots[number].beforeText.merge(root.beforeText) { first, _ in first }
    let forms = [roots[number].beforeVowel, root.beforeVowel]
    if forms[0].map({ Array($0.utf8) }) == forms[1].map({ Array($0.utf8) }) { return }
    roots[number].beforeVowel = nil
    for form in forms { if let form { add(HybridRoot(form)) } }
  }

  // MARK: Lines

  private static func trimmed(_ text: Substring) -> Substring {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var bytes = text.utf8.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return Substring(bytes)
  }

  private static func entry(_ line: Substring) -> Entry? {
    // A bracket by itself is a root.
    guard let open = line.utf8.dropFirst().firstIndex(of: UInt8(ascii: "[")) else {
      return Entry(word: line)
    }
    guard line.utf8.last == UInt8(ascii: "]") else { return nil }
    var entry = Entry(word: trimmed(line[..<open]))
    let inside = line[line.index(after: open)...].dropLast()
    for part in inside.split(separator: ";") {
      guard let colon = part.firstIndex(of: ":") else { continue }
      let values = Set(part[part.index(after: colon)...].split(separator: ",").map(trimmed))
      switch trimmed(part[..<colon]) {
      case "P": entry.kinds.formUnion(values)
      case "A": entry.attributes.formUnion(values)
      case "Index": entry.isFurther = true
      default: break
      }
    }
    return entry
  }

  // MARK: Forms

  private func root(of entry: Entry) -> HybridRoot {
    let word = rules.lowercased(String(entry.word))
    let isVerb =
      (entry.kinds.isEmpty || entry.kinds.contains("Verb"))
      && (word.hasSuffix("mak") || word.hasSuffix("mek")) && word.unicodeScalars.count > 4
    if isVerb { return verb(String(word.dropLast(3)), entry.attributes) }
    return noun(word, entry)
  }

  private func verb(_ stem: String, _ attributes: Set<Substring>) -> HybridRoot {
    var root = HybridRoot(stem)
    if attributes.contains("Voicing") { root.beforeVowel = softened(stem) }
    if attributes.contains("LastVowelDrop") { root.beforeVowel = withoutLastVowel(stem) }
    if let raised = raised(stem) { root.beforeText["yor"] = raised }
    return root
  }

  private func noun(_ word: String, _ entry: Entry) -> HybridRoot {
    var root = HybridRoot(word)
    root.isFronted = entry.attributes.contains("InverseHarmony")
    let isInflected = entry.kinds.isSubset(of: ["Noun", "Adj", "Time", "Dup"])
    let last = word.unicodeScalars.last
    let vowels = word.unicodeScalars.count(where: rules.isVowel)
    let softensByItself =
      isInflected && !entry.attributes.contains("NoVoicing") && !root.isFronted
      && (vowels > 1 && last.map { rules.softened[$0] != nil } ?? false
        || word.hasSuffix("nk") || word.hasSuffix("og"))
    let softens = entry.attributes.contains("Voicing") || softensByItself
    if entry.attributes.contains("LastVowelDrop") {
      let short = withoutLastVowel(word)
      root.beforeVowel = softens ? softened(short) ?? short : short
    } else if entry.attributes.contains("Doubling"), let last {
      let soft = softens ? softened(word) ?? word : word
      root.beforeVowel = soft + String(soft.unicodeScalars.last ?? last)
    } else if softens {
      root.beforeVowel = softened(word)
    }
    return root
  }

  /// The word with its last consonant soft (`renk`, `reng`; `kitap`, `kitab`), or nil.
  private func softened(_ word: String) -> String? {
    var letters = Array(word.unicodeScalars)
    guard let last = letters.popLast(), var soft = rules.softened[last] ?? (last == "g" ? "ğ" : nil)
    else { return nil }
    if last == "k", letters.last == "n" { soft = "g" }
    return String(String.UnicodeScalarView(letters + [soft]))
  }

  private func withoutLastVowel(_ word: String) -> String {
    var letters = Array(word.unicodeScalars)
    guard let place = letters.lastIndex(where: rules.isVowel) else { return word }
    letters.remove(at: place)
    return String(String.UnicodeScalarView(letters))
  }

  /// A stem in a or e with the high vowel that it has before `-yor`, or nil.
  private func raised(_ stem: String) -> String? {
    let letters = Array(stem.unicodeScalars)
    guard let last = letters.last, last == "a" || last == "e" else { return nil }
    // The vowel before decides; a stem of one syllable (`de`, `ye`) has only this one.
    let vowel = letters.dropLast().last(where: rules.isVowel) ?? last
    let high = rules.following[vowel]?.first { $0 != "a" && $0 != "e" }
    return high.map { String(String.UnicodeScalarView(letters.dropLast() + [$0])) }
  }
}
