/// Finds the name that was probably meant.
public enum Suggestion {
  /// The candidate nearest to `name` by edit distance, if one is near enough.
  ///
  /// Near enough is a distance of at most a third of the longer name's length, and of at most 3;
  /// a difference in case alone always is. Of equally near ones the first in alphabetic order is
  /// taken, so that the answer does not depend on the order of the candidates.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.unicodeScalars.prefix(64))
    guard !wanted.isEmpty else { return nil }
    let lowercased = name.lowercased()
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name {
      let scalars = Array(candidate.unicodeScalars.prefix(64))
      let limit = min(3, max(wanted.count, scalars.count) / 3)
      let distance: Int
      if candidate.lowercased() == lowercased {
        distance = 0
      } else {
        guard abs(wanted.count - scalars.count) <= limit else { continue }
        distance = editDistance(wanted, scalars)
        guard distance <= limit else { continue }
      }
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (candidate, distance)
    }
    return best?.name
  }

  /// The least number of insertions, deletions, replacements and swaps of neighbours that turn
  /// one into the other (optimal string alignment). O(a · b).
  static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var row = last
    for i in 1...a.count {
      row[0] = i
      for j in 1...b.count {
        let replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var least = min(replace, last[j] + 1, row[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          least = min(least, beforeLast[j - 2] + 1)
        }
        row[j] = least
      }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[b.count]
  }
}
