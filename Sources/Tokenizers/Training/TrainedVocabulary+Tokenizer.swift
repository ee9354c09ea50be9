extension TrainedVocabulary {
  /// The tokenizer that the trained vocabulary makes, read as its own `tokenizer.json`.
  public func tokenizer() throws(TokenizerError) -> Tokenizer {
    Tokenizer(try HuggingFaceReader.read(Array(json().text().utf8), path: name, name: name))
  }
}
