import Kernels

/// How a tokenizer writes a text: the measures that need no model.
///
/// Between tokenizers, tokens are no common unit: compare by bytes per token, or a model by bits per
/// byte.
public struct TokenStatistics: Sendable, Equatable {
  public let bytes: Int
  /// Unicode scalars; bytes that are no valid UTF-8 are one each.
  public let characters: Int
  /// Runs of characters between blanks.
  public let words: Int
  /// The corpus token count (CTC): on parallel texts, comparable between languages.
  public let tokens: Int
  /// How often each id occurs; as long as the vocabulary.
  public let counts: [UInt64]

  public init(_ tokenizer: Tokenizer, text: String) throws(TokenizerError) {
    try self.init(tokenizer, texts: [text])
  }

  /// Several texts, each encoded by itself.
  ///
  /// - Complexity: O(bytes + vocabulary).
  public init(_ tokenizer: Tokenizer, texts: [String]) throws(TokenizerError) {
    var counts = [UInt64](repeating: 0, count: tokenizer.vocabularySize)
    var (bytes, characters, words, tokens) = (0, 0, 0, 0)
    for text in texts {
      let ids = try tokenizer.encode(text)
      for id in ids where Int(id) < counts.count { counts[Int(id)] += 1 }
      bytes += text.utf8.count
      characters += text.unicodeScalars.count
      words += Self.words(in: text)
      tokens += ids.count
    }
    (self.bytes, self.characters, self.words) = (bytes, characters, words)
    (self.tokens, self.counts) = (tokens, counts)
  }

  private static func words(in text: String) -> Int {
    var words = 0
    var isInside = false
    for scalar in text.unicodeScalars {
      let isBlank = CharacterClasses.shared.flags(scalar.value) & CharacterClasses.space != 0
      if !isBlank && !isInside { words += 1 }
      isInside = !isBlank
    }
    return words
  }

  public var bytesPerToken: Double { Double(bytes) / Double(tokens) }
  /// Tokens per character (TPC): lower is shorter.
  public var tokensPerCharacter: Double { Double(tokens) / Double(characters) }
  /// Tokens per word.
  public var fertility: Double { Double(tokens) / Double(words) }
  /// How many different ids occur.
  public var types: Int { counts.count { $0 > 0 } }
  /// The share of the vocabulary that occurs.
  public var vocabularyUse: Double { Double(types) / Double(counts.count) }

  /// This text's tokens over those of the same content in a reference language: 1 is parity.
  public func premium(over reference: TokenStatistics) -> Double {
    Double(tokens) / Double(reference.tokens)
  }

  /// The Rényi entropy of the tokens' frequencies, in bits; order 1 is Shannon's.
  public func renyiEntropy(order: Double) -> Double {
    let total = Double(tokens)
    let shares = counts.lazy.filter { $0 > 0 }.map { Double($0) / total }
    let logTwo = ElementaryFunction.log(2)
    if order == 1 { return shares.reduce(0) { $0 - $1 * ElementaryFunction.log($1) } / logTwo }
    let sum = shares.reduce(0) { $0 + ElementaryFunction.exp(order * ElementaryFunction.log($1)) }
    return ElementaryFunction.log(sum) / (1 - order) / logTwo
  }

  /// The Rényi entropy over that of a vocabulary used evenly (Zouhar et al., arXiv 2306.16842, who
  /// find order 2.5 to go best with translation quality).
  public func renyiEfficiency(order: Double = 2.5) -> Double {
    renyiEntropy(order: order) * ElementaryFunction.log(2)
      / ElementaryFunction.log(Double(counts.count))
  }
}
