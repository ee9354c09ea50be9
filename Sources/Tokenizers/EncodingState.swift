import Kernels
import Synchronization

/// The working memory of one encoding at a time: output, merger, remembered pieces.
final class EncodingState {
  // Unchecked: one thread has the state, and the checks would cost a third of the time.
  @exclusivity(unchecked) var ids = IDBuffer()
  @exclusivity(unchecked) var merger = BytePairMerger()
  @exclusivity(unchecked) var cache = PieceCache()
  /// Drops merges of byte-pair models; pieces are not remembered then.
  @exclusivity(unchecked) var dropout: DropoutMerger?
  @exclusivity(unchecked) private var bytesSincePoll = 0

  deinit {
    ids.deallocate()
    merger.deallocate()
    cache.deallocate()
  }

  /// Appends the ids of the pieces of one segment.
  func encode(
    _ segment: UnsafeBufferPointer<UInt8>, stages: ArraySlice<PreTokenizer.Stage>,
    model: VocabularyModel, splitter: GPT2Splitter, startsText: Bool
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
        try encode(
          part, stages: later, model: model, splitter: splitter,
          startsText: startsText && start == 0)
        start = end
      }
    case .digits(let individual):
      while start < segment.count {
        let end = PreTokenizer.endOfDigits(
          base, from: start, count: segment.count, individual: individual)
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(
          part, stages: later, model: model, splitter: splitter,
          startsText: startsText && start == 0)
        start = end
      }
    case .wordStarts:
      while start < segment.count {
        let end = PreTokenizer.endOfWord(base, from: start, count: segment.count)
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(
          part, stages: later, model: model, splitter: splitter,
          startsText: startsText && start == 0)
        start = end
      }
    default:
      let cut = try stage.cut(segment, startsText: startsText)
      func encode(_ text: UnsafeBufferPointer<UInt8>) throws(EncodingFailure) {
        for piece in cut.pieces {
          try self.encode(
            UnsafeBufferPointer(rebasing: text[piece]), stages: later, model: model,
            splitter: splitter, startsText: startsText && piece.lowerBound == 0)
        }
      }
      guard let text = cut.text else { return try encode(segment) }
      try text.withUnsafeBufferPointer { (text) throws(EncodingFailure) in try encode(text) }
    }
  }

  /// Appends the ids of `base[start..<end]`; `count` bytes may be read.
  @inline(__always)
  private func encode(
    piece base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int, model: VocabularyModel
  ) throws(EncodingFailure) {
    bytesSincePoll &+= end - start
    if bytesSincePoll > 1 << 16 {
      bytesSincePoll = 0
      do { try Cancellation.check() } catch { throw .stopped(error) }
    }
    if dropout != nil { return try encode(dropping: base, start, end, model: model) }
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
    dropping base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, model: VocabularyModel
  ) throws(EncodingFailure) {
    let piece = UnsafeBufferPointer(start: base + start, count: end - start)
    guard let model = model.bytePair, var dropout else {
      return try model.encode(piece, with: &merger, to: &ids)
    }
    defer { self.dropout = dropout }
    try model.encode(piece, dropping: &dropout, to: &ids)
  }

  private func encode(
    newPiece base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ key: PieceCache.Key,
    model: VocabularyModel
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
    state.dropout = nil
    let box = UncheckedBox(state: state)
    free.withLock { if $0.count < Self.mostKept { $0.append(box) } }
  }
}
