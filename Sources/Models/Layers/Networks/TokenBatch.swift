import Kernels
import Tensors

/// Sequences of ids side by side, the shorter ones filled up at their ends.
public struct TokenBatch: Sendable {
  /// i32 `[sequences, longest]`.
  public let ids: Tensor
  public let lengths: [Int]

  /// - Parameter filler: the id behind the end; no other token sees it where ``visibility(rows:)`` holds.
  /// - Throws: ``ModelError/noTokens(operation:)`` for no sequence, and for one without tokens.
  public init(_ sequences: [[Int32]], filler: Int32 = 0) throws(ModelError) {
    lengths = sequences.map(\.count)
    guard let longest = lengths.max(), !lengths.contains(0) else {
      throw .noTokens(operation: "a batch")
    }
    let all = sequences.flatMap {
      $0 + [Int32](repeating: filler, count: longest - $0.count)
    }
    do throws(TensorError) { ids = try Tensor(all, shape: [sequences.count, longest]) } catch {
      throw ModelError(cause: error)
    }
  }

  public var longest: Int { ids.shape[1] }

  /// Every row sees the tokens of its sequence.
  ///
  /// - Parameter rows: of each sequence; the longest unless given.
  public func visibility(rows: Int? = nil) -> AttentionVisibility {
    if lengths.allSatisfy({ $0 == longest }) { return .all }
    let rows = rows ?? longest
    return .ranges(lengths.flatMap { [Range<Int>](repeating: 0..<$0, count: rows) })
  }

  /// Where token `place` of all sequences, one after the other, stands among the rows of the batch.
  public func row(of place: Int) -> Int? {
    var first = 0
    for (sequence, length) in lengths.enumerated() {
      if place < first + length { return sequence * longest + place - first }
      first += length
    }
    return nil
  }
}
