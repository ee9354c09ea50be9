/// The symbols of tasks that are about symbols only.
public enum SymbolAlphabet {
  public static let letters = "abcdefghijklmnopqrstuvwxyz"

  static func text(_ symbols: [Unicode.Scalar]) -> String {
    String(String.UnicodeScalarView(symbols))
  }

  /// The symbols of a text.
  ///
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for fewer than 2 or more than 10,000
  ///   of them, and a symbol twice.
  static func different(in alphabet: String) throws(TrainingError) -> [Unicode.Scalar] {
    let symbols = Array(alphabet.unicodeScalars)
    try TrainingError.check("the alphabet's size", symbols.count, in: 2...10_000)
    guard Set(symbols).count == symbols.count else {
      throw .setting(
        name: "the alphabet's size", value: symbols.count, reason: "a symbol is in it twice")
    }
    return symbols
  }

  /// As ``different(in:)``, without `>` and blanks, which part the symbols of a prompt.
  static func symbols(of alphabet: String) throws(TrainingError) -> [Unicode.Scalar] {
    let symbols = try different(in: alphabet)
    guard !symbols.contains(where: { $0 == ">" || $0.properties.isWhitespace }) else {
      throw .setting(
        name: "the alphabet's size", value: symbols.count, reason: "'>' or a blank is among them")
    }
    return symbols
  }
}
