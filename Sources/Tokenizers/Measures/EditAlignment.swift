import Kernels

/// The cheapest way to turn one sequence into another by changing, dropping and adding elements
/// (Levenshtein, 1966).
struct EditAlignment {
  /// How many elements are changed, dropped or added.
  let distance: Int
  /// The places that correspond to each other, from the starts to the ends: along a step either
  /// both go on by one, or one of them.
  let path: [SIMD2<Int32>]

  /// Of equally cheap ways, the one that goes on in both where it can, then in the first. A way in
  /// which each element stays at its place is taken if none is cheaper.
  ///
  /// - Complexity: O(n · distance) time and memory (Ukkonen, 1985: cells near the diagonal only).
  init<Element: Equatable>(_ a: [Element], _ b: [Element]) throws(Interruption) {
    if a.count == b.count {
      let changes = zip(a, b).count { $0 != $1 }
      if changes < 2 {
        distance = changes
        path = Self.diagonal(a.count)
        return
      }
    }
    var width = max(8, abs(a.count - b.count))
    while true {
      let band = try Band(a, b, width: width)
      // Ways outside the band cost more than its width.
      if band.distance <= width || width >= max(a.count, b.count) {
        distance = band.distance
        let isStraight = a.count == b.count && zip(a, b).count { $0 != $1 } == band.distance
        path = isStraight ? Self.diagonal(a.count) : band.path
        return
      }
      width *= 2
    }
  }

  private static func diagonal(_ count: Int) -> [SIMD2<Int32>] {
    (0...count).map { SIMD2(repeating: Int32($0)) }
  }

  /// The cells at most `width` off the diagonal.
  private struct Band {
    private enum Step: UInt8 { case both, first, second }

    private let counts: (Int, Int)
    private let width: Int
    private var steps: [Step]
    private(set) var distance = 0

    init<Element: Equatable>(_ a: [Element], _ b: [Element], width: Int) throws(Interruption) {
      counts = (a.count, b.count)
      self.width = width
      let columns = 2 * width + 1
      let far = Int.max / 2
      steps = [Step](repeating: .both, count: (a.count + 1) * columns)
      var row = [Int](repeating: far, count: columns)
      for i in 0...a.count {
        if i & 0xFF == 0 { try Cancellation.check() }
        var next = [Int](repeating: far, count: columns)
        for column in max(0, width - i)..<min(columns, b.count - i + width + 1) {
          let j = i + column - width
          if i == 0 && j == 0 {
            next[column] = 0
            continue
          }
          var best = far
          var step = Step.both
          if i > 0 && j > 0 { best = row[column] + (a[i - 1] == b[j - 1] ? 0 : 1) }
          if i > 0, column + 1 < columns, row[column + 1] + 1 < best {
            best = row[column + 1] + 1
            step = .first
          }
          if j > 0, column > 0, next[column - 1] + 1 < best {
            best = next[column - 1] + 1
            step = .second
          }
          next[column] = best
          steps[i * columns + column] = step
        }
        row = next
      }
      distance = row[b.count - a.count + width]
    }

    var path: [SIMD2<Int32>] {
      var (i, j) = counts
      var path = [SIMD2(Int32(i), Int32(j))]
      while i > 0 || j > 0 {
        switch steps[i * (2 * width + 1) + j - i + width] {
        case .both: (i, j) = (i - 1, j - 1)
        case .first: i -= 1
        case .second: j -= 1
        }
        path.append(SIMD2(Int32(i), Int32(j)))
      }
      return path.reversed()
    }
  }
}
