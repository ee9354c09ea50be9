import Kernels
import Models
import Tokenizers

/// The covers of a byte string with their probabilities.
///
/// One byte on, those go whose overhang starts with another one, and the tokens that follow the cover
/// which ends just here come in their place: one call of the model a byte. Where a pattern looks ahead
/// (``TokenContinuations/beginnings(of:)``) two covers may end at a place, and take a call each.
public struct CoverState: ByteState {
  private let source: ByteModel
  private var reader: NextTokenReader
  /// The byte string.
  public private(set) var text: [UInt8] = []
  /// Sequences that covers reach beyond with their last token, and where their texts end.
  private var lefts: [(ids: [Int32], length: Int)] = []
  private var members: [Member] = []
  /// Covers that end where the byte string does.
  private var open: [(ids: [Int32], weight: Double)] = [([], 0)]
  /// How many of the members are covers; the others have grown out of ``open``.
  private var coverCount = 0
  private var isGrown = false
  /// log p of the byte string and the end of the text behind it.
  private var endWeight = -Double.infinity
  /// Where all covers begin with the ids of all but the last byte: those ids. What comes from here on
  /// depends on nothing before them, so decoding may go on with tokens.
  public private(set) var boundary: [Int32]?

  private struct Member: Sendable {
    let left: Int32
    let id: Int32
    let weight: Double
  }

  init(_ source: ByteModel) {
    self.source = source
    reader = NextTokenReader(source)
  }

  /// How often the model was asked.
  public var modelCalls: Int { reader.calls }

  /// log p of the byte string, less what all covers of the prompt had in common.
  public var logProbability: Double {
    LogSum.of(
      members.map(\.weight) + (isGrown ? [endWeight] : open.map(\.weight)))
  }

  /// The covers and the logarithms of their probabilities.
  public var covers: [(cover: TokenCover, logProbability: Double)] {
    members[..<coverCount].map { member in
      let left = lefts[Int(member.left)]
      let token = source.bytes(member.id, behind: left.ids)
      return (
        TokenCover(
          ids: left.ids + [member.id], overhang: Array(token[(text.count - left.length)...])),
        member.weight
      )
    } + open.map { (TokenCover(ids: $0.ids, overhang: []), $0.weight) }
  }

  // MARK: The start

  /// Finds the covers of a prompt: behind each of its last places, the tokens that start with all that
  /// is left of it.
  mutating func begin(with prompt: [UInt8]) throws(DecodingError) {
    if prompt.isEmpty { return }
    text = prompt
    open = []
    let covers: [TokenCover]
    do throws(TokenizerError) {
      covers = try source.continuations.covers(of: prompt, checksOverhangs: source.masks)
    } catch { throw DecodingError(error) }
    let common = Self.commonCount(covers.map { $0.ids.dropLast() })
    var known: [[Int32]: NextTokenScores] = [:]
    for cover in covers {
      guard let id = cover.ids.last else { continue }
      let ids = Array(cover.ids.dropLast())
      let weight = try chain(cover.ids, from: common, &known)
      if weight == -.infinity { continue }
      if cover.overhang.isEmpty {
        open.append((cover.ids, weight))
        continue
      }
      if lefts.last?.ids != ids {
        let inside = source.bytes(id, behind: ids).count - cover.overhang.count
        lefts.append((ids, prompt.count - inside))
      }
      members.append(Member(left: Int32(lefts.count - 1), id: id, weight: weight))
    }
    coverCount = members.count
    try checkNotEmpty()
  }

  /// How many ids sequences begin with in common.
  private static func commonCount(_ sequences: [ArraySlice<Int32>]) -> Int {
    guard let first = sequences.first else { return 0 }
    return sequences.reduce(first.count) { count, ids in
      zip(first.prefix(count), ids).prefix { $0 == $1 }.count
    }
  }

  /// log p of the ids from a place on.
  private mutating func chain(
    _ ids: [Int32], from start: Int, _ known: inout [[Int32]: NextTokenScores]
  ) throws(DecodingError) -> Double {
    var sum = 0.0
    for place in start..<ids.count {
      sum += try scores(after: Array(ids[..<place]), &known).score(of: ids[place])
    }
    return sum
  }

  private mutating func scores(after ids: [Int32], _ known: inout [[Int32]: NextTokenScores])
    throws(DecodingError) -> NextTokenScores
  {
    if let scores = known[ids] { return scores }
    let scores = try reader.scores(after: ids)
    known[ids] = scores
    return scores
  }

  // MARK: Steps

  public mutating func next() throws(DecodingError) -> [Double] {
    try grow()
    var masses = [Double](repeating: 0, count: NextByte.count)
    let largest = members.reduce(endWeight) { max($0, $1.weight) }
    if largest == -.infinity {
      // No token may follow: the text is over.
      masses[NextByte.end] = 1
      return masses
    }
    let weights = ElementaryFunction.exp(members.map { $0.weight - largest })
    for (member, weight) in zip(members, weights) { masses[Int(byte(of: member))] += weight }
    masses[NextByte.end] = ElementaryFunction.exp(endWeight - largest)
    let total = Sums.sum(masses)
    return masses.map { $0 / total }
  }

  public mutating func advance(_ byte: UInt8) throws(DecodingError) {
    try grow()
    var kept: [Member] = []
    var ended: [(ids: [Int32], weight: Double)] = []
    var places: Set<Int32> = []
    for member in members where self.byte(of: member) == byte {
      let left = lefts[Int(member.left)]
      if source.bytes(member.id, behind: left.ids).count == text.count + 1 - left.length {
        // Without the mask, sequences that no text has come up too: they are no covers.
        if !source.masks, try !allows(member.id, after: left.ids) { continue }
        ended.append((left.ids + [member.id], member.weight))
      } else {
        kept.append(member)
      }
      places.insert(member.left)
    }
    text.append(byte)
    boundary = nil
    if places.count == 1, let place = places.first, lefts[Int(place)].length == text.count - 1 {
      boundary = lefts[Int(place)].ids
    }
    (members, open, coverCount) = (kept, ended, kept.count)
    (isGrown, endWeight) = (false, -.infinity)
    dropUnused()
    try checkNotEmpty()
  }

  /// The tokens behind ``boundary`` that start with the last byte, and log p of each.
  func tokensAtBoundary() -> [(id: Int32, weight: Double)] {
    guard let boundary else { return [] }
    let longer = members[..<coverCount].map { ($0.id, $0.weight) }
    return longer
      + open.compactMap { ids, weight in
        ids.count == boundary.count + 1 ? ids.last.map { ($0, weight) } : nil
      }
  }

  private func byte(of member: Member) -> UInt8 {
    let left = lefts[Int(member.left)]
    return source.bytes(member.id, behind: left.ids)[text.count - left.length]
  }

  private func allows(_ id: Int32, after ids: [Int32]) throws(DecodingError) -> Bool {
    do throws(TokenizerError) {
      return try !source.continuations.allowed(among: [id], after: ids).isEmpty
    } catch { throw DecodingError(error) }
  }

  /// Puts the tokens that may follow behind the covers that end here.
  private mutating func grow() throws(DecodingError) {
    if isGrown { return }
    var pending = open[...]
    var ends: [Double] = []
    while let (ids, weight) = pending.popFirst() {
      let next = try reader.scores(after: ids)
      ends.append(weight + next.end)
      lefts.append((ids, text.count))
      for (id, score) in zip(next.ids, next.scores) where weight + score > -.infinity {
        if source.bytes(id, behind: ids).isEmpty {
          // The space that a vocabulary puts in front, as a token of its own.
          if ids.isEmpty { pending.append(([id], weight + score)) }
        } else {
          members.append(Member(left: Int32(lefts.count - 1), id: id, weight: weight + score))
        }
      }
    }
    endWeight = LogSum.of(ends)
    isGrown = true
  }

  private mutating func dropUnused() {
    var renamed: [Int32: Int32] = [:]
    var kept: [(ids: [Int32], length: Int)] = []
    members = members.map { member in
      let left = renamed[member.left] ?? Int32(kept.count)
      if renamed.updateValue(left, forKey: member.left) == nil {
        kept.append(lefts[Int(member.left)])
      }
      return Member(left: left, id: member.id, weight: member.weight)
    }
    lefts = kept
  }

  private func checkNotEmpty() throws(DecodingError) {
    if members.isEmpty && open.isEmpty {
      throw .impossibleByte(
        byte: text.last ?? 0, place: text.count - 1, model: source.name)
    }
  }
}
