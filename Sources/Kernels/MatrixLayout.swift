/// Where the elements of a batch of matrices stand: element (row, column) of matrix n is at
/// `offset + n · batch + row · self.row + column · self.column`.
///
/// Strides count elements; those of what is read may be 0 (repeated) or negative (reversed). A
/// transposed matrix is the same memory with ``row`` and ``column`` exchanged.
public struct MatrixLayout: Equatable, Sendable {
  public var offset: Int
  public var batch: Int
  public var row: Int
  public var column: Int

  public init(offset: Int = 0, batch: Int = 0, row: Int, column: Int = 1) {
    (self.offset, self.batch, self.row, self.column) = (offset, batch, row, column)
  }

  /// The same matrices with rows and columns exchanged.
  public var transposed: MatrixLayout {
    MatrixLayout(offset: offset, batch: batch, row: column, column: row)
  }

  /// All elements stand inside `count` values.
  func check(_ argument: String, _ count: Int, batches: Int, rows: Int, columns: Int)
    throws(KernelError)
  {
    var (first, last, overflow) = (offset, offset, false)
    for (extent, stride) in [(batches, batch), (rows, row), (columns, column)] {
      let (reach, wraps) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (low, lowWraps) = first.addingReportingOverflow(min(reach, 0))
      let (high, highWraps) = last.addingReportingOverflow(max(reach, 0))
      (first, last) = (low, high)
      overflow = overflow || wraps || lowWraps || highWraps
    }
    if overflow || first < 0 || last >= count {
      let needed = overflow ? Int.max : first < 0 ? first : last + 1
      throw .size(kernel: "product", argument: argument, needed: needed, found: count)
    }
  }

  /// No two elements share a place: from the smallest stride up, each steps over all below it.
  func checkDistinct(_ argument: String, batches: Int, rows: Int, columns: Int)
    throws(KernelError)
  {
    let steps = [(batches, batch), (rows, row), (columns, column)]
      .filter { $0.0 > 1 }.sorted { $0.1.magnitude < $1.1.magnitude }
    var reach: UInt = 0
    for (extent, stride) in steps {
      if stride.magnitude <= reach {
        throw .size(
          kernel: "product", argument: "stride of \(argument)", needed: Int(reach) + 1,
          found: stride)
      }
      // Inside the buffer, as `check` has found, so this does not overflow.
      reach += UInt(extent - 1) * stride.magnitude
    }
  }
}
