/// A token that no text becomes, or that none was found for.
public struct UnreachableToken: Sendable, Equatable {
  /// Why no text can become the token.
  public enum Proof: String, Sendable, CaseIterable {
    /// Its bytes stand in no UTF-8 text.
    case utf8
    /// Merging its own symbols gives other tokens, and what stands around it cannot change that: a
    /// merge across a token's border would come before it (``BytePairMerger``).
    case merges
    /// It holds a part of a character, and every token that goes on with that character merges into
    /// it.
    case completion
    /// No piece of the pre-tokenizer contains it.
    case cut
    /// It has a character that normalization makes of no other and leaves nowhere.
    case normalization
    /// Other tokens for its text have a higher score together.
    case score
    /// The model never looks it up: another token has its text, or its kind is not matched.
    case unmatched
    /// No proof: none of the texts that were tried becomes it.
    case candidate
  }

  public let id: Int32
  /// The token as the model has it, on one line.
  public let text: String
  /// What it gives inside a text.
  public let bytes: [UInt8]
  public let proof: Proof
  /// What its own bytes become; empty where they cannot be encoded.
  public let encoding: [Int32]
}

extension Tokenizer {
  /// The tokens that no text becomes, each with its proof, and those that none was found for, in the
  /// order of their ids.
  ///
  /// All other ordinary tokens were seen in the encoding of some text: of their own, or of theirs
  /// with something before or behind. Special and added tokens, and the unknown token, are left out.
  /// - Complexity: one encoding a token, some thousands for one that is hard to reach.
  public func unreachableTokens() throws(TokenizerError) -> [UnreachableToken] {
    try TokenReach(self).unreachable()
  }
}
