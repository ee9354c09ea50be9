import Language

/// `tokenizer.*`: vocabularies, encoding, decoding.
enum TokenizerCommands {
  static let all: [any Command.Type] = [
    TokenizerLoad.self, TokenizerNew.self, TokenizerPieces.self, TokenizerTrain.self,
    TokenizerSave.self, TokenizerEncode.self,
    TokenizerDecode.self, TokenizerCount.self, TokenizerSegmentations.self, TokenizerAlign.self,
  ]
}
