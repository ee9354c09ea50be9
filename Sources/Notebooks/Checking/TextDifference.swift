/// The difference of two texts in lines, as `diff -u` shows it.
public enum TextDifference {
  private enum Edit { case keep, remove, add }

  /// The lines of context around a change.
  static let context = 3

  /// A unified difference; empty where the texts say the same.
  ///
  /// - Parameter areSame: whether two lines count as the same.
  public static func unified(
    _ old: String, _ new: String, from oldName: String, to newName: String,
    areSame: (Substring, Substring) -> Bool = { $0.utf8.elementsEqual($1.utf8) }
  ) -> String {
    let a = lines(old)
    let b = lines(new)
    let edits = edits(a, b, areSame)
    if edits.allSatisfy({ $0 == .keep }) { return "" }
    var text = "--- \(oldName)\n+++ \(newName)\n"
    for hunk in hunks(edits) {
      text += self.text(of: hunk, edits, a, b)
    }
    return text
  }

  /// The lines, the last one also where it has no end.
  static func lines(_ text: String) -> [Substring] {
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { Substring($0) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// The ranges of edits that are shown together.
  private static func hunks(_ edits: [Edit]) -> [Range<Int>] {
    var hunks: [Range<Int>] = []
    for (index, edit) in edits.enumerated() where edit != .keep {
      let start = max(0, index - context)
      let end = min(edits.count, index + context + 1)
      if let last = hunks.last, start <= last.upperBound {
        hunks[hunks.count - 1] = last.lowerBound..<end
      } else {
        hunks.append(start..<end)
      }
    }
    return hunks
  }

  private static func text(
    of hunk: Range<Int>, _ edits: [Edit], _ a: [Substring], _ b: [Substring]
  ) -> String {
    var (oldLine, newLine) = (0, 0)
    for edit in edits[..<hunk.lowerBound] {
      if edit != .add { oldLine += 1 }
      if edit != .remove { newLine += 1 }
    }
    let oldCount = edits[hunk].count { $0 != .add }
    let newCount = edits[hunk].count { $0 != .remove }
    // A side without lines is placed behind the line before it.
    func place(_ line: Int, _ count: Int) -> String {
      let start = count == 0 ? line : line + 1
      return count == 1 ? "\(start)" : "\(start),\(count)"
    }
    var text = "@@ -\(place(oldLine, oldCount)) +\(place(newLine, newCount)) @@\n"
    for edit in edits[hunk] {
      switch edit {
      case .keep: text += " \(b[newLine])\n"
      case .remove: text += "-\(a[oldLine])\n"
      case .add: text += "+\(b[newLine])\n"
      }
      if edit != .add { oldLine += 1 }
      if edit != .remove { newLine += 1 }
    }
    return text
  }

  // MARK: The shortest way

  /// Differences of more lines than this are not looked for one by one.
  private static let effortLimit = 2_000

  /// Myers' O(ND) algorithm (1986) between the common start and the common end.
  private static func edits(
    _ a: [Substring], _ b: [Substring], _ areSame: (Substring, Substring) -> Bool
  ) -> [Edit] {
    var start = 0
    while start < min(a.count, b.count), areSame(a[start], b[start]) { start += 1 }
    var end = 0
    while end < min(a.count, b.count) - start, areSame(a[a.count - 1 - end], b[b.count - 1 - end]) {
      end += 1
    }
    let oldMiddle = a[start..<(a.count - end)]
    let newMiddle = b[start..<(b.count - end)]
    return Array(repeating: .keep, count: start)
      + middle(Array(oldMiddle), Array(newMiddle), areSame) + Array(repeating: .keep, count: end)
  }

  private static func middle(
    _ a: [Substring], _ b: [Substring], _ areSame: (Substring, Substring) -> Bool
  ) -> [Edit] {
    let all = Array(repeating: Edit.remove, count: a.count) + Array(repeating: .add, count: b.count)
    if a.isEmpty || b.isEmpty { return all }
    let most = min(a.count + b.count, effortLimit)
    // furthest[k] is how far down `a` a path on diagonal k has come.
    var furthest = [Int](repeating: 0, count: 2 * most + 2)
    var trace: [[Int]] = []
    for distance in 0...most {
      trace.append(furthest)
      for diagonal in stride(from: -distance, through: distance, by: 2) {
        let goesDown =
          diagonal == -distance
          || (diagonal != distance
            && furthest[most + diagonal - 1] < furthest[most + diagonal + 1])
        var x = goesDown ? furthest[most + diagonal + 1] : furthest[most + diagonal - 1] + 1
        var y = x - diagonal
        while x < a.count, y < b.count, areSame(a[x], b[y]) {
          x += 1
          y += 1
        }
        furthest[most + diagonal] = x
        if x >= a.count, y >= b.count { return path(trace, most, a.count, b.count) }
      }
    }
    return all
  }

  private static func path(_ trace: [[Int]], _ most: Int, _ aCount: Int, _ bCount: Int) -> [Edit] {
    var edits: [Edit] = []
    var (x, y) = (aCount, bCount)
    for distance in trace.indices.reversed() {
      let furthest = trace[distance]
      let diagonal = x - y
      let goesDown =
        diagonal == -distance
        || (diagonal != distance && furthest[most + diagonal - 1] < furthest[most + diagonal + 1])
      let previous = goesDown ? diagonal + 1 : diagonal - 1
      let previousX = distance == 0 ? 0 : furthest[most + previous]
      let previousY = distance == 0 ? 0 : previousX - previous
      while x > previousX, y > previousY {
        edits.append(.keep)
        x -= 1
        y -= 1
      }
      guard distance > 0 else { break }
      edits.append(goesDown ? .add : .remove)
      (x, y) = (previousX, previousY)
    }
    return edits.reversed()
  }
}
