/// What becomes of the matches of a separator, as Hugging Face names it.
enum SplitBehavior: String, Sendable, CaseIterable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// A stretch of text that is a match of the separator, or lies between two of them.
  struct Part: Equatable {
    var range: Range<Int>
    var isMatch: Bool
  }

  /// The pieces that parts give, in their order; empty pieces are left out.
  ///
  /// - Parameter parts: they tile the text; empty matches are parts too.
  func pieces(of parts: [Part]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var afterMatch = false
    switch self {
    case .isolated: pieces = parts.map(\.range)
    case .removed: pieces = parts.lazy.filter { !$0.isMatch }.map(\.range)
    case .contiguous:
      for part in parts {
        if part.isMatch == afterMatch, let last = pieces.last {
          pieces[pieces.count - 1] = last.lowerBound..<part.range.upperBound
        } else {
          pieces.append(part.range)
        }
        afterMatch = part.isMatch
      }
    case .mergedWithPrevious:
      for part in parts {
        if part.isMatch && !afterMatch, let last = pieces.last {
          pieces[pieces.count - 1] = last.lowerBound..<part.range.upperBound
        } else {
          pieces.append(part.range)
        }
        afterMatch = part.isMatch
      }
    case .mergedWithNext:
      for part in parts.reversed() {
        if part.isMatch && !afterMatch, let last = pieces.last {
          pieces[pieces.count - 1] = part.range.lowerBound..<last.upperBound
        } else {
          pieces.append(part.range)
        }
        afterMatch = part.isMatch
      }
      pieces.reverse()
    }
    return pieces.contains(where: \.isEmpty) ? pieces.filter { !$0.isEmpty } : pieces
  }
}
