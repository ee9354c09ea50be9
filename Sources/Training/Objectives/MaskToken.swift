import Tokenizers

/// The token that stands for one that is hidden.
public enum MaskToken {
  /// How such tokens are called where nobody says it.
  public static let names = ["<mask>", "[MASK]", "<|mask|>"]

  /// - Throws: ``TrainingError/noToken(name:reason:)`` where the vocabulary has none.
  public static func id(of tokenizer: Tokenizer, named name: String? = nil)
    throws(TrainingError) -> Int32
  {
    for name in name.map({ [$0] }) ?? names {
      if let id = tokenizer.id(ofToken: name) { return id }
    }
    throw .noToken(
      name: name ?? names[0], reason: "train the tokenizer with special=[…, \"<mask>\"]")
  }
}
