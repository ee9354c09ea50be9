/// Which tokens stay.
enum TokenSelection {
  /// Chooses the tokens with the highest scores.
  ///
  /// - Parameters:
  ///   - scores: one a token.
  ///   - count: how many stay, at least as many as `always` has.
  ///   - always: positions that stay whatever their score.
  /// - Returns: for each token whether it stays. Among equal scores the lower position stays.
  /// - Complexity: O(tokens · log tokens).
  static func keepHighest(_ scores: [Float], count: Int, always: Set<Int>) -> [Bool] {
    let open = scores.indices.filter { !always.contains($0) }
    let ranked = open.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    var kept = scores.indices.map { always.contains($0) }
    for position in ranked.prefix(max(count - always.count, 0)) { kept[position] = true }
    return kept
  }
}
