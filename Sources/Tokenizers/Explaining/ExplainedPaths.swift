/// A unigram model's choice by its definition: of all paths the one of the highest sum, and the next.
struct ExplainedPaths {
  private let model: UnigramModel

  init(_ model: UnigramModel) { self.model = model }

  /// A way to reach a place: its sum, its last token (−1 for a character that is none), where that
  /// starts, and which of the ways to that place it continues.
  private struct Way {
    var score: Double
    let id: Int32
    let start: Int
    let before: Int
  }

  /// A token of a path and its place in the piece.
  private typealias Link = (id: Int32, range: Range<Int>)

  func explain(_ piece: [UInt8]) throws(EncodingFailure)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    var ways = [[Way]](repeating: [], count: piece.count + 1)
    ways[0] = [Way(score: 0, id: -1, start: 0, before: 0)]
    var stretches: [EncodingExplanation.ScoredStretch] = []
    var links: [Link] = []
    var (base, start, furthest) = (0, 0, 0)
    while start < piece.count {
      let next = start + characterLength(piece, start)
      if model.precision == .single, ways[start][0].score < UnigramModel.lowestSum {
        countAnew(&ways, from: start)
      }
      var edges = model.trie.matches(in: piece, from: start)
      if !edges.contains(where: { $0.end == next }) { edges.append((-1, next)) }
      for (id, end) in edges {
        let score = id < 0 ? model.unknownScore : model.scores[Int(id)]
        for (number, way) in ways[start].enumerated() {
          let sum = model.sum(score, way.score)
          add(Way(score: sum, id: id, start: start, before: number), to: &ways[end])
        }
        furthest = max(furthest, end)
      }
      start = next
      if start == furthest {
        // No token goes on from here to there, so the best way to here is part of the whole's.
        let best = path(to: start, from: base, 0, ways)
        let second = ways[start].count > 1 ? path(to: start, from: base, 1, ways) : nil
        stretches.append(
          .init(best: scored(best, piece), second: second.map { scored($0, piece) }))
        links += best
        ways[start].removeLast(ways[start].count - 1)
        base = start
      }
    }
    return (try ids(of: links, piece), .paths(stretches))
  }

  private func characterLength(_ piece: [UInt8], _ start: Int) -> Int {
    piece.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { UTF8Reader.scalar($0, start, buffer.count).length } ?? 1
    }
  }

  /// Keeps the two best; of equal sums, the one that was there first.
  private func add(_ way: Way, to ways: inout [Way]) {
    let place = ways.firstIndex { $0.score < way.score } ?? ways.count
    ways.insert(way, at: place)
    if ways.count > 2 { ways.removeLast() }
  }

  /// SentencePiece's way to keep single-precision sums small.
  private func countAnew(_ ways: inout [[Way]], from start: Int) {
    let zero = Float(ways[start][0].score)
    for place in start..<ways.count {
      for number in ways[place].indices {
        ways[place][number].score = Double(Float(ways[place][number].score) - zero)
      }
    }
  }

  private func path(to end: Int, from base: Int, _ number: Int, _ ways: [[Way]]) -> [Link] {
    var links: [Link] = []
    var (place, number) = (end, number)
    while place > base {
      let way = ways[place][number]
      links.append((way.id, way.start..<place))
      (place, number) = (way.start, way.before)
    }
    return links.reversed()
  }

  private func scored(_ path: [Link], _ piece: [UInt8]) -> EncodingExplanation.ScoredPath {
    .init(
      symbols: path.map { PrintableToken.text(of: piece[$0.range]) },
      scores: path.map { $0.id < 0 ? model.unknownScore : model.scores[Int($0.id)] })
  }

  /// A character that is no token becomes its bytes or the unknown token.
  private func ids(of links: [Link], _ piece: [UInt8]) throws(EncodingFailure) -> [Int32] {
    var ids: [Int32] = []
    var afterUnknown = false
    for (id, range) in links {
      let isKnown = id >= 0 && id != model.unknownID
      if isKnown || model.byteIDs.count == 256 {
        ids += isKnown ? [id] : piece[range].map { model.byteIDs[Int($0)] }
        afterUnknown = false
        continue
      }
      guard let unknown = model.unknownID else { throw .noToken(Array(piece[range])) }
      if !(afterUnknown && model.fusesUnknown) { ids.append(unknown) }
      afterUnknown = true
    }
    return ids
  }
}
