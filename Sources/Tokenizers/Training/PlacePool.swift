import Glibc

/// One growing block of places; it grows without being copied where the system can remap it.
struct PlacePool {
  private(set) var places: UnsafeMutablePointer<Int32>
  private var capacity = 1 << 16
  private var used = 0

  init() { places = .allocate(capacity: capacity) }

  func deallocate() { places.deallocate() }

  /// Takes `count` places, whose values are the caller's to set, and says where they start.
  mutating func add(_ count: Int) -> Int {
    let start = used
    used += count
    if used > capacity { grow() }
    return start
  }

  private mutating func grow() {
    // By half: the pool is the largest part of a training's memory.
    let larger = max(used, capacity + capacity / 2)
    let moved = realloc(places, larger * MemoryLayout<Int32>.stride)
    if let moved {
      places = moved.assumingMemoryBound(to: Int32.self)
    } else {
      // Swift's own allocation ends the process with a message where there is no memory.
      let copy = UnsafeMutablePointer<Int32>.allocate(capacity: larger)
      copy.update(from: places, count: capacity)
      places.deallocate()
      places = copy
    }
    capacity = larger
  }
}
