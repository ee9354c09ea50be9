import Files

/// Tokens that are put into a vocabulary beside the learned ones, and found in text before it is cut
/// into pieces (KL3M tokenizers, arXiv 2503.17247).
///
/// The order in which text is matched: these tokens first, from the left, the longest at each place;
/// what lies between them is cut and merged as usual. So a token takes its characters out of a longer
/// word, as the published vocabularies do; with ``Matching/words`` those that start with a letter,
/// digit or underscore are found only where no such character stands beside them.
public struct AppendedTokens: Sendable, Equatable {
  public enum Matching: String, Sendable, CaseIterable {
    case words
    case anywhere
  }

  /// The tokens, each once, in the order of their ids.
  public var texts: [String] = []
  public var matching = Matching.words
  /// Runs of 2, 3, … spaces and line feeds, as many as make the vocabulary's size a power of two.
  public var padsToPowerOfTwo = false

  public init() {}

  /// The texts as the normalizers leave them, each once.
  func contents(_ normalizers: [Normalizer]) -> [String] {
    var seen: Set<[UInt8]> = []
    return texts.compactMap { text in
      // Only a pattern could fail, and a trainer's normalizers have none.
      let bytes = (try? Normalizer.apply(normalizers, to: Array(text.utf8))) ?? Array(text.utf8)
      return seen.insert(bytes).inserted ? String(decoding: bytes, as: UTF8.self) : nil
    }
  }

  /// The id of a token that was learned as well. One with blanks in it is never that token for a
  /// reader of `tokenizer.json`, where blanks are spelled in another way.
  func id(of text: String, in learned: ByteStringTable) -> Int32? {
    let bytes = Array(text.utf8)
    guard ByteAlphabet.text(of: bytes[...]) == text else { return nil }
    return learned.find(bytes).map(Int32.init)
  }

  func check(_ specialTokens: [String], isOverBytes: Bool) throws(TokenizerError) {
    if !isOverBytes && (!texts.isEmpty || padsToPowerOfTwo) {
      throw .wrongTrainingOption(name: "appended tokens", asked: "over characters")
    }
    for text in texts {
      if text.isEmpty { throw .wrongTrainingOption(name: "appended token", asked: "of no text") }
      if specialTokens.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
        throw .wrongSpecialToken(token: text, reason: "is among the appended tokens too")
      }
    }
  }

  /// Puts the tokens behind those of a definition over bytes, whose special tokens are there.
  func add(to definition: inout TokenizerDefinition, specialTokens: [String]) {
    let isNormalized = !definition.normalizers.isEmpty
    var known = Set(specialTokens.map { Array($0.utf8) })
    func add(_ text: String, _ id: Int32?) {
      let isWord = text.unicodeScalars.first.map {
        CharacterClasses.shared.flags($0.value) & CharacterClasses.word != 0
      }
      known.insert(Array(text.utf8))
      if id == nil { definition.decoder.append(text.utf8) }
      definition.addedTokens.append(
        AddedToken(
          id: id ?? Int32(definition.decoder.count - 1), content: text,
          singleWord: matching == .words && isWord == true, normalized: isNormalized))
    }
    for text in contents(definition.normalizers) {
      add(text, id(of: text, in: definition.model.tokens))
    }
    guard padsToPowerOfTwo else { return }
    var size = 1
    while size < definition.decoder.count { size *= 2 }
    var length = 2
    while definition.decoder.count < size {
      for blank in [" ", "\n"] where definition.decoder.count < size {
        let run = String(repeating: blank, count: length)
        if !known.contains(Array(run.utf8)) { add(run, nil) }
      }
      length += 1
    }
  }

  var members: [JSON.Member] {
    var members: [JSON.Member] = []
    if !texts.isEmpty {
      members.append(.init("appended_tokens", .integer(texts.count)))
      members.append(.init("appended_matching", .string(matching.rawValue)))
    }
    if padsToPowerOfTwo { members.append(.init("padding", .string("power of two"))) }
    return members
  }
}
