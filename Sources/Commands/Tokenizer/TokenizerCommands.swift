import Language

/// `tokenizer.*`: vocabularies, encoding, decoding.
enum TokenizerCommands {
  static let all: [any Command.Type] = [
    TokenizerNew.self, TokenizerPieces.self, TokenizerLoad.self, TokenizerExplain.self,
    TokenizerDiff.self, TokenizerVocab.self, TokenizerSpans.self, TokenizerUnreachable.self,
    TokenizerTrain.self, TokenizerSuperwords.self, TokenizerExtend.self, TokenizerSave.self,
    TokenizerEncode.self, TokenizerDecode.self,
    TokenizerNumbers.self, TokenizerCanonical.self, TokenizerStarts.self, TokenizerSample.self,
    TokenizerCount.self, TokenizerSegmentations.self, TokenizerAlign.self, TokenizerCodes.self,
    TokenizerCovers.self,
  ]
}
