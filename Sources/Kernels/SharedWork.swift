import CKernels

/// Work of other libraries on the kernels' pool of threads, within the same shares and quotas.
public enum SharedWork {
  private struct Context {
    let body: @Sendable (Int) -> Void
  }

  /// Runs a body for every number below `count`, and returns when all are done.
  ///
  /// - Parameter operations: about how many f32 operations one of them takes as long as; too little
  ///   work stays with the caller.
  public static func run(
    _ count: Int, operations: Double, _ body: @Sendable (Int) -> Void
  ) {
    if count <= 0 { return }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: Context(body: body)) { context in
        ck_parallel(
          count, operations * Double(count),
          { context, begin, end in
            guard let context = context?.assumingMemoryBound(to: Context.self) else { return }
            for number in begin..<end { context.pointee.body(number) }
          }, UnsafeMutableRawPointer(mutating: context))
      }
    }
  }
}
