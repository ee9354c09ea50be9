/// A unigram language model over pieces: the segmentation of highest total score (Kudo, 2018).
///
/// The search and its ties are those of SentencePiece's `EncodeOptimized` and of Hugging Face's
/// `encode_optimized`: characters from left to right, shorter pieces first, and a segmentation is
/// replaced only by a better one. Which of two nearly equal ones is better depends on rounding:
/// Hugging Face and llama.cpp keep sums in double precision, SentencePiece in single, and it counts
/// anew from zero once a sum is below −100,000 (measured with sentencepiece 0.2.3).
struct UnigramModel: Sendable {
  /// How sums of scores are kept.
  enum Precision: Sendable { case single, double }

  /// SentencePiece counts anew below this.
  static let lowestSum = -100_000.0

  let tokens: ByteStringTable
  let scores: [Double]
  let unknownID: Int32?
  /// The tokens that bytes fall back to: 256 of them, or nothing.
  let byteIDs: [Int32]
  let fusesUnknown: Bool
  let precision: Precision
  let trie: ByteTrie
  let unknownScore: Double

  /// - Parameters:
  ///   - userDefined: pieces that are preferred: in single precision they score 0.1 for every byte
  ///     after the first, in double precision 0, as llama.cpp has it.
  ///   - unmatched: pieces that text never becomes (control, unknown, unused and byte pieces).
  init(
    pieces: [(bytes: [UInt8], score: Double)], unknownID: Int32?, byteIDs: [Int32],
    fusesUnknown: Bool, userDefined: Set<Int32>,
    unmatched: Set<Int32> = [], precision: Precision = .double
  ) {
    var tokens = ByteStringTable(capacity: pieces.count)
    for piece in pieces {
      if piece.bytes.isEmpty || !tokens.insert(piece.bytes).isNew {
        tokens.appendHidden(piece.bytes)
      }
    }
    var lowest = Double.infinity
    var matched: [(bytes: ArraySlice<UInt8>, value: Int32)] = []
    for (index, piece) in pieces.enumerated() where !unmatched.contains(Int32(index)) {
      if tokens.find(piece.bytes) == index { matched.append((piece.bytes[...], Int32(index))) }
      if userDefined.contains(Int32(index)) { continue }
      lowest = min(lowest, piece.score)
    }
    var scores = pieces.map(\.score)
    for id in userDefined where Int(id) < pieces.count {
      let bytes = Float(pieces[Int(id)].bytes.count)
      scores[Int(id)] = precision == .single ? Double(bytes * 0.1 - 0.1) : 0
    }
    self.tokens = tokens
    self.scores = scores
    self.unknownID = unknownID
    self.byteIDs = byteIDs
    self.fusesUnknown = fusesUnknown
    self.precision = precision
    trie = ByteTrie(matched)
    let unknown = (lowest.isFinite ? lowest : 0) - 10
    unknownScore = precision == .single ? Double(Float(unknown)) : unknown
  }

  /// The best way to reach a place of the text.
  private struct Node {
    var score = 0.0
    /// Where the last piece of that way starts; −1 if there is no way yet.
    var start = -1
    /// That piece, or −1 for an unknown character.
    var id: Int32 = -1
  }

  /// - Complexity: O(n · the longest piece); memory for the longest stretch that pieces span
  ///   without a common boundary.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    guard let bytes = piece.baseAddress else { return }
    var nodes = [Node()]
    var path: [(start: Int, end: Int, id: Int32)] = []
    var afterUnknown = false
    var (base, start, furthest) = (0, 0, 0)
    while start < piece.count {
      let length = UTF8Reader.scalar(bytes, start, piece.count).length
      if precision == .single, nodes[start - base].score < Self.lowestSum {
        countAnew(&nodes, from: start - base)
      }
      let here = nodes[start - base].score
      var hasSingle = false
      var node = ByteTrie.root
      var end = start
      while end < piece.count {
        node = trie.child(node, bytes[end])
        if node == ByteTrie.root { break }
        end += 1
        let id = trie.value(node)
        guard id >= 0 else { continue }
        if end - start == length { hasSingle = true }
        relax(&nodes, at: end - base, Node(score: sum(scores[Int(id)], here), start: start, id: id))
        furthest = max(furthest, end)
      }
      if !hasSingle {
        relax(
          &nodes, at: start + length - base,
          Node(score: sum(unknownScore, here), start: start, id: -1))
        furthest = max(furthest, start + length)
      }
      start += length
      // No piece spans this place, so all that follows continues its best way.
      if start == furthest {
        let last = nodes[start - base]
        path.removeAll(keepingCapacity: true)
        var end = start
        while end > base {
          let node = nodes[end - base]
          path.append((node.start, end, node.id))
          end = node.start
        }
        for step in path.reversed() {
          try append(step.id, piece, step.start..<step.end, &afterUnknown, to: &ids)
        }
        nodes.removeAll(keepingCapacity: true)
        nodes.append(Node(score: last.score))
        base = start
      }
    }
  }

  @inline(__always)
  private func relax(_ nodes: inout [Node], at index: Int, _ node: Node) {
    while nodes.count <= index { nodes.append(Node()) }
    guard nodes[index].start < 0 || node.score > nodes[index].score else { return }
    nodes[index] = node
  }

  @inline(__always)
  func sum(_ score: Double, _ before: Double) -> Double {
    precision == .single ? Double(Float(score) + Float(before)) : score + before
  }

  private func countAnew(_ nodes: inout [Node], from index: Int) {
    let zero = Float(nodes[index].score)
    for later in index..<nodes.count {
      nodes[later].score = Double(Float(nodes[later].score) - zero)
    }
  }

  private func append(
    _ id: Int32, _ piece: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ afterUnknown: inout Bool, to ids: inout IDBuffer
  ) throws(EncodingFailure) {
    if id >= 0 && id != unknownID {
      ids.append(id)
      afterUnknown = false
    } else if byteIDs.count == 256 {
      for index in range { ids.append(byteIDs[Int(piece[index])]) }
      afterUnknown = false
    } else {
      guard let unknownID else { throw .noToken(Array(piece[range])) }
      if !(afterUnknown && fusesUnknown) { ids.append(unknownID) }
      afterUnknown = true
    }
  }
}
