/// Roots, affixes and pieces by their definition: the piece is cut before capitals, then of every
/// rest the longest root, affix and piece are looked up.
struct ExplainedRoots {
  private typealias Step = EncodingExplanation.MatchStep
  private typealias Special = HybridModel.Special

  private let model: HybridModel
  private var steps: [Step] = []

  init(_ model: HybridModel) { self.model = model }

  mutating func explain(_ piece: [UInt8]) -> ([Int32], EncodingExplanation.Derivation) {
    var part = ""
    var isCapital = false
    var rest = piece[...]
    while let first = rest.first {
      let blanks: [UInt8: Int32] = [
        0x20: Special.space, 0x0A: Special.newline, 0x09: Special.tab,
      ]
      let length = Self.characterLength(rest)
      let character = String(validating: rest.prefix(length), as: UTF8.self)
      let scalar = character?.unicodeScalars.first
      let small = model.options.marksUppercase ? scalar.flatMap(model.rules.small) : nil
      if let blank = blanks[first] ?? (character == nil ? Special.unknown : nil) {
        split(part, isCapital)
        (part, isCapital) = ("", false)
        add(blank, rest, [])
      } else if let small {
        split(part, isCapital)
        (part, isCapital) = (String(Character(small)), true)
      } else {
        part += character ?? ""
      }
      rest = rest.dropFirst(length)
    }
    split(part, isCapital)
    return (steps.map(\.match.id), .matches(steps))
  }

  private static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int {
    Array(bytes).withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { UTF8Reader.scalar($0, 0, buffer.count).length } ?? 1
    }
  }

  private mutating func add(_ id: Int32, _ rest: ArraySlice<UInt8>, _ candidates: [String]) {
    let text = PrintableToken.text(of: model.tokens[Int(id)])
    steps.append(
      Step(
        rest: PrintableToken.beginning(of: rest), candidates: candidates,
        match: .init(id: id, text: text)))
  }

  /// A part of small letters; `isCapital` where its first was a capital.
  private mutating func split(_ part: String, _ isCapital: Bool) {
    let bytes = Array(part.utf8)
    if isCapital { add(Special.uppercase, bytes[...], []) }
    var start = 0
    while start < bytes.count {
      let forms = [("root", model.rootForms), ("affix", model.affixForms), ("piece", model.pieces)]
      var found: [String: (value: Int32, end: Int)] = [:]
      for (kind, trie) in forms where kind != "affix" || start > 0 || !isCapital {
        found[kind] = trie.matches(in: bytes, from: start).last
      }
      let candidates = forms.compactMap { kind, _ in
        found[kind].map { "\(kind) " + PrintableToken.text(of: bytes[start..<$0.end]) }
      }
      let prefersAffix = start > 0 && model.options.inside == .affixes
      let order = prefersAffix ? ["affix", "root", "piece"] : ["root", "affix", "piece"]
      let match = order.compactMap { found[$0] }.first
      add(match?.value ?? Special.unknown, bytes[start...], candidates)
      start = match?.end ?? start + Self.characterLength(bytes[start...])
    }
  }
}
