import Files
import Testing

@testable import Tokenizers

@Suite("Vocabularies of characters") struct CharacterVocabularyTests {
  @Test("each character is a token, special tokens come first")
  func tokens() throws {
    let vocabulary = try CharacterVocabulary(
      of: ["b a\n", "éa😀"], specialTokens: ["<|endoftext|>", "<mask>"])
    #expect(vocabulary.characters == ["\n", " ", "a", "b", "é", "😀"])
    let tokenizer = try vocabulary.tokenizer()
    #expect(tokenizer.vocabularySize == 8 && tokenizer.bosID == 0 && tokenizer.unknownID == nil)
    let text = "a\nb é😀 aa"
    let ids: [Int32] = [4, 2, 5, 3, 6, 7, 3, 4, 4]
    #expect(try tokenizer.encode(text) == ids)
    #expect(try tokenizer.decode(ids) == text)
    #expect(try tokenizer.encode("a<mask>b", special: .parse) == [4, 1, 5])
    let again = try Tokenizer.load(
      tokenizerJSON: Array(tokenizer.json().text().utf8), name: "again", source: "memory")
    #expect(again.digest == tokenizer.digest)
  }

  @Test("other characters have no token, and too many are refused")
  func refused() throws {
    let tokenizer = try CharacterVocabulary(of: ["ab"]).tokenizer()
    #expect(throws: TokenizerError.self) { try tokenizer.encode("abc") }
    #expect(throws: TokenizerError.vocabularyTooLarge(asked: 4, limit: 3)) {
      try CharacterVocabulary(of: ["abc"], specialTokens: ["<s>"], most: 3)
    }
    let special = try CharacterVocabulary(of: ["abc"], specialTokens: ["b"])
    #expect(special.characters == ["a", "c"])
  }
}
