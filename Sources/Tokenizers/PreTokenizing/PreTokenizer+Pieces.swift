extension PreTokenizer.Stage {
  /// Matches of a pattern and what lies between them are pieces.
  static func pieces(_ pattern: PiecePattern) -> PreTokenizer.Stage {
    pattern.scanned.map { .scanned($0) }
      ?? .split(.pattern(pattern), behavior: .isolated, inverted: false)
  }

  static func pieces(matching regex: String) throws(RegexError) -> PreTokenizer.Stage {
    pieces(try PiecePattern.compile(regex))
  }
}
