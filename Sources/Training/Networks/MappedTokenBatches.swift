import Files
import Synchronization
import Tensors

/// The batches of ``PackedTokenBatches``, to the bit, of documents that stay in a file.
///
/// A pass needs 16 bytes of memory a document, for their order, and no more for their tokens than a batch.
public struct MappedTokenBatches: BatchSource {
  public let digest: String
  public let batchesPerPass: Int
  public let tokensPerBatch: Int
  private let file: TokenFile
  private let documents: [Range<Int>]
  private let marker: Int32
  private let context: Int
  private let seed: UInt64
  private let last = LastOrder()

  /// - Parameters:
  ///   - documents: the places of each document's tokens in the file.
  ///   - marker: the id that begins and ends a document.
  ///   - windows: of `context` tokens, in a batch.
  init(
    _ file: TokenFile, documents: [Range<Int>], marker: Int32, context: Int, windows: Int,
    seed: UInt64
  ) throws(TrainingError) {
    try PackedTokenBatches.check(context: context, windows: windows)
    tokensPerBatch = context * windows
    let tokens = documents.reduce(0) { $0 + $1.count + 1 }
    batchesPerPass = tokens / tokensPerBatch
    guard batchesPerPass > 0 else { throw .tooLittleData(tokens: tokens, needed: tokensPerBatch) }
    var digest = PackedTokenBatches.digest(
      marker: marker, context: context, windows: windows, seed: seed)
    for document in documents {
      try TrainingError.poll()
      var ids: [Int32] = []
      file.append(document, to: &ids)
      TokenExample(ids).add(to: &digest)
    }
    self.digest = digest.hexadecimal()
    (self.file, self.documents, self.marker) = (file, documents, marker)
    (self.context, self.seed) = (context, seed)
  }

  public func batch(_ number: Int) -> [TokenExample] {
    let (pass, place) = number.quotientAndRemainder(dividingBy: batchesPerPass)
    let order = last.order(of: pass) {
      PassOrder(
        PackedDocuments.order(of: pass, seed: seed, count: documents.count), documents)
    }
    let first = place * tokensPerBatch
    let tokens = tokens(first..<first + tokensPerBatch + 1, order)
    return PackedTokenBatches.examples(
      PackedDocuments.batch(tokens, marker: marker, rows: 0..<tokensPerBatch, context: context))
  }

  /// The tokens at some places of a pass, in which each document stands behind a marker and one more at
  /// the end.
  private func tokens(_ range: Range<Int>, _ order: PassOrder) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(range.count)
    var place = order.place(of: range.lowerBound)
    while result.count < range.count {
      guard place < order.documents.count else {
        result.append(marker)
        break
      }
      let document = documents[order.documents[place]]
      // How much of the document, its marker among it, lies before the range.
      let skipped = range.lowerBound + result.count - order.starts[place]
      if skipped == 0 { result.append(marker) }
      let from = document.lowerBound + max(skipped - 1, 0)
      let wanted = min(document.upperBound - from, range.count - result.count)
      file.append(from..<from + wanted, to: &result)
      place += 1
    }
    return result
  }
}

/// The order of documents in a pass, and where each begins in it.
private struct PassOrder {
  let documents: [Int]
  let starts: [Int]

  init(_ order: [Int], _ ranges: [Range<Int>]) {
    documents = order
    var (starts, place): ([Int], Int) = ([], 0)
    starts.reserveCapacity(order.count)
    for document in order {
      starts.append(place)
      place += ranges[document].count + 1
    }
    self.starts = starts
  }

  /// The last document that begins at or before a token.
  func place(of token: Int) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= token { low = middle } else { high = middle }
    }
    return low
  }
}

/// The order that was asked for last, so that it is drawn once a pass.
private final class LastOrder: Sendable {
  private let held = Mutex<(pass: Int, order: PassOrder)?>(nil)

  func order(of pass: Int, make: () -> PassOrder) -> PassOrder {
    held.withLock { held in
      if let held, held.pass == pass { return held.order }
      let order = make()
      held = (pass, order)
      return order
    }
  }
}
