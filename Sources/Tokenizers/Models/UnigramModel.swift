/// A unigram language model over pieces: the segmentation of highest total score (Kudo, 2018).
struct UnigramModel: Sendable {
  let tokens: ByteStringTable
  let scores: [Double]
  let unknownID: Int32?
  /// The tokens that bytes fall back to: 256 of them, −1 where there is none, or nothing.
  let byteIDs: [Int32]
  let fusesUnknown: Bool
  private let longestPiece: Int
  private let unknownScore: Double
  private let userDefined: Set<Int32>

  init(
    pieces: [(bytes: [UInt8], score: Double)], unknownID: Int32?, byteIDs: [Int32],
    fusesUnknown: Bool, userDefined: Set<Int32>
  ) {
    var tokens = ByteStringTable(capacity: pieces.count)
    for piece in pieces {
      if piece.bytes.isEmpty || !tokens.insert(piece.bytes).isNew {
        tokens.appendHidden(piece.bytes)
      }
    }
    self.tokens = tokens
    scores = pieces.map(\.score)
    self.unknownID = unknownID
    self.byteIDs = byteIDs
    self.fusesUnknown = fusesUnknown
    self.userDefined = userDefined
    longestPiece = pieces.reduce(0) { max($0, $1.bytes.count) }
    unknownScore = (scores.min() ?? 0) - 10
  }

  /// Viterbi over the characters' boundaries; of equal scores the segmentation found first stays.
  ///
  /// - Complexity: O(n · the longest piece) lookups for n bytes.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    guard let bytes = piece.baseAddress else { return }
    let count = piece.count
    var best = [Double](repeating: -.infinity, count: count + 1)
    var from = [(start: Int, id: Int32)](repeating: (-1, -1), count: count + 1)
    best[0] = 0
    var start = 0
    while start < count {
      let length = UTF8Reader.scalar(bytes, start, count).length
      var hasSingle = false
      var end = start + length
      while end <= min(count, start + longestPiece) {
        if end == count || bytes[end] & 0xC0 != 0x80,
          let id = tokens.find(UnsafeBufferPointer(rebasing: piece[start..<end]))
        {
          let score = best[start] + scores[id]
          if from[end].start < 0 || score > best[end] {
            best[end] = score
            from[end] = (start, Int32(id))
          }
          if end == start + length { hasSingle = true }
        }
        end += 1
      }
      end = start + length
      if !hasSingle {
        let score = best[start] + unknownScore
        if from[end].start < 0 || score > best[end] {
          best[end] = score
          from[end] = (start, -1)
        }
      }
      start = end
    }
    var path: [(start: Int, end: Int, id: Int32)] = []
    var end = count
    while end > 0 {
      path.append((from[end].start, end, from[end].id))
      end = from[end].start
    }
    var afterUnknown = false
    for step in path.reversed() {
      if step.id >= 0 {
        ids.append(step.id)
        afterUnknown = step.id == unknownID
        continue
      }
      let fallback = (step.start..<step.end).map { byteIDs.isEmpty ? -1 : byteIDs[Int(bytes[$0])] }
      if fallback.allSatisfy({ $0 >= 0 }) {
        for id in fallback { ids.append(id) }
        afterUnknown = false
        continue
      }
      guard let unknownID else { throw .noToken(Array(piece[step.start..<step.end])) }
      if !(afterUnknown && fusesUnknown) { ids.append(unknownID) }
      afterUnknown = true
    }
  }
}
