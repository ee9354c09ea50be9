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
