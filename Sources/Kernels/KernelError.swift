/// What a kernel call refuses. The callers above check shapes in their own words first; these are
/// what is left.
public enum KernelError: Error, Equatable, Sendable {
  /// A buffer that does not hold what the call needs.
  case size(kernel: String, argument: String, needed: Int, found: Int)
  /// A number outside of what the call has an answer for, `allowed` in words.
  case value(kernel: String, argument: String, allowed: String)
  /// Memory that could not be had.
  case memory(kernel: String, bytes: Int)
  /// A number that has no meaning there.
  case number(kernel: String, argument: String, found: Double)
  /// A row of attention that sees no key.
  case nothingVisible(batch: Int, head: Int, row: Int)
  /// An index at `place` of `argument` that is not in `0..<count`.
  case index(kernel: String, argument: String, place: Int, index: Int, count: Int)
  /// A NaN where values are put in order.
  case notANumber(kernel: String, row: Int)
  /// A symmetric matrix without a Cholesky decomposition: the first pivot that is not positive.
  case notPositiveDefinite(pivot: Int)
  /// A column that depends on those before it (as far as rounding tells) where none may.
  case dependent(kernel: String, column: Int)
  /// A method of steps that did not end within its limit.
  case notConverged(kernel: String)

  public var code: String { "E0219" }

  public var message: String {
    switch self {
    case .size(let kernel, let argument, let needed, let found):
      "\(kernel) needs \(needed) values in '\(argument)', there are \(found)"
    case .value(let kernel, let argument, let allowed): "\(kernel) needs '\(argument)' \(allowed)"
    case .memory(let kernel, let bytes): "\(kernel) could not get \(bytes) bytes of memory"
    case .number(let kernel, let argument, let found):
      "\(kernel) does not take \(found) as '\(argument)'"
    case .nothingVisible(let batch, let head, let row):
      "attention row \(row) of head \(head), batch \(batch), has nothing to attend to"
    case .index(let kernel, let argument, let place, let index, let count):
      "\(kernel) found \(index) at place \(place) of '\(argument)', which is outside 0..<\(count)"
    case .notANumber(let kernel, let row):
      "\(kernel) cannot order row \(row): it holds a NaN"
    case .notPositiveDefinite(let pivot):
      "the matrix is not positive definite: pivot \(pivot) is not above 0"
    case .dependent(let kernel, let column):
      "\(kernel) needs independent columns; column \(column) depends on those before it"
    case .notConverged(let kernel): "\(kernel) did not converge"
    }
  }

  static func check(_ kernel: String, _ argument: String, _ found: Int, _ needed: Int)
    throws(KernelError)
  {
    if found != needed {
      throw .size(kernel: kernel, argument: argument, needed: needed, found: found)
    }
  }
}
