import Tokenizers

extension InputMap {
  /// The maps by their names.
  public enum Kind: String, Sendable, CaseIterable {
    case learned, frozen, binary, affine
    case normalPerSequence = "gauss_per_sequence"
    case semiLexinvariant = "semilex"
  }

  /// A map by its name.
  ///
  /// - Parameters:
  ///   - bits: of codes; as many as ids need unless given. With one less, two ids share each code, which
  ///     only `binary` allows.
  ///   - probability: of a drawn row in place of a trained one, for `semilex`.
  ///   - seed: names what affine codes are drawn from.
  /// - Throws: ``ModelError/tokenizer(_:)`` for codes that cannot be.
  public init(
    _ kind: Kind, vocabulary: Int, values: CodeValues = .signs, scale: Float = 1, bits: Int? = nil,
    probability: Double = 0.2, seed: UInt64
  ) throws(ModelError) {
    do throws(TokenizerError) {
      switch kind {
      case .learned: self = .learned
      case .frozen: self = .frozen
      case .normalPerSequence: self = .normalPerSequence
      case .semiLexinvariant: self = .semiLexinvariant(probability: probability)
      case .binary:
        self = .codes(
          try TokenCodes(vocabularySize: vocabulary, bits: bits), values: values, scale: scale)
      case .affine:
        self = .codes(
          try TokenCodes(affine: vocabulary, bits: bits, seed: seed), values: values, scale: scale)
      }
    } catch { throw .tokenizer(error) }
  }
}
