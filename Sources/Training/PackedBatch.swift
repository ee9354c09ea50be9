import Tensors

/// A batch of windows of packed documents, as one list of rows.
///
/// Row r has the token `inputs[r]` and shall foresee `targets[r]`. Rows of one segment belong to one
/// document and see one another only; positions start at 0 in each.
public struct PackedBatch: Sendable, Equatable {
  public let inputs: [Int32]
  public let targets: [Int32]
  /// The first row of each segment, and the number of rows.
  public let starts: [Int]

  public var rows: Int { inputs.count }
}

extension PackedBatch {
  /// A stretch of a document, no longer than the context, that sees itself only.
  struct Window {
    let inputs: ArraySlice<Int32>
    let targets: ArraySlice<Int32>
  }

  /// A document between two markers, cut into windows: each token and the end are a target once.
  static func windows(of document: [Int32], marker: Int32, context: Int) -> [Window] {
    let row = [marker] + document + [marker]
    return stride(from: 0, to: row.count - 1, by: context).map { start in
      let end = min(start + context, row.count - 1)
      return Window(inputs: row[start..<end], targets: row[start + 1..<end + 1])
    }
  }

  /// Windows one after another.
  init(_ windows: [Window]) {
    var starts = [0]
    for window in windows { starts.append((starts.last ?? 0) + window.inputs.count) }
    self.init(
      inputs: windows.flatMap(\.inputs), targets: windows.flatMap(\.targets), starts: starts)
  }
}

/// Documents in a random order, one after the other, cut into windows of equal length.
///
/// A document is its tokens between the marker (BOS and EOS in one, such as `<|endoftext|>`): the marker
/// is its first input and its last target. A document that a window's end cuts goes on in the next
/// window as a segment of its own. Each pass over the data has an order of its own, so the batch of a
/// step is a pure function of (documents, seed, step).
struct PackedDocuments: Sendable {
  private let documents: [ArraySlice<Int32>]
  private let marker: Int32
  private let seed: UInt64
  /// Inputs of one pass: every document's tokens and its marker.
  let tokens: Int

  init(_ documents: [[Int32]], marker: Int32, seed: UInt64) {
    self.documents = documents.filter { !$0.isEmpty }.map { $0[...] }
    self.marker = marker
    self.seed = seed
    tokens = self.documents.reduce(0) { $0 + $1.count + 1 }
  }

  /// One pass: all tokens in its order, with the marker before each document and at the end.
  func pass(_ number: Int) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(tokens + 1)
    for index in Self.order(of: number, seed: seed, count: documents.count) {
      result.append(marker)
      result += documents[index]
    }
    result.append(marker)
    return result
  }

  /// Which documents a pass has one after the other.
  static func order(of pass: Int, seed: UInt64, count: Int) -> [Int] {
    var stream = RandomStream(seed: seed, path: ["train.lm", "order", String(pass)])
    return stream.permutation(count)
  }

  /// The rows `range` of a pass, cut into windows of `context` rows.
  static func batch(_ pass: [Int32], marker: Int32, rows range: Range<Int>, context: Int)
    -> PackedBatch
  {
    let inputs = Array(pass[range])
    var starts: [Int] = []
    for (row, id) in inputs.enumerated() where id == marker || row % context == 0 {
      starts.append(row)
    }
    starts.append(inputs.count)
    return PackedBatch(
      inputs: inputs, targets: Array(pass[range.lowerBound + 1..<range.upperBound + 1]),
      starts: starts)
  }
}
