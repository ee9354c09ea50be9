/// Models that look tokens up: the whole piece, or the longest token at its front.
enum ExplainedMatches {
  private typealias Step = EncodingExplanation.MatchStep

  /// WordPiece: every prefix of the rest is looked up, behind the first token with the prefix of
  /// what continues a word.
  static func explain(_ piece: [UInt8], _ model: WordPieceModel) throws(EncodingFailure)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    func unknown(_ reason: String) throws(EncodingFailure)
      -> ([Int32], EncodingExplanation.Derivation)
    {
      guard let id = model.unknownID else { throw .noToken(Array(piece.prefix(64))) }
      return ([id], .unknown(reason: reason))
    }
    if piece.count(where: { $0 & 0xC0 != 0x80 }) > model.longestWord {
      return try unknown("more than \(model.longestWord) characters")
    }
    var steps: [Step] = []
    var start = 0
    while start < piece.count {
      let prefix = start > 0 ? model.continuingPrefix : []
      var found: [(id: Int32, end: Int)] = []
      for end in (start + 1...piece.count).reversed()
      where end == piece.count || piece[end] & 0xC0 != 0x80 {
        guard let id = model.tokens.find(prefix + piece[start..<end]) else { continue }
        found.append((Int32(id), end))
      }
      guard let longest = found.first else {
        let rest = PrintableToken.beginning(of: prefix + piece[start...])
        return try unknown("no token starts \(rest)")
      }
      let candidates = found.map { PrintableToken.text(of: prefix + piece[start..<$0.end]) }
      steps.append(
        Step(
          rest: PrintableToken.beginning(of: prefix + piece[start...]), candidates: candidates,
          match: .init(id: longest.id, text: candidates[0])))
      start = longest.end
    }
    return (steps.map(\.match.id), .matches(steps))
  }

  /// Longest match: every prefix of the rest is looked up.
  static func explain(_ piece: [UInt8], _ model: LongestMatchModel) throws(EncodingFailure)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    var steps: [Step] = []
    var start = 0
    while start < piece.count {
      let matches = model.trie.matches(in: piece, from: start).reversed()
      guard let longest = matches.first else { throw .noToken([piece[start]]) }
      let candidates = matches.map { PrintableToken.text(of: piece[start..<$0.end]) }
      steps.append(
        Step(
          rest: PrintableToken.beginning(of: piece[start...]), candidates: candidates,
          match: .init(id: longest.value, text: candidates[0])))
      start = longest.end
    }
    return (steps.map(\.match.id), .matches(steps))
  }

  static func explain(_ piece: [UInt8], _ model: WordLevelModel) throws(EncodingFailure)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    if let id = model.tokens.find(piece) { return ([Int32(id)], .wholeToken) }
    guard let unknown = model.unknownID else { throw .noToken(Array(piece.prefix(64))) }
    return ([unknown], .unknown(reason: "no token of this vocabulary"))
  }
}
