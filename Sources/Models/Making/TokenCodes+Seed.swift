import Tensors
import Tokenizers

extension TokenCodes {
  /// Digits recoded by a matrix and an offset that a seed names.
  public init(affine vocabularySize: Int, bits: Int? = nil, seed: UInt64) throws(TokenizerError) {
    var stream = RandomStream(seed: seed, path: ["tokenizer.codes"])
    try self.init(affine: vocabularySize, bits: bits, words: { stream.next() })
  }
}
