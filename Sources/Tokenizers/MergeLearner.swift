import Kernels

/// The state of a merge training: all distinct pieces as symbols, and for every pair of neighbours
/// how often it occurs and where.
///
/// The symbols of all pieces lie in one list of cells. A merged symbol keeps its first cell; its
/// second and its last cell hold its width, so that neighbours are found from both sides. A merge
/// changes counts only next to its occurrences; the changes are summed per neighbouring symbol and
/// looked up once per pair. Pairs that occur more rarely than a merge must are not kept at all. The
/// heap's counts may be too high, never too low: an entry that comes up is compared with the true
/// count and put back if it was stale.
final class MergeLearner {
  struct Merge: Equatable {
    let left: Int32
    let right: Int32
    let merged: Int32
  }

  struct Step {
    let pair: Int
    let count: UInt64
  }

  /// All tokens so far, the alphabet first.
  private(set) var tokens: ByteStringTable
  let alphabetSize: Int
  /// The distinct merges in the order they were made first.
  private(set) var merges: [Merge] = []
  /// All merges; a pair can come up again where a token is made in two ways.
  private(set) var history: [SIMD2<Int32>] = []
  private(set) var lastFrequency: UInt64?

  private struct Cell {
    /// A symbol; −1 between pieces; −width in the second and last cell of a merged symbol.
    var symbol: Int32
    /// The number of the piece's weight.
    var weight: Int32
  }
  private static let boundary: Int32 = -1

  /// What a merge does to the pairs of one neighbouring symbol.
  private struct Change {
    var lost: UInt64 = 0
    var gained: UInt64 = 0
    var places = 0
    var start = 0
    var isTouched = false
  }

  private struct Event {
    let neighbour: Int32
    let place: Int32
  }

  let least: UInt64
  private let rules: MergeRules
  private let cells: UnsafeMutablePointer<Cell>
  private let cellCount: Int
  private let weights: [UInt64]
  /// How often each symbol stands in the pieces now.
  private(set) var symbolCounts: [UInt64] = []
  // Unchecked: one thread has the learner, and these are used at every place.
  @exclusivity(unchecked) private(set) var index = PairIndex()
  /// The places of all pairs: each pair's lie side by side.
  @exclusivity(unchecked) private var pool = PlacePool()
  @exclusivity(unchecked) private var queue = PairQueue()
  private var isMerged: Set<Int> = []
  /// Where each merge's occurrences lie in the pool, by the token it makes.
  private var origins: [Int32: [Range<Int>]] = [:]
  @exclusivity(unchecked) private var before: [Change] = []
  @exclusivity(unchecked) private var after: [Change] = []
  @exclusivity(unchecked) private var touchedBefore: [Int32] = []
  @exclusivity(unchecked) private var touchedAfter: [Int32] = []
  @exclusivity(unchecked) private var eventsBefore: [Event] = []
  @exclusivity(unchecked) private var eventsAfter: [Event] = []
  private var placesSincePoll = 0

  /// - Parameter least: how often a pair must occur to be merged.
  init(_ source: AlphabeticPieces, least: UInt64, rules: MergeRules = .none) {
    tokens = source.alphabet
    alphabetSize = source.alphabet.count
    let pieces = source.pieces
    self.least = max(least, 1)
    self.rules = rules
    cellCount = pieces.symbols.count + pieces.count + 2
    cells = .allocate(capacity: cellCount)
    var numbers: [UInt64: Int32] = [:]
    var weights: [UInt64] = []
    var place = 0
    let boundary = Cell(symbol: Self.boundary, weight: 0)
    for piece in 0..<pieces.count {
      (cells + place).initialize(to: boundary)
      place += 1
      let weight = pieces.weights[piece]
      let number = numbers[weight] ?? Int32(weights.count)
      if Int(number) == weights.count {
        numbers[weight] = number
        weights.append(weight)
      }
      for at in pieces.ends[piece]..<pieces.ends[piece + 1] {
        (cells + place).initialize(to: Cell(symbol: pieces.symbols[at], weight: number))
        place += 1
      }
    }
    // Two at the end: a symbol's second cell is looked at before its next one.
    (cells + place).initialize(to: boundary)
    (cells + place + 1).initialize(to: boundary)
    self.weights = weights
    symbolCounts = [UInt64](repeating: 0, count: alphabetSize)
    for at in 0..<place where cells[at].symbol >= 0 {
      symbolCounts[Int(cells[at].symbol)] &+= weights[Int(cells[at].weight)]
    }
    findPairs(end: place)
  }

  deinit {
    cells.deallocate()
    pool.deallocate()
  }

  /// Counts the pairs of the pieces as they come, then lays out their places.
  private func findPairs(end: Int) {
    var occurrences: [Int] = []
    func visit(_ body: (_ left: Int32, _ right: Int32, _ place: Int) -> Void) {
      for place in 0..<end {
        let (left, right) = (cells[place].symbol, cells[place + 1].symbol)
        if left >= 0 && right >= 0 { body(left, right, place) }
      }
    }
    visit { left, right, place in
      let pair = index.number(left, right)
      if pair == occurrences.count { occurrences.append(0) }
      index.pairs[pair].count &+= weights[Int(cells[place].weight)]
      occurrences[pair] += 1
    }
    for pair in occurrences.indices {
      let (left, right) = (index.pairs[pair].left, index.pairs[pair].right)
      if index.pairs[pair].count < least || !rules.permit(tokens, left, right) {
        index.pairs[pair].count = 0
        continue
      }
      index.pairs[pair].start = pool.add(occurrences[pair])
    }
    visit { left, right, place in
      let pair = index.number(left, right)
      if index.pairs[pair].count == 0 { return }
      pool.places[index.pairs[pair].start + Int(index.pairs[pair].places)] = Int32(place)
      index.pairs[pair].places += 1
    }
    for pair in occurrences.indices where index.pairs[pair].count > 0 {
      queue.push(Step(pair: pair, count: index.pairs[pair].count), index, tokens)
    }
  }

  // MARK: Steps

  /// The pair to merge next, or nil if none occurs often enough any more.
  func best() -> Step? {
    while let top = queue.pop(index, tokens) {
      let count = index.pairs[top.pair].count
      if count == top.count { return top }
      if count < top.count && count >= least {
        queue.push(Step(pair: top.pair, count: count), index, tokens)
      }
    }
    return nil
  }

  /// The step that merges two given tokens, if the pair occurs often enough: to repeat a training.
  func step(_ left: Int32, _ right: Int32) -> Step? {
    guard let pair = index.find(left, right), index.pairs[pair].count >= least else { return nil }
    return Step(pair: pair, count: index.pairs[pair].count)
  }

  /// Merges all occurrences of a pair, in each piece from the left.
  func merge(_ step: Step) throws(Interruption) {
    let pair = index.pairs[step.pair]
    let (left, right) = (pair.left, pair.right)
    let (number, isNew) = tokens.insert(rules.joined(tokens, left, right))
    let merged = Int32(number)
    placesSincePoll += Int(pair.places) + 64
    if placesSincePoll > 1 << 16 {
      placesSincePoll = 0
      try Cancellation.check()
    }
    if isMerged.insert(step.pair).inserted {
      merges.append(Merge(left: left, right: right, merged: merged))
    }
    history.append(SIMD2(left, right))
    lastFrequency = step.count
    let size = max(tokens.count, Int(merged) + 1)
    if isNew { symbolCounts.append(0) }
    if before.count < size {
      before += [Change](repeating: Change(), count: max(size, before.count * 2) - before.count)
      after += [Change](repeating: Change(), count: before.count - after.count)
    }

    let here = pair.start..<pair.start + Int(pair.places)
    replace(left, right, by: merged, at: here, countsGains: isNew)
    if !isNew { recount(merged, left, right, in: (origins[merged] ?? [scan(merged)]) + [here]) }
    origins[merged, default: []].append(here)
    apply(left, right, merged)
    index.pairs[step.pair].count = 0
    index.pairs[step.pair].places = 0
  }

  /// Replaces the pair where it stands, and notes what its neighbours lose and gain.
  private func replace(
    _ left: Int32, _ right: Int32, by merged: Int32, at range: Range<Int>, countsGains: Bool
  ) {
    let (cells, places) = (cells, pool.places)
    var replaced: UInt64 = 0
    for slot in range {
      let place = Int(places[slot])
      guard cells[place].symbol == left else { continue }
      let second = Self.next(cells, place)
      guard cells[second].symbol == right else { continue }
      let weight = weights[Int(cells[place].weight)]
      let end = Self.next(cells, second)
      let following = cells[end].symbol
      let previous = Self.previous(cells, place)
      let preceding = previous < 0 ? Self.boundary : cells[previous].symbol

      replaced &+= weight
      let width = Int32(place - end)
      cells[place].symbol = merged
      cells[second].symbol = width  // whatever else it is: no symbol any more
      cells[place + 1].symbol = width
      cells[end - 1].symbol = width
      // With a new token, the neighbour before is the same token only if it was made just now: its
      // pair with `left` is then among the gains, not among the pairs that were there.
      if preceding >= 0 {
        if preceding != merged {
          lose(weight, &before[Int(preceding)], preceding, &touchedBefore)
        } else if countsGains {
          after[Int(left)].gained &-= weight
        }
        if countsGains { gainBefore(weight, preceding, previous) }
      }
      if following >= 0 {
        if following != merged { lose(weight, &after[Int(following)], following, &touchedAfter) }
        if countsGains { gainAfter(weight, following, place) }
      }
    }
    symbolCounts[Int(left)] &-= replaced
    symbolCounts[Int(right)] &-= replaced
    symbolCounts[Int(merged)] &+= replaced
  }

  @inline(__always)
  private static func next(_ cells: UnsafeMutablePointer<Cell>, _ place: Int) -> Int {
    let width = cells[place + 1].symbol
    return width < boundary ? place - Int(width) : place + 1
  }

  /// The place of the symbol before, or −1 at a piece's start.
  @inline(__always)
  private static func previous(_ cells: UnsafeMutablePointer<Cell>, _ place: Int) -> Int {
    let symbol = cells[place - 1].symbol
    if symbol >= 0 { return place - 1 }
    return symbol == boundary ? -1 : place + Int(symbol)
  }

  @inline(__always)
  private func lose(
    _ weight: UInt64, _ change: inout Change, _ neighbour: Int32, _ touched: inout [Int32]
  ) {
    change.lost &+= weight
    touch(&change, neighbour, &touched)
  }

  @inline(__always)
  private func touch(_ change: inout Change, _ neighbour: Int32, _ touched: inout [Int32]) {
    if change.isTouched { return }
    change.isTouched = true
    touched.append(neighbour)
  }

  @inline(__always)
  private func gainBefore(_ weight: UInt64, _ neighbour: Int32, _ place: Int) {
    before[Int(neighbour)].gained &+= weight
    before[Int(neighbour)].places += 1
    touch(&before[Int(neighbour)], neighbour, &touchedBefore)
    eventsBefore.append(Event(neighbour: neighbour, place: Int32(truncatingIfNeeded: place)))
  }

  @inline(__always)
  private func gainAfter(_ weight: UInt64, _ neighbour: Int32, _ place: Int) {
    after[Int(neighbour)].gained &+= weight
    after[Int(neighbour)].places += 1
    touch(&after[Int(neighbour)], neighbour, &touchedAfter)
    eventsAfter.append(Event(neighbour: neighbour, place: Int32(truncatingIfNeeded: place)))
  }

  /// The places of a token that no merge has made so far, as a range of the pool.
  private func scan(_ token: Int32) -> Range<Int> {
    let places = (0..<cellCount).filter { cells[$0].symbol == token }
    let start = pool.add(places.count)
    for (offset, place) in places.enumerated() { pool.places[start + offset] = Int32(place) }
    origins[token] = [start..<start + places.count]
    return start..<start + places.count
  }

  /// Counts all pairs of a token anew that was made by another merge before: pairs with it that were
  /// too rare to keep may have become frequent.
  private func recount(_ token: Int32, _ left: Int32, _ right: Int32, in ranges: [Range<Int>]) {
    let places = Set(ranges.joined().map { pool.places[$0] }).sorted()
    for place in places.lazy.map(Int.init) where cells[place].symbol == token {
      let weight = weights[Int(cells[place].weight)]
      let previous = Self.previous(cells, place)
      if previous >= 0 { gainBefore(weight, cells[previous].symbol, previous) }
      let following = cells[Self.next(cells, place)].symbol
      if following >= 0 && following != token { gainAfter(weight, following, place) }
    }
    // These pairs may have gone altogether.
    touch(&after[Int(left)], left, &touchedAfter)
    touch(&before[Int(right)], right, &touchedBefore)
    for neighbour in touchedBefore { setZero(neighbour, token) }
    for neighbour in touchedAfter { setZero(token, neighbour) }
  }

  private func setZero(_ left: Int32, _ right: Int32) {
    if let pair = index.find(left, right) {
      index.pairs[pair].count = 0
      index.pairs[pair].places = 0
    }
  }

  /// Brings the noted changes into the counts, and makes the new pairs.
  private func apply(_ left: Int32, _ right: Int32, _ merged: Int32) {
    for neighbour in touchedBefore {
      take(before[Int(neighbour)].lost, from: neighbour, left)
      prepare(&before[Int(neighbour)], neighbour, merged)
    }
    for neighbour in touchedAfter {
      take(after[Int(neighbour)].lost, from: right, neighbour)
      prepare(&after[Int(neighbour)], merged, neighbour)
    }
    place(eventsBefore, &before)
    place(eventsAfter, &after)
    for neighbour in touchedBefore { before[Int(neighbour)] = Change() }
    for neighbour in touchedAfter { after[Int(neighbour)] = Change() }
    touchedBefore.removeAll(keepingCapacity: true)
    touchedAfter.removeAll(keepingCapacity: true)
    eventsBefore.removeAll(keepingCapacity: true)
    eventsAfter.removeAll(keepingCapacity: true)
  }

  private func take(_ lost: UInt64, from left: Int32, _ right: Int32) {
    guard lost > 0, let pair = index.find(left, right) else { return }
    // A pair that was not kept stays at zero.
    if index.pairs[pair].count > 0 { index.pairs[pair].count &-= lost }
  }

  /// Makes room for a new pair's places, if it is frequent enough to be kept.
  private func prepare(_ change: inout Change, _ left: Int32, _ right: Int32) {
    guard change.gained >= least, change.places > 0, rules.permit(tokens, left, right) else {
      change.start = -1
      return
    }
    change.start = pool.add(change.places)
    let pair = index.number(left, right)
    index.pairs[pair].count = change.gained
    index.pairs[pair].start = change.start
    index.pairs[pair].places = Int32(truncatingIfNeeded: change.places)
    queue.push(Step(pair: pair, count: change.gained), index, tokens)
  }

  private func place(_ events: [Event], _ changes: inout [Change]) {
    for event in events where changes[Int(event.neighbour)].start >= 0 {
      pool.places[changes[Int(event.neighbour)].start] = event.place
      changes[Int(event.neighbour)].start += 1
    }
  }
}
