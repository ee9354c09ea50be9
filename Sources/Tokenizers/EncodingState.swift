import Kernels
import Synchronization

/// The working memory of one encoding at a time: output, merger, remembered pieces.
final class EncodingState {
  // Unchecked: one thread has the state, and the checks would cost a third of the time.
  @exclusivity(unchecked) var ids = IDBuffer()
  @exclusivity(unchecked) var merger = BytePairMerger()
  @exclusivity(unchecked) var cache = PieceCache()
  @exclusivity(unchecked) private var bytesSincePoll = 0

  deinit {
    ids.deallocate()
    merger.deallocate()
    cache.deallocate()
  }

  /// Appends the ids of the pieces of one segment.
  func encode(
    _ segment: UnsafeBufferPointer<UInt8>, stages: ArraySlice<PreTokenizer.Stage>,
    model: BytePairModel, splitter: GPT2Splitter
  ) throws(EncodingFailure) {
    guard let base = segment.baseAddress, segment.count > 0 else { return }
    guard let stage = stages.first else {
      try encode(piece: base, 0, segment.count, segment.count, model: model)
      return
    }
    let later = stages.dropFirst()
    var start = 0
    switch stage {
    case .gpt2 where later.isEmpty:
      while start < segment.count {
        let end = splitter.endOfPiece(base, from: start, count: segment.count)
        try encode(piece: base, start, end, segment.count, model: model)
        start = end
      }
    case .gpt2:
      while start < segment.count {
        let end = splitter.endOfPiece(base, from: start, count: segment.count)
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(part, stages: later, model: model, splitter: splitter)
        start = end
      }
    case .digits(let individual):
      while start < segment.count {
        let end = PreTokenizer.endOfDigits(
          base, from: start, count: segment.count, individual: individual)
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(part, stages: later, model: model, splitter: splitter)
        start = end
      }
    case .digitGroups(let grouping):
      try grouping.forEachPiece(of: base, count: segment.count) {
        (start, end) throws(EncodingFailure) in
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(part, stages: later, model: model, splitter: splitter)
      }
    case .superwords:
      while start < segment.count {
        let end = SuperwordSplitter.endOfPiece(base, from: start, count: segment.count)
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(part, stages: later, model: model, splitter: splitter)
        start = end
      }
    case .prefixSpace:
      if base[0] == UInt8(ascii: " ") {
        try encode(segment, stages: later, model: model, splitter: splitter)
      } else {
        let prefixed = [UInt8(ascii: " ")] + segment
        try prefixed.withUnsafeBufferPointer { (part) throws(EncodingFailure) in
          try encode(part, stages: later, model: model, splitter: splitter)
        }
      }
    }
  }

  /// Appends the ids of `base[start..<end]`; `count` bytes may be read.
  @inline(__always)
  private func encode(
    piece base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int, model: BytePairModel
  ) throws(EncodingFailure) {
    bytesSincePoll &+= end - start
    if bytesSincePoll > 1 << 16 {
      bytesSincePoll = 0
      do { try Cancellation.check() } catch { throw .stopped(error) }
    }
    guard end - start <= PieceCache.longestPiece else {
      let piece = UnsafeBufferPointer(start: base + start, count: end - start)
      try model.encode(piece, with: &merger, to: &ids)
      return
    }
    let key = PieceCache.key(base, start, end, count)
    if cache.append(key, to: &ids) { return }
    try encode(newPiece: base, start, end, key, model: model)
  }

  private func encode(
    newPiece base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ key: PieceCache.Key,
    model: BytePairModel
  ) throws(EncodingFailure) {
    let before = ids.count
    let piece = UnsafeBufferPointer(start: base + start, count: end - start)
    try model.encode(piece, with: &merger, to: &ids)
    if ids.count > before { cache.insert(key, ids.suffix(from: before)) }
  }
}

/// Encoding states that are free for use: threads take one each, and find it warm again later.
final class EncodingStatePool: Sendable {
  private static let mostKept = 16
  private let free = Mutex<[UncheckedBox]>([])

  /// Sendable: the pool hands a state to one user at a time.
  private struct UncheckedBox: @unchecked Sendable { let state: EncodingState }

  func take() -> EncodingState {
    let box = free.withLock { $0.popLast() }
    return box?.state ?? EncodingState()
  }

  func give(_ state: EncodingState) {
    state.ids.removeAll()
    let box = UncheckedBox(state: state)
    free.withLock { if $0.count < Self.mostKept { $0.append(box) } }
  }
}
