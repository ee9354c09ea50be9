/// How many tokens stay.
public enum TokenBudget: Sendable, Equatable {
  case tokens(Int)
  /// Of those that there are, rounded to the nearest number, at least one.
  case share(Double)

  /// The number to keep of `available`.
  func count(of available: Int, least: Int) throws(PruningError) -> Int {
    switch self {
    case .tokens(let asked):
      guard asked >= least && asked <= available else {
        throw .budget(asked: asked, least: least, available: available)
      }
      return asked
    case .share(let share):
      guard share > 0 && share <= 1 else { throw .share(share) }
      return min(max(Int(share * Double(available) + 0.5), least), available)
    }
  }
}

/// Chooses the tokens with the highest scores.
///
/// - Parameters:
///   - scores: one a token.
///   - count: how many stay, at least as many as `always` has.
///   - always: positions that stay whatever their score.
/// - Returns: for each token whether it stays. Among equal scores the lower position stays.
/// - Complexity: O(tokens · log tokens).
func keepHighest(_ scores: [Float], count: Int, always: Set<Int>) -> [Bool] {
  let open = scores.indices.filter { !always.contains($0) }
  let ranked = open.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
  var kept = scores.indices.map { always.contains($0) }
  for position in ranked.prefix(max(count - always.count, 0)) { kept[position] = true }
  return kept
}
