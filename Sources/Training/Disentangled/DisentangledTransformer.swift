import Kernels

/// A disentangled attention-only transformer in f64, plainly: one free matrix a layer, a residual stream
/// that is concatenated, and a linear read-out.
///
/// h⁰ = [content, one-hot position]; each layer gives h' = [h, softmax(mask(h A hᵀ)) h], twice as wide;
/// the result is h W (E. Nichani et al., arXiv 2402.14735; arXiv 2509.24125 takes it for permutations).
/// A causal row is computed from itself and the rows before it, and from nothing else.
public struct DisentangledTransformer: Sendable, Equatable {
  /// Columns of the content.
  public let contentWidth: Int
  /// Rows of a sequence, T: as many positions.
  public let rows: Int
  public let isCausal: Bool
  /// A of each layer, row after row: layer l has `width(l)` rows and columns, from the query's side to the
  /// key's.
  public var attention: [[Double]]
  /// W, `[width(layers), outputs]`.
  public var readout: [Double]

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for matrices that do not have their sizes.
  public init(
    contentWidth: Int, rows: Int, isCausal: Bool, attention: [[Double]], readout: [Double]
  ) throws(TrainingError) {
    let widths = try Self.widths(contentWidth: contentWidth, rows: rows, layers: attention.count)
    for (matrix, width) in zip(attention, widths) where matrix.count != width * width {
      throw .setting(
        name: "numbers of a layer", value: matrix.count, reason: "must be \(width) times \(width)")
    }
    guard let last = widths.last, !readout.isEmpty, readout.count % last == 0 else {
      throw .setting(
        name: "numbers of the read-out", value: readout.count, reason: "must be rows of the width")
    }
    (self.contentWidth, self.rows, self.isCausal) = (contentWidth, rows, isCausal)
    (self.attention, self.readout) = (attention, readout)
  }

  /// The residual stream's width before each layer and behind the last.
  public static func widths(contentWidth: Int, rows: Int, layers: Int) throws(TrainingError)
    -> [Int]
  {
    for (name, value, range) in [
      ("content width", contentWidth, 1...1024), ("rows", rows, 1...1024),
      ("layers", layers, 0...6),
    ] where !range.contains(value) {
      throw .setting(
        name: name, value: value, reason: "must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return (0...layers).map { (contentWidth + rows) << $0 }
  }

  /// Columns of the result.
  public var outputs: Int { readout.count / ((contentWidth + rows) << attention.count) }

  /// The residual stream before each layer and behind the last, `[rows, width]` each.
  ///
  /// - Parameter content: `[rows, contentWidth]`.
  /// - Complexity: O(rows · width² + rows² · width) a layer.
  public func streams(_ content: [Double]) throws(TrainingError) -> [[[Double]]] {
    guard content.count == rows * contentWidth else {
      throw .setting(
        name: "numbers of the content", value: content.count,
        reason: "must be \(rows) rows of \(contentWidth)")
    }
    var stream = (0..<rows).map { row in
      Array(content[row * contentWidth..<(row + 1) * contentWidth])
        + (0..<rows).map { $0 == row ? 1 : 0 }
    }
    var all = [stream]
    for matrix in attention {
      let attended = (0..<rows).map { attend(from: $0, in: stream, by: matrix) }
      stream = zip(stream, attended).map { $0 + $1 }
      all.append(stream)
    }
    return all
  }

  /// `[rows, outputs]`.
  public func callAsFunction(_ content: [Double]) throws(TrainingError) -> [[Double]] {
    let (last, outputs) = (try streams(content).last ?? [], outputs)
    return last.map { row in
      (0..<outputs).map { output in
        var sum = 0.0
        for (index, value) in row.enumerated() { sum += value * readout[index * outputs + output] }
        return sum
      }
    }
  }

  /// softmax(h_row A hᵀ) h over the rows that are seen.
  private func attend(from row: Int, in stream: [[Double]], by matrix: [Double]) -> [Double] {
    let width = stream[row].count
    var query = [Double](repeating: 0, count: width)
    for (index, value) in stream[row].enumerated() where value != 0 {
      for column in 0..<width { query[column] += value * matrix[index * width + column] }
    }
    let seen = stream[..<(isCausal ? row + 1 : rows)]
    let scores = seen.map { key in zip(query, key).reduce(0.0) { $0 + $1.0 * $1.1 } }
    let greatest = scores.reduce(-Double.infinity, max)
    let shares = ElementaryFunction.exp(scores.map { $0 - greatest })
    let total = shares.reduce(0, +)
    var result = [Double](repeating: 0, count: width)
    for (share, key) in zip(shares, seen) {
      for column in 0..<width { result[column] += share / total * key[column] }
    }
    return result
  }
}
