/// The variables of one running function, or of the session.
///
/// Slots are resolved when a cell is compiled, so reading a variable is an indexed load. A frame is
/// changed only by the thread that runs its function; sweep points that run in parallel read the
/// frames around them and write only their own.
final class Frame: @unchecked Sendable {
  private(set) var slots: UnsafeMutablePointer<Value?>
  private(set) var count: Int
  let parent: Frame?

  init(count: Int, parent: Frame?) {
    self.count = count
    self.parent = parent
    slots = .allocate(capacity: max(1, count))
    slots.initialize(repeating: nil, count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  /// Makes room for more variables; only the session's frame ever grows.
  func grow(to newCount: Int) {
    guard newCount > count else { return }
    let capacity = max(newCount, 2 * count)
    let larger = UnsafeMutablePointer<Value?>.allocate(capacity: capacity)
    larger.moveInitialize(from: slots, count: count)
    (larger + count).initialize(repeating: nil, count: capacity - count)
    slots.deallocate()
    slots = larger
    count = capacity
  }

  /// The frame `depth` levels out; the compiler's depths are never beyond the session's frame.
  @inline(__always)
  func ancestor(_ depth: Int) -> Frame {
    var frame = self
    for _ in 0..<depth { frame = frame.parent ?? frame }
    return frame
  }
}
