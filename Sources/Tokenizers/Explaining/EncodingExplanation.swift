/// Why a text has the ids it has: every step of its encoding, taken one by one.
///
/// A slow twin of the encoder that shares no loop with it: it looks at all pairs for every merge, at
/// all paths for every score.
public struct EncodingExplanation: Sendable, Equatable {
  /// Longer texts are not explained, in bytes: merges are kept with what the piece is after each.
  public static let longestText = 1 << 13

  /// A step of normalization that changed a part of the text.
  public struct Change: Sendable, Equatable {
    /// The step in words, as the tokenizer's description has it.
    public let step: String
    public let before: String
    public let after: String
  }

  /// A part of the text that is encoded by itself.
  public struct Piece: Sendable, Equatable {
    /// The piece as the model gets it, on one line.
    public let text: String
    /// Its bytes in ``EncodingExplanation/text``.
    public let place: Range<Int>
    public let derivation: Derivation
    public let tokens: [Token]
  }

  /// An id and its bytes as the model has them, on one line.
  public struct Token: Sendable, Equatable {
    public let id: Int32
    public let text: String
  }

  /// How a piece became its tokens.
  public enum Derivation: Sendable, Equatable {
    /// It spells a token that is found in the text before anything else.
    case addedToken(isSpecial: Bool)
    /// It is a token as a whole, and nothing else is tried.
    case wholeToken
    /// Pairs of symbols became one, from these symbols on.
    case merges(start: [String], steps: [MergeStep])
    /// The path of the highest score, stretch by stretch.
    case paths([ScoredStretch])
    /// The longest token that the rest starts with, again and again.
    case matches([MatchStep])
    /// Nothing the vocabulary knows.
    case unknown(reason: String)
  }

  /// One merge: of all pairs the one of lowest rank, of those the leftmost.
  public struct MergeStep: Sendable, Equatable {
    public let rank: Int
    public let left: String
    public let right: String
    public let result: String
    /// The piece's symbols afterwards.
    public let symbols: [String]
  }

  /// A part of a piece that no token leaves, with the two best ways to write it.
  public struct ScoredStretch: Sendable, Equatable {
    public let best: ScoredPath
    /// Nil where there is one way only.
    public let second: ScoredPath?
  }

  public struct ScoredPath: Sendable, Equatable {
    public let symbols: [String]
    /// The symbols' scores; a character that is no token has the unknown's.
    public let scores: [Double]
    public var score: Double { scores.reduce(0, +) }
  }

  /// One token taken from the front of what is left of a piece.
  public struct MatchStep: Sendable, Equatable {
    /// How the rest begins.
    public let rest: String
    /// The tokens that the rest starts with, the longest first.
    public let candidates: [String]
    /// The first of them.
    public let match: Token
  }

  /// The text after normalization, with the added tokens that stand in it.
  public let text: [UInt8]
  public let changes: [Change]
  public let pieces: [Piece]

  /// What the encoder gives for the text.
  public var ids: [Int32] { pieces.flatMap { $0.tokens.map(\.id) } }
}

extension EncodingExplanation.Derivation {
  /// What happened, in a few words.
  public var summary: String {
    switch self {
    case .addedToken(let isSpecial): isSpecial ? "special token" : "added token"
    case .wholeToken: "a token as a whole"
    case .merges(let start, let steps):
      switch (start.count, steps.count) {
      case (1, 0): "one symbol"
      case (_, 0): "no pair merges"
      case (_, 1): "1 merge"
      default: "\(steps.count) merges"
      }
    case .paths(let stretches):
      stretches.count == 1 ? "best path" : "best paths of \(stretches.count) stretches"
    case .matches(let steps): steps.count == 1 ? "1 match" : "\(steps.count) matches"
    case .unknown(let reason): "unknown: \(reason)"
    }
  }
}
