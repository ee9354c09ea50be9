/// Memory for a kernel call in a test, freed with the object.
final class TestMemory<T> {
  let mutable: UnsafeMutableBufferPointer<T>

  init(_ values: [T]) {
    mutable = .allocate(capacity: values.count)
    _ = mutable.initialize(from: values)
  }

  convenience init(_ count: Int, _ value: T) { self.init(Array(repeating: value, count: count)) }

  deinit { mutable.deallocate() }

  var view: UnsafeBufferPointer<T> { UnsafeBufferPointer(mutable) }
  var values: [T] { Array(mutable) }
}

/// What `body` writes into memory that is filled with something else first.
func written<T>(_ count: Int, over value: T, _ body: (UnsafeMutableBufferPointer<T>) throws -> Void)
  rethrows -> [T]
{
  let memory = TestMemory(count, value)
  try body(memory.mutable)
  return memory.values
}

extension TestNumbers {
  mutating func doubles(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double(Int64(bitPattern: bits()) >> 10) * 0x1p-53 }
  }

  mutating func indices(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32(below(bound)) }
  }

  /// Few different values, so that there are ties, with both zeros.
  mutating func ties(_ count: Int) -> [Float] {
    (0..<count).map { _ in [0, -0.0, 1, -1, 0.5, .infinity, -.infinity, 0x1p-149][below(8)] }
  }
}
