import Kernels

/// One call of a kernel on tensors of one type: several are read, several are written.
enum KernelCall {
  struct Output {
    let shape: [Int]
    /// What is there before the kernel writes; zeros if nil.
    var start: Tensor?

    init(_ shape: [Int], from start: Tensor? = nil) { (self.shape, self.start) = (shape, start) }
  }

  /// - Returns: the outputs; nil for those that are not asked for.
  static func run<T: DifferentiableElement>(
    _ type: T.Type, reading inputs: [Tensor?], writing outputs: [Output?],
    _ body: ([UnsafeBufferPointer<T>?], [UnsafeMutableBufferPointer<T>?]) throws -> Void
  ) throws(TensorError) -> [Tensor?] {
    var written: [Tensor?] = []
    func write(
      _ read: [UnsafeBufferPointer<T>?], _ buffers: [UnsafeMutableBufferPointer<T>?]
    ) throws {
      guard buffers.count < outputs.count else { return try body(read, buffers) }
      guard let output = outputs[buffers.count] else {
        try write(read, buffers + [nil])
        written.append(nil)
        return
      }
      written.append(
        try Tensor(shape: output.shape, of: type) { out in
          try output.start?.withElements(of: type) { _ = out.update(from: $0) }
          try write(read, buffers + [out])
        })
    }
    func read(_ buffers: [UnsafeBufferPointer<T>?]) throws {
      guard buffers.count < inputs.count else { return try write(buffers, []) }
      guard let input = inputs[buffers.count] else { return try read(buffers + [nil]) }
      try input.withElements(of: type) { try read(buffers + [$0]) }
    }
    do { try read([]) } catch { throw TensorError(cause: error) }
    // The innermost was finished first.
    return written.reversed()
  }

  /// The rows and the width of a tensor whose last axis is a row.
  static func rows(_ x: Tensor, _ operation: String) throws(TensorError) -> (count: Int, width: Int)
  {
    guard let width = x.shape.last else {
      throw .invalidArgument(operation: operation, reason: "it needs an axis, the rank is 0")
    }
    return (x.shape.dropLast().reduce(1, *), width)
  }

  /// The only result of a call.
  static func first(_ results: [Tensor?], _ operation: String) throws(TensorError) -> Tensor {
    guard let first = results.first, let result = first else {
      throw .invalidArgument(operation: operation, reason: "it gave no result")
    }
    return result
  }

  /// What `body` makes, its error as a tensor error.
  static func checked<Result>(_ body: () throws(KernelError) -> Result) throws(TensorError)
    -> Result
  {
    do { return try body() } catch { throw TensorError(cause: error) }
  }

  /// A tensor taken as `[outer, axis, inner]`.
  static func axes(_ shape: [Int], around axis: Int) -> (outer: Int, axis: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
  }
}
