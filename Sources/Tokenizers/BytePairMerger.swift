import CTokens
import Kernels

/// Merges a piece's symbols: always the pair of lowest rank, of equal ranks the leftmost.
///
/// Holds the working memory, so that one merger serves many pieces. Short pieces are merged at once
/// (CTokens). Long ones go window by window, which takes linear time on all but made-up
/// vocabularies, and gives the same: a sequence of symbols is what merging gives exactly if each of
/// its symbols and each two neighbours of them is what merging gives for their own part.
///
/// *Proof.* Let each part be as described, and let the first merge across a boundary of the whole
/// join something of the neighbours A and B. Up to there the merges inside A and B are those that
/// A and B alone would see, in the same order: the choice by rank and place, restricted to the
/// pairs inside A and B, is the same choice. So A and B alone would be joined too; but they are
/// not. The other direction is the same argument.
///
/// So the symbols of a window are right, and a window that starts at one of their boundaries can be
/// appended where its first symbol and the one before it stay apart. At the end of a window symbols
/// may be wrong together with what follows; they are merged again with the next one.
struct BytePairMerger {
  /// Up to how many symbols a piece is merged at once.
  static let longestAtOnce = CT_MOST_MERGED
  /// So many symbols at the end of a window are merged again with the next one.
  private static let margin = 16

  private(set) var symbols: UnsafeMutablePointer<Int32>
  private var capacity: Int
  /// What of a window is left, and how many symbols each was made of.
  private var window = Window(capacity: CT_MOST_MERGED)

  private struct Window {
    var symbols: UnsafeMutablePointer<Int32>
    var spans: UnsafeMutablePointer<Int32>
    var capacity: Int
    var count = 0

    init(capacity: Int) {
      self.capacity = capacity
      symbols = .allocate(capacity: capacity)
      spans = .allocate(capacity: capacity)
    }

    func deallocate() {
      symbols.deallocate()
      spans.deallocate()
    }

    mutating func reserve(_ count: Int) {
      guard count > capacity else { return }
      deallocate()
      self = Window(capacity: count)
    }
  }

  init() {
    capacity = 256
    symbols = .allocate(capacity: capacity)
  }

  func deallocate() {
    symbols.deallocate()
    window.deallocate()
  }

  /// Makes room for a piece of `count` symbols; what was in ``symbols`` is lost.
  @inline(__always)
  mutating func reserve(_ count: Int) {
    if count > capacity { grow(count) }
  }

  private mutating func grow(_ count: Int) {
    symbols.deallocate()
    capacity = count
    symbols = .allocate(capacity: capacity)
  }

  /// Merges `symbols[0..<count]` in place.
  ///
  /// - Returns: how many symbols are left.
  mutating func merge(count: Int, with pairs: PairTable) throws(Interruption) -> Int {
    if count < 2 { return count }
    if count <= Self.longestAtOnce, pairs.largestRank < CT_RANK_LIMIT {
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: CT_MOST_MERGED) { spans in
        guard let base = spans.baseAddress else { return count }
        return ct_merge(pairs.merges, symbols, count, symbols, base)
      }
    }
    return try mergeByWindows(count: count, with: pairs)
  }

  private mutating func mergeByWindows(count: Int, with pairs: PairTable) throws(Interruption)
    -> Int
  {
    // What is done stands at the front of `symbols`, which is not read again there; `spans` says
    // how many symbols each was made of, so that steps can be taken back.
    let source = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    let spans = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    defer {
      source.deallocate()
      spans.deallocate()
    }
    source.update(from: symbols, count: count)
    var written = 0
    var start = 0
    var length = Self.longestAtOnce
    /// How many symbols the next one was made of, seen from the last window; 0 if that is unknown.
    var expected = 0
    /// How many symbols are taken back where a window does not fit; doubled as long as it does not.
    var step = 1
    /// The furthest place where a window did not fit: up to there windows only grow.
    var furthest = -1
    var polled = 0
    while start < count {
      if start - polled > 1 << 16 || start < polled {
        polled = start
        try Cancellation.check()
      }
      let end = min(start + length, count)
      try merge(source + start, count: end - start, with: pairs)
      if written > 0, Int(window.spans[0]) != expected {
        let previous = Int(spans[written - 1])
        let isApart = try areApart(source + start, previous, Int(window.spans[0]), with: pairs)
        if !isApart {
          furthest = max(furthest, start)
          for _ in 0..<min(step, written) {
            written -= 1
            start -= Int(spans[written])
          }
          length = max(2 * length, end - start)
          (step, expected) = (2 * step, 0)
          continue
        }
        // The question was answered in the window's memory.
        try merge(source + start, count: end - start, with: pairs)
      }
      var kept = 0
      var taken = 0
      while kept < window.count {
        let next = taken + Int(window.spans[kept])
        if end < count, next > end - start - Self.margin { break }
        symbols[written] = window.symbols[kept]
        spans[written] = window.spans[kept]
        (written, kept, taken) = (written + 1, kept + 1, next)
      }
      if kept == 0 {
        length *= 2
        continue
      }
      start += taken
      expected = kept < window.count ? Int(window.spans[kept]) : 0
      (length, step) = start > furthest ? (Self.longestAtOnce, 1) : (2 * length, step)
    }
    return written
  }

  /// Whether `before` symbols before `place` and `after` from it on, which each merge into one, are
  /// two symbols when they are merged together.
  private mutating func areApart(
    _ place: UnsafeMutablePointer<Int32>, _ before: Int, _ after: Int, with pairs: PairTable
  ) throws(Interruption) -> Bool {
    try merge(place - before, count: before + after, with: pairs)
    return window.count == 2 && Int(window.spans[0]) == before
  }

  /// Merges symbols into the window.
  private mutating func merge(
    _ source: UnsafeMutablePointer<Int32>, count: Int, with pairs: PairTable
  ) throws(Interruption) {
    window.reserve(count)
    if count <= Self.longestAtOnce, pairs.largestRank < CT_RANK_LIMIT {
      let (symbols, wide) = (window.symbols, window.spans)
      window.count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: CT_MOST_MERGED) {
        narrow in
        guard let base = narrow.baseAddress else { return 0 }
        let left = ct_merge(pairs.merges, source, count, symbols, base)
        for index in 0..<left { wide[index] = Int32(base[index]) }
        return left
      }
    } else {
      window.count = try QueuedMerge.merge(
        source, count: count, with: pairs, to: window.symbols, spans: window.spans)
    }
  }
}
