/// What the same content costs in each of several languages, in tokens (Petrov et al., arXiv
/// 2305.15425): 1 is parity with the reference.
public struct TokenPremium: Sendable, Equatable {
  public struct Row: Sendable, Equatable {
    public let language: String
    public let statistics: TokenStatistics
    /// Tokens over those of the reference.
    public let premium: Double
    /// Bytes over those of the reference: what a vocabulary of bytes would cost.
    public let bytePremium: Double
  }

  /// In the order of the languages that were given.
  public let rows: [Row]

  /// - Parameters:
  ///   - languages: parallel texts: the same content, in as many texts, in each language.
  ///   - reference: one of the languages.
  /// - Throws: ``TokenizerError/wrongReference(reference:languages:)`` for a reference that is none of
  ///   the languages, and ``TokenizerError/wrongLength(asked:reason:)`` where the texts are not as
  ///   many or the reference has no tokens.
  public init(
    _ tokenizer: Tokenizer, _ languages: [(name: String, texts: [String])], reference: String
  ) throws(TokenizerError) {
    guard let base = languages.first(where: { $0.name == reference }) else {
      throw .wrongReference(
        reference: reference, languages: languages.map(\.name))
    }
    let basis = try TokenStatistics(tokenizer, texts: base.texts)
    if basis.tokens == 0 {
      throw .wrongLength(asked: 0, reason: "the reference \(reference) has no tokens")
    }
    var rows: [Row] = []
    for (name, texts) in languages {
      guard texts.count == base.texts.count else {
        throw .wrongLength(
          asked: texts.count, reason: "\(reference) has \(base.texts.count) texts, so must \(name)")
      }
      let statistics = try TokenStatistics(tokenizer, texts: texts)
      rows.append(
        Row(
          language: name, statistics: statistics, premium: statistics.premium(over: basis),
          bytePremium: Double(statistics.bytes) / Double(basis.bytes)))
    }
    self.rows = rows
  }
}
