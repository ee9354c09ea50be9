import CKernels
import Synchronization

extension SharedWork {
  /// Cuts `count` things into blocks of up to `size`, nearly equal, and runs a body for each; threads take
  /// blocks until none is left, so that a slower one takes fewer.
  ///
  /// Kernels that the body calls are computed by the thread that calls them, and nobody waits for
  /// another thread until all blocks are done.
  ///
  /// - Parameters:
  ///   - operations: about how many f32 operations one thing takes as long as.
  ///   - threads: the most to use, ``Machine/shares`` unless given.
  ///   - body: gets a block, and the number of its thread below `threads`, whose scratch memory it may
  ///     use.
  /// - Throws: an error of the body; blocks that nobody has begun are left out then.
  public static func blocks(
    of count: Int, size: Int, operations: Double, threads: Int? = nil,
    _ body: (Range<Int>, Int) throws(KernelError) -> Void
  ) throws(KernelError) {
    if count <= 0 { return }
    var failure: KernelError?
    withoutActuallyEscaping(body) { body in
      let queue = BlockQueue(count: count, blocks: (count + size - 1) / max(size, 1), body: body)
      let threads = min(threads ?? Machine.shares, queue.blocks)
      withExtendedLifetime(queue) {
        ck_parallel(
          threads, operations * Double(count),
          { context, begin, _ in
            guard let context else { return }
            Unmanaged<BlockQueue>.fromOpaque(context).takeUnretainedValue().work(as: begin)
          }, Unmanaged.passUnretained(queue).toOpaque())
      }
      failure = queue.failure.withLock { $0 }
    }
    if let failure { throw failure }
  }
}

/// Blocks that nobody has taken yet.
private final class BlockQueue {
  let count: Int
  let blocks: Int
  let body: (Range<Int>, Int) throws(KernelError) -> Void
  let next = Atomic<Int>(0)
  let failure = Mutex<KernelError?>(nil)

  init(count: Int, blocks: Int, body: @escaping (Range<Int>, Int) throws(KernelError) -> Void) {
    (self.count, self.blocks, self.body) = (count, blocks, body)
  }

  /// What one thread does.
  func work(as thread: Int) {
    let before = ck_set_thread_shares(1)
    defer { ck_set_thread_shares(before) }
    while true {
      let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if block >= blocks { return }
      // Divided first: the product could overflow.
      let (each, rest) = count.quotientAndRemainder(dividingBy: blocks)
      func bound(_ block: Int) -> Int { each * block + rest * block / blocks }
      do throws(KernelError) {
        try body(bound(block)..<bound(block + 1), thread)
      } catch {
        failure.withLock { $0 = $0 ?? error }
        next.store(blocks, ordering: .relaxed)
      }
    }
  }
}
