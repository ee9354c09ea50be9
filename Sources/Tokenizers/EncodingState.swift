import CTokens
import Kernels
import Synchronization

/// The working memory of one encoding at a time: output, merger, remembered pieces.
final class EncodingState {
  // Unchecked: one thread has the state, and the checks would cost a third of the time.
  @exclusivity(unchecked) var ids = IDBuffer()
  @exclusivity(unchecked) var merger = BytePairMerger()
  /// Drops merges of byte-pair models; pieces are not remembered then.
  @exclusivity(unchecked) var dropout: DropoutMerger?
  /// Only the number of ids is wanted: those that fill the buffer are counted and dropped.
  @exclusivity(unchecked) var countsOnly = false
  @exclusivity(unchecked) private(set) var dropped = 0
  /// How many ids there were for a byte of the last text, to guess how many there will be.
  @exclusivity(unchecked) var idsPerByte = 0.3
  @exclusivity(unchecked) private var bytesSincePoll = 0
  private let pieces: OpaquePointer?

  /// After so many bytes the encoder asks whether it is to stop.
  private static let pollingDistance = 1 << 20

  init() { pieces = ct_cache_create() }

  deinit {
    ids.deallocate()
    merger.deallocate()
    ct_cache_destroy(pieces)
  }

  /// How many ids were written since the last reset.
  var count: Int { dropped + ids.count }

  func reset() {
    ids.removeAll()
    dropped = 0
    countsOnly = false
    dropout = nil
  }

  /// Appends the ids of the pieces of one segment.
  func encode(
    _ segment: UnsafeBufferPointer<UInt8>, stages: ArraySlice<PreTokenizer.Stage>,
    model: VocabularyModel, startsText: Bool
  ) throws(EncodingFailure) {
    guard let base = segment.baseAddress, segment.count > 0 else { return }
    guard let stage = stages.first else {
      return try encode(piece: base, count: segment.count, model: model)
    }
    let later = stages.dropFirst()
    switch stage {
    case .scanned(let pattern) where later.isEmpty:
      try encode(base, count: segment.count, pattern: pattern, model: model)
    case .scanned(let pattern):
      var start = 0
      try pattern.forEachEnd(of: segment) { (end) throws(EncodingFailure) in
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(part, stages: later, model: model, startsText: startsText && start == 0)
        start = end
      }
    case .digits(let individual):
      var start = 0
      while start < segment.count {
        let end = PreTokenizer.endOfDigits(
          base, from: start, count: segment.count, individual: individual)
        let part = UnsafeBufferPointer(rebasing: segment[start..<end])
        try encode(part, stages: later, model: model, startsText: startsText && start == 0)
        start = end
      }
    default:
      let cut = try stage.cut(segment, startsText: startsText)
      func encode(_ text: UnsafeBufferPointer<UInt8>) throws(EncodingFailure) {
        for piece in cut.pieces {
          try self.encode(
            UnsafeBufferPointer(rebasing: text[piece]), stages: later, model: model,
            startsText: startsText && piece.lowerBound == 0)
        }
      }
      guard let text = cut.text else { return try encode(segment) }
      try text.withUnsafeBufferPointer { (text) throws(EncodingFailure) in try encode(text) }
    }
  }

  /// Appends the ids of the pieces that a pattern cuts.
  private func encode(
    _ base: UnsafePointer<UInt8>, count: Int, pattern: ScannedPattern, model: VocabularyModel
  ) throws(EncodingFailure) {
    guard pieces != nil, dropout == nil else {
      // Nothing is remembered: slower, but the same.
      var start = 0
      while start < count {
        let end = pattern.endOfPiece(base, from: start, count: count)
        try encode(piece: base + start, count: end - start, model: model)
        start = end
      }
      return
    }
    let bytePair = model.bytePair
    let tables = bytePair?.sentencePiece == nil ? bytePair?.byteTables : nil
    defer { withExtendedLifetime(tables) {} }
    var run = ct_run()
    run.takes_whole = bytePair?.ignoresMerges ?? false
    run.text = base
    run.count = count
    run.pattern = pattern.code
    run.poll_at = max(0, Self.pollingDistance - bytesSincePoll)
    defer { bytesSincePoll += count - max(0, run.poll_at - Self.pollingDistance) }
    while true {
      ids.reserve(CT_ROOM)
      run.ids = ids.base
      run.room = ids.capacity
      run.written = ids.count
      let stop = ct_encode(pieces, tables?.vocabulary, &run)
      ids.setCount(run.written)
      switch stop {
      case CT_UNKNOWN:
        try encode(newPiece: base + run.done, count: run.piece_end - run.done, model: model)
        run.done = run.piece_end
      case CT_FULL:
        if countsOnly {
          dropped += ids.count
          ids.removeAll()
        } else {
          // As many as there were so far for each byte, and a little more.
          let rest = Double(count - run.done) * Double(ids.count) / Double(max(1, run.done))
          ids.reserve(max(CT_ROOM, min(Int(rest * 1.1), count - run.done)))
        }
      case CT_POLL:
        try poll()
        run.poll_at = run.done + Self.pollingDistance
      default: return
      }
    }
  }

  private func poll() throws(EncodingFailure) {
    bytesSincePoll = 0
    do { try Cancellation.check() } catch { throw .stopped(error) }
  }

  /// Appends the ids of one piece that no pattern cut.
  private func encode(piece: UnsafePointer<UInt8>, count: Int, model: VocabularyModel)
    throws(EncodingFailure)
  {
    bytesSincePoll += count
    if bytesSincePoll > Self.pollingDistance { try poll() }
    if dropout != nil { return try encode(dropping: piece, count: count, model: model) }
    var found = 0
    if pieces != nil, let known = ct_cache_find(pieces, piece, count, &found) {
      ids.append(known, count: found)
    } else {
      try encode(newPiece: piece, count: count, model: model)
    }
  }

  private func encode(
    dropping base: UnsafePointer<UInt8>, count: Int, model: VocabularyModel
  ) throws(EncodingFailure) {
    let piece = UnsafeBufferPointer(start: base, count: count)
    guard let model = model.bytePair, var dropout else {
      return try model.encode(piece, with: &merger, to: &ids)
    }
    defer { self.dropout = dropout }
    try model.encode(piece, dropping: &dropout, to: &ids)
  }

  private func encode(newPiece base: UnsafePointer<UInt8>, count: Int, model: VocabularyModel)
    throws(EncodingFailure)
  {
    let before = ids.count
    let piece = UnsafeBufferPointer(start: base, count: count)
    try model.encode(piece, with: &merger, to: &ids)
    if pieces != nil, count <= CT_LONGEST_REMEMBERED {
      ct_cache_insert(pieces, base, count, ids.base + before, ids.count - before)
    }
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
    state.reset()
    let box = UncheckedBox(state: state)
    free.withLock { if $0.count < Self.mostKept { $0.append(box) } }
  }
}
