import Files

/// How a vocabulary file is to be read, where the file itself does not say.
public enum TokenizerKind: String, CaseIterable, Sendable {
  /// Hugging Face's `tokenizer.json`.
  case huggingface
  /// llama2.c's `tokenizer.bin`.
  case llama2c
  /// tiktoken ranks of GPT-2, or its `encoder.json` and `vocab.bpe`.
  case gpt2
  /// tiktoken ranks of GPT-3.5 and GPT-4.
  case cl100k
  /// tiktoken ranks of GPT-4o.
  case o200k
  /// tiktoken ranks of Qwen.
  case qwen
  /// tiktoken ranks of Whisper.
  case whisper
  /// SentencePiece's `.model`.
  case sentencepiece
  /// Mistral's `tekken.json`.
  case tekken
  /// The vocabulary inside a GGUF file.
  case gguf
  /// RWKV World's list of byte strings.
  case rwkv
  /// BERT's `vocab.txt`.
  case wordpiece
  /// CLIP's list of merges.
  case clip
  /// Roots, affixes and rules as `tokenizer.new` makes them.
  case hybrid
  /// The form that is used as it lies in the file.
  case mapped
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
