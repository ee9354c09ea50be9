import Files
import Kernels
import Synchronization

/// Counts the pieces of a corpus on several threads. Counts are sums, so who counts what does not
/// matter to the result.
struct CorpusCounting: Sendable {
  let corpus: TrainingCorpus
  let cutting: TextCutting
  var threads = 1
  var blockSize = CorpusReader.blockSize

  /// What all threads share: the corpus, and why they stop.
  private struct Shared {
    var reader: CorpusReader
    var failure: TokenizerError?
  }

  /// Goes on counting where `state` ends.
  ///
  /// `progress` is called on the caller's thread. An interruption leaves `state` with all blocks that were begun, ready to go on later.
  func run(_ state: inout TrainingState, progress: ((_ bytes: Int) -> Void)? = nil)
    throws(TokenizerError)
  {
    var reader = CorpusReader(corpus, blockSize: blockSize)
    try reader.skip(state.counter.bytes, digest: state.dataDigest)
    let shared = Mutex(Shared(reader: reader))
    let counters = Mutex<[PieceCounter]>([])
    // Only the caller's own thread, which is the first, calls it.
    nonisolated(unsafe) let progress = progress
    WorkerThreads.run(min(max(threads, 1), 64)) { number in
      var counter = PieceCounter()
      while let (block, bytes) = Self.take(from: shared) {
        if number == 0 { progress?(bytes) }
        do throws(TokenizerError) {
          try block.bytes.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
            try counter.add(bytes, startsText: block.startsText, cut: cutting)
          }
        } catch {
          shared.withLock { $0.failure = error }
        }
      }
      counters.withLock { $0.append(counter) }
    }
    for counter in counters.withLock({ $0 }) { try state.counter.add(counter) }
    let end = shared.withLock { $0 }
    state.dataDigest = end.reader.digestSoFar
    if let failure = end.failure { throw failure }
    state.isCounted = true
  }

  private static func take(from shared: borrowing Mutex<Shared>) -> (CorpusReader.Block, Int)? {
    shared.withLock { shared in
      if shared.failure != nil { return nil }
      do throws(TokenizerError) {
        do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
        guard let block = try shared.reader.next() else { return nil }
        return (block, shared.reader.bytes)
      } catch {
        shared.failure = error
        return nil
      }
    }
  }
}

extension CorpusReader {
  var digestSoFar: String {
    let copy = digest
    return copy.hexadecimal()
  }

  /// Passes over the start of the corpus that was counted before, and checks that it is the same.
  mutating func skip(_ count: Int, digest wanted: String) throws(TokenizerError) {
    guard count > 0 else { return }
    while bytes < count, try next() != nil {}
    if bytes != count || digestSoFar != wanted { throw .otherCorpus }
  }
}
