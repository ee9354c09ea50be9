/// What a token is in its vocabulary.
public enum TokenKind: String, Sendable, CaseIterable {
  case root, affix, bpe, unigram, wordpiece, word
  /// A string of a vocabulary that is read by longest match.
  case match
  /// An added token that is found in ordinary text.
  case added
  case special
}

/// One token of a text, as it is written there.
public struct TokenPiece: Sendable, Equatable {
  public let id: Int32
  public let text: String
  public let kind: TokenKind
}

extension Tokenizer {
  /// What an id is.
  public func kind(of id: Int32) -> TokenKind {
    if let added = definition.addedTokens.first(where: { $0.id == id }) {
      return added.special ? .special : .added
    }
    switch definition.model {
    case .bytePair: return .bpe
    case .unigram: return .unigram
    case .wordPiece: return .wordpiece
    case .wordLevel: return .word
    case .longestMatch: return .match
    case .hybrid(let model): return model.kind(of: id)
    }
  }

  /// The tokens of a text with what each gives; of a hybrid vocabulary, in the form that the decoder
  /// writes beside its neighbours.
  public func pieces(of text: String) throws(TokenizerError) -> [TokenPiece] {
    let ids = try encode(text)
    var texts: [String] = []
    if let hybrid = definition.decoder.hybrid {
      var run = hybrid.makeRun()
      for id in ids { texts.append(String(decoding: run.append(id), as: UTF8.self)) }
      texts.append(String(decoding: run.finish(), as: UTF8.self))
      texts.removeFirst()
    } else {
      for id in ids { texts.append(try tokenText(id)) }
    }
    // Asked once for each id: the list of added tokens is searched every time.
    let kinds = Dictionary(
      Set(ids).map { ($0, kind(of: $0)) }, uniquingKeysWith: { first, _ in first })
    return zip(ids, texts).map { TokenPiece(id: $0, text: $1, kind: kinds[$0] ?? kind(of: $0)) }
  }
}
