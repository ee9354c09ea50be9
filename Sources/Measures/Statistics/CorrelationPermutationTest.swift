import Kernels
import Tensors

/// Whether two lists of numbers go together more than when the values of one change places: no assumption
/// about how values spread (E. Pitman, 1937). Of ranks it is the test of Spearman's correlation.
public struct CorrelationPermutationTest: Sendable, Equatable {
  /// Of the lists as they are; nil where a list's values are all equal.
  public let r: Double?
  /// Nil where ``r`` is.
  public let p: Double?
  /// How many orders were tried.
  public let rounds: Int
  /// All orders were tried, so that p has no chance in it.
  public let isExact: Bool
  public let alternative: Alternative

  /// - Parameter rounds: where there are no more orders than this, each is tried once; otherwise as many are
  ///   drawn, and what was observed counts as one more: (1 + as extreme) / (rounds + 1).
  /// - Throws: ``MeasureError`` for lists of different lengths, fewer than two values, one that is not
  ///   finite, or `rounds` below 1.
  /// - Complexity: O(rounds · values).
  public init(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, rounds: Int = 10_000,
    stream: RandomStream
  ) throws(MeasureError) {
    let name = "a permutation test"
    if rounds < 1 { throw .setting(name: "rounds", value: rounds, range: "at least 1") }
    try SampleMoments.checkPairs(x, y, of: name)
    let first = try SampleMoments(x, of: name, needed: 2, scaled: true)
    let second = try SampleMoments(y, of: name, needed: 2, scaled: true)
    self.alternative = alternative
    guard let a = Self.normalized(first.centered(x)), let b = Self.normalized(second.centered(y))
    else {
      (r, p, self.rounds, isExact) = (nil, nil, 0, true)
      return
    }
    var orders = PermutedPairs(a, b, alternative)
    let ways = Self.ways(x.count, upTo: rounds)
    do throws(Interruption) {
      if ways == nil { try orders.draw(rounds, stream) } else { try orders.tryAll() }
    } catch { throw .interrupted(error) }
    let own = ways == nil ? 1 : 0
    (r, self.rounds, isExact) = (min(1, max(-1, orders.observed)), orders.rounds, ways != nil)
    p = Double(orders.extreme + own) / Double(orders.rounds + own)
  }

  /// n!, or nil where that is more than `most`.
  private static func ways(_ count: Int, upTo most: Int) -> Int? {
    var ways = 1
    for factor in 1...max(count, 1) {
      let (product, overflow) = ways.multipliedReportingOverflow(by: factor)
      if overflow || product > most { return nil }
      ways = product
    }
    return ways
  }

  /// The values of mean 0 over the root of their squares' sum, so that products sum to a correlation.
  private static func normalized(_ values: [Double]) -> [Double]? {
    let most = values.reduce(0) { max($0, $1.magnitude) }
    guard most > 0, most.isFinite else { return nil }
    let scaled = values.map { $0 / most }
    let root = Sums.squaredDeviations(scaled, from: 0).squareRoot()
    return scaled.map { $0 / root }
  }
}

/// Pairs whose second values change places, and how often their correlation is at least what was observed.
private struct PermutedPairs {
  private let x: [Double]
  private var y: [Double]
  private let alternative: Alternative
  private(set) var observed = 0.0
  private(set) var rounds = 0
  private(set) var extreme = 0

  init(_ x: [Double], _ y: [Double], _ alternative: Alternative) {
    (self.x, self.y, self.alternative) = (x, y, alternative)
    observed = correlation()
  }

  private func correlation() -> Double {
    var sum = 0.0
    for index in x.indices { sum += x[index] * y[index] }
    return sum
  }

  private mutating func count() throws(Interruption) {
    if rounds & 0xFF == 0 { try Cancellation.check() }
    rounds += 1
    let figure = correlation()
    // The same products in another order differ by rounding: they count as equal.
    let slack = 1e-12
    let isExtreme =
      switch alternative {
      case .twoSided: figure.magnitude >= observed.magnitude - slack
      case .greater: figure >= observed - slack
      case .less: figure <= observed + slack
      }
    if isExtreme { extreme += 1 }
  }

  /// Every order once (B. Heap, 1963).
  mutating func tryAll() throws(Interruption) {
    var turns = [Int](repeating: 0, count: y.count)
    try count()
    var place = 1
    while place < y.count {
      if turns[place] < place {
        y.swapAt(place.isMultiple(of: 2) ? 0 : turns[place], place)
        try count()
        turns[place] += 1
        place = 1
      } else {
        turns[place] = 0
        place += 1
      }
    }
  }

  mutating func draw(_ wanted: Int, _ stream: RandomStream) throws(Interruption) {
    var stream = stream
    for _ in 0..<wanted {
      for last in y.indices.dropFirst().reversed() {
        y.swapAt(last, stream.int(below: last + 1))
      }
      try count()
    }
  }
}
