import Files

/// How a vocabulary file is to be read, where the file itself does not say.
public enum TokenizerKind: String, CaseIterable, Sendable {
  /// Hugging Face's `tokenizer.json`.
  case huggingface
  /// llama2.c's `tokenizer.bin`.
  case llama2c
}

/// What happens to text that spells a special token.
public enum SpecialPolicy: String, CaseIterable, Sendable {
  /// It is ordinary text.
  case text
  /// It becomes the special token.
  case parse
  /// It is refused.
  case error
}
