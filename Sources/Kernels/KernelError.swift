/// What a kernel call refuses. The callers above check shapes in their own words first; these are
/// what is left.
public enum KernelError: Error, Equatable, Sendable {
  /// A buffer that does not hold what the call needs.
  case size(kernel: String, argument: String, needed: Int, found: Int)
  /// Memory that could not be had.
  case memory(kernel: String, bytes: Int)
  /// A number that has no meaning there.
  case number(kernel: String, argument: String, found: Double)
  /// A row of attention that sees no key.
  case nothingVisible(batch: Int, head: Int, row: Int)

  public var code: String { "E0219" }

  public var message: String {
    switch self {
    case .size(let kernel, let argument, let needed, let found):
      "\(kernel) needs \(needed) values in '\(argument)', there are \(found)"
    case .memory(let kernel, let bytes): "\(kernel) could not get \(bytes) bytes of memory"
    case .number(let kernel, let argument, let found):
      "\(kernel) does not take \(found) as '\(argument)'"
    case .nothingVisible(let batch, let head, let row):
      "attention row \(row) of head \(head), batch \(batch), has nothing to attend to"
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
