import Kernels
import Synchronization

/// Encoding one large text, or many, on several threads, with the ids of one thread.
extension Tokenizer {
  /// Runs a body for every number below a count, on as many threads as it likes, and returns when
  /// all are done, such as ``sharedWorkers(_:_:)``.
  public typealias Workers = (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void

  /// The kernels' pool of threads, with as many shares as kernels get.
  public static func sharedWorkers(_ count: Int, _ body: @Sendable (Int) -> Void) {
    // A part takes as long as some ten million operations.
    SharedWork.run(count, operations: 1e7, body)
  }

  /// Texts shorter than this are encoded by one thread: starting others would take longer.
  static let shortestParallel = 1 << 18
  /// About how large a part is that one thread takes at a time.
  private static let partSize = 1 << 17

  /// Whether text can be encoded in parts (``SafeCut``): nothing looks at more than the pieces.
  func isCuttable(_ special: SpecialPolicy) -> Bool {
    guard definition.normalizers.isEmpty, !seeksTokens(special) else { return false }
    guard case .scanned = definition.preTokenizer.stages.last else { return false }
    return definition.preTokenizer.stages.allSatisfy {
      switch $0 {
      case .scanned, .digits: true
      default: false
      }
    }
  }

  /// The ids of text as bytes, found by several threads: the same as from one.
  public func encode(
    utf8 bytes: UnsafeBufferPointer<UInt8>, special: SpecialPolicy = .text, workers: Workers
  ) throws(TokenizerError) -> [Int32] {
    guard bytes.count >= Self.shortestParallel, bytes.count <= Self.longestText,
      isCuttable(special)
    else { return try encode(utf8: bytes, special: special) }
    let ends = SafeCut.ends(of: bytes, size: Self.partSize)
    let parts = try batch(count: ends.count, workers: workers) { part in
      bytes[(part == 0 ? 0 : ends[part - 1])..<ends[part]]
    } encode: { (slice) throws(TokenizerError) in
      try self.encode(utf8: UnsafeBufferPointer(rebasing: slice), special: special)
    }
    var ids: [Int32] = []
    ids.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { ids += part }
    return ids
  }

  /// The ids of many texts.
  public func encode(
    batch texts: [String], special: SpecialPolicy = .text, addingBOS: Bool = false,
    addingEOS: Bool = false, workers: Workers
  ) throws(TokenizerError) -> [[Int32]] {
    try batch(count: texts.count, workers: workers) {
      texts[$0]
    } encode: {
      (text) throws(TokenizerError) in
      try self.encode(text, special: special, addingBOS: addingBOS, addingEOS: addingEOS)
    }
  }

  /// Encodes items on several threads; of several failures the first item's is thrown.
  private func batch<Item>(
    count: Int, workers: Workers, item: @escaping (Int) -> Item,
    encode: @escaping (Item) throws(TokenizerError) -> [Int32]
  ) throws(TokenizerError) -> [[Int32]] {
    typealias Outcome = Swift.Result<[Int32], TokenizerError>
    let outcomes = Mutex([Outcome](repeating: .success([]), count: count))
    let job = SharedJob { index in
      do throws(TokenizerError) { return .success(try encode(item(index))) } catch {
        return .failure(error)
      }
    }
    workers(count) { index in
      let outcome = job.run(index)
      outcomes.withLock { $0[index] = outcome }
    }
    var results: [[Int32]] = []
    results.reserveCapacity(count)
    for outcome in outcomes.withLock({ $0 }) { results.append(try outcome.get()) }
    return results
  }

  /// Sendable: what it reads stays as it is while the workers run, and each writes its own result.
  private struct SharedJob: @unchecked Sendable {
    let run: (Int) -> Swift.Result<[Int32], TokenizerError>
  }
}
