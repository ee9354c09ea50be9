import Tensors

/// Texts under random substitution ciphers: every symbol of an alphabet is replaced by another, the same
/// everywhere in one text. The key of each text is drawn evenly from all permutations.
public struct CipherWorld: World {
  public let seed: UInt64
  public let texts: [String]
  public let alphabet: [Unicode.Scalar]

  /// - Parameters:
  ///   - texts: problem i has text i; after the last the first again, with another key.
  ///   - alphabet: the symbols that are exchanged. What is not in it stays, except capitals: they
  ///     follow their small letters if every symbol has a capital that is not in the alphabet.
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for no texts, an alphabet of fewer than
  ///   2 or more than 10,000 symbols, and a symbol that is in it twice.
  public init(seed: UInt64, texts: [String], alphabet: String = SymbolAlphabet.letters)
    throws(TrainingError)
  {
    if texts.isEmpty {
      throw .setting(name: "the number of texts", value: 0, reason: "one at least is needed")
    }
    self.alphabet = try SymbolAlphabet.different(in: alphabet)
    self.seed = seed
    self.texts = texts
  }

  public func problem(_ index: Int) -> CipherProblem {
    var stream = stream(index)
    let key = stream.permutation(alphabet.count).map { alphabet[$0] }
    let substitution = CipherProblem.substitution(from: alphabet, to: key)
    let text = CipherProblem.replacing(texts[index % texts.count], by: substitution)
    return CipherProblem(text: text, key: key, alphabet: alphabet)
  }
}

/// A ciphered text and its key.
public struct CipherProblem: WorldProblem {
  public static let world = WorldKind.cipher
  public static let needed = ["text", "key", "alphabet"]
  public static let solutionColumn = "plain"

  /// The ciphered text.
  public let text: String
  /// What each symbol of ``alphabet`` became.
  public let key: [Unicode.Scalar]
  public let alphabet: [Unicode.Scalar]

  /// The text before it was ciphered.
  public var plain: String {
    Self.replacing(text, by: Self.substitution(from: key, to: alphabet))
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("text", .text(text)), ("key", .text(SymbolAlphabet.text(key))),
      ("alphabet", .text(SymbolAlphabet.text(alphabet))), ("plain", .text(plain)),
    ]
  }

  init(text: String, key: [Unicode.Scalar], alphabet: [Unicode.Scalar]) {
    (self.text, self.key, self.alphabet) = (text, key, alphabet)
  }

  public init?(fields: [String: WorldField]) {
    guard let text = fields["text"]?.text, let key = fields["key"]?.text,
      let alphabet = fields["alphabet"]?.text
    else { return nil }
    let (from, to) = (Array(alphabet.unicodeScalars), Array(key.unicodeScalars))
    guard from.count == to.count, Set(from).count == from.count, Set(from) == Set(to) else {
      return nil
    }
    self.init(text: text, key: to, alphabet: from)
  }

  static func substitution(from: [Unicode.Scalar], to: [Unicode.Scalar])
    -> [Unicode.Scalar: Unicode.Scalar]
  {
    var substitution = Dictionary(zip(from, to), uniquingKeysWith: { first, _ in first })
    let capitals = from.map(capital)
    let others = capitals.compactMap(\.self).filter { substitution[$0] == nil }
    // All or none: if some capitals stayed, two symbols could become one.
    if Set(others).count == from.count {
      for (small, image) in zip(from, to) {
        if let small = capital(small), let image = capital(image) { substitution[small] = image }
      }
    }
    return substitution
  }

  /// The capital of a small letter where it is one other scalar.
  private static func capital(_ letter: Unicode.Scalar) -> Unicode.Scalar? {
    let mapped = Array(letter.properties.uppercaseMapping.unicodeScalars)
    return mapped.count == 1 && mapped[0] != letter ? mapped[0] : nil
  }

  static func replacing(_ text: String, by substitution: [Unicode.Scalar: Unicode.Scalar])
    -> String
  {
    SymbolAlphabet.text(text.unicodeScalars.map { substitution[$0] ?? $0 })
  }

  /// Right is the plain text, scalar by scalar.
  public func verdict(on answer: String) -> WorldVerdict {
    guard let place = WorldVerdict.firstDifference(answer, plain) else { return .right }
    return .wrong("it departs from the plain text at \(place)", at: place)
  }
}
