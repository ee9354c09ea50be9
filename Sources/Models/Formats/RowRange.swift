/// Some rows of a tensor, checked against its shape: the first axis counts rows.
struct RowRange {
  private let count: Int
  private let range: Range<Int>

  init(path: String, name: String, shape: [Int], _ range: Range<Int>) throws(ModelError) {
    guard let count = shape.first, range.lowerBound >= 0, range.upperBound <= count else {
      throw .malformed(
        path: path, field: "tensor '\(name)'",
        reason: "the rows \(range) were asked for, its shape is \(shape)")
    }
    self.count = count
    self.range = range
  }

  /// Their place in the tensor's bytes; rows are whole elements and blocks.
  func bytes(of length: Int) -> Range<Int> {
    let row = count == 0 ? 0 : length / count
    return range.lowerBound * row..<range.upperBound * row
  }
}
