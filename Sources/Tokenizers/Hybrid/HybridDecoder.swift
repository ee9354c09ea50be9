/// Writes roots and affixes in the forms that their neighbours ask for.
struct HybridDecoder: Sendable {
  private let model: HybridModel

  init(_ model: HybridModel) { self.model = model }

  func makeRun() -> Run { Run(model: model) }

  /// One decoding. A token is written when the next one is known.
  struct Run: Sendable {
    private let model: HybridModel
    private var held: Int32?
    private var capitalises = false
    private var context = HybridContext()

    fileprivate init(model: HybridModel) { self.model = model }

    /// Takes the next token and gives the bytes of the one before it.
    mutating func append(_ id: Int32) -> [UInt8] {
      defer { held = id }
      return held.map { write($0, before: id) } ?? []
    }

    /// Gives the bytes of the last token.
    mutating func finish() -> [UInt8] {
      defer { self = Run(model: model) }
      return held.map { write($0, before: nil) } ?? []
    }

    private mutating func write(_ id: Int32, before next: Int32?) -> [UInt8] {
      if id == HybridModel.Special.uppercase {
        capitalises = true
        return []
      }
      defer { capitalises = false }
      if let root = model.root(id) {
        let end = SpokenEnd(of: root.text.unicodeScalars, model.rules)
        let form =
          model.options.readsVariants
          ? root.form(before: text(of: next, after: end), model.rules) : root.text
        let letters = letters(of: form)
        context.append(root: letters, isFronted: root.isFronted)
        return Self.bytes(letters)
      }
      if let affix = model.affix(id) {
        let end = context.end(model.rules)
        let hard = affix.form(after: end, beforeVowel: false)
        let following = text(of: next, after: end.appending(hard, model.rules))
        let beforeVowel = model.rules.startsWithVowel(following)
        let letters = letters(
          of: beforeVowel ? affix.form(after: end, beforeVowel: true) : hard)
        context.append(affix: letters, model.rules)
        return Self.bytes(letters)
      }
      if id <= HybridModel.Special.end {
        context.endWord()
        let isUnknown = id == HybridModel.Special.unknown
        return isUnknown ? Array("\u{FFFD}".utf8) : Array(model.tokens[Int(id)])
      }
      let letters = letters(of: String(decoding: model.tokens[Int(id)], as: UTF8.self))
      context.append(piece: letters)
      return Self.bytes(letters)
    }

    /// What the next token is written as, behind what is heard before it; nothing for a blank or
    /// another word's capital.
    private func text(of next: Int32?, after end: SpokenEnd) -> [UInt8] {
      guard let next else { return [] }
      if let affix = model.affix(next) {
        return Array(affix.form(after: end, beforeVowel: false).utf8)
      }
      return next <= HybridModel.Special.end ? [] : Array(model.tokens[Int(next)])
    }

    private func letters(of form: String) -> [Unicode.Scalar] {
      var letters = Array(form.unicodeScalars)
      if capitalises, let first = letters.first { letters[0] = model.rules.capital(first) }
      return letters
    }

    private static func bytes(_ letters: [Unicode.Scalar]) -> [UInt8] {
      Array(String(String.UnicodeScalarView(letters)).utf8)
    }
  }
}
