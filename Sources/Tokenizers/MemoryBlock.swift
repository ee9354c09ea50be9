import Files

/// A growing row of numbers in memory of its own, or a constant one that stands in a mapped file.
///
/// A value: a copy shares the memory until one of both is changed; what stands in a file is copied
/// then. Sixteen bytes behind the last number may always be read.
struct MemoryBlock<Element: BitwiseCopyable>: @unchecked Sendable {
  // Sendable: shared memory is never written.

  private final class Owner {
    let base: UnsafeMutablePointer<Element>
    let capacity: Int
    /// The file whose memory it is; it stays mapped as long.
    let file: MappedFile?

    init(capacity: Int) {
      self.capacity = capacity
      file = nil
      base = UnsafeMutableRawPointer.allocate(
        byteCount: capacity * MemoryLayout<Element>.stride + 16, alignment: 64
      ).bindMemory(to: Element.self, capacity: capacity)
    }

    init(_ base: UnsafePointer<Element>, in file: MappedFile) {
      self.base = UnsafeMutablePointer(mutating: base)
      capacity = 0
      self.file = file
    }

    deinit { if file == nil { UnsafeMutableRawPointer(base).deallocate() } }
  }

  private var owner: Owner
  private(set) var count: Int

  init(capacity: Int = 0) {
    owner = Owner(capacity: max(capacity, 4))
    count = 0
  }

  init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    owner.base.initialize(repeating: element, count: count)
    self.count = count
  }

  /// What stands at `base` in a file, behind which the file has sixteen bytes more.
  init(_ base: UnsafePointer<Element>, count: Int, in file: MappedFile) {
    owner = Owner(base, in: file)
    self.count = count
  }

  /// Valid as long as this block, or a copy, is there and unchanged.
  var base: UnsafePointer<Element> { UnsafePointer(owner.base) }
  var buffer: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

  /// The number at a place below ``count``.
  subscript(index: Int) -> Element {
    @inline(__always) get { owner.base[index] }
    set {
      reserveCapacity(count)
      owner.base[index] = newValue
    }
  }

  /// All numbers, to be changed where they stand.
  @inline(__always)
  mutating func withMutableBase<Result>(_ body: (UnsafeMutablePointer<Element>) -> Result) -> Result
  {
    reserveCapacity(count)
    return body(owner.base)
  }

  mutating func reserveCapacity(_ capacity: Int) {
    if capacity <= owner.capacity, isKnownUniquelyReferenced(&owner) { return }
    let larger = Owner(capacity: capacity <= owner.capacity ? capacity : max(capacity, count * 2))
    larger.base.update(from: owner.base, count: count)
    owner = larger
  }

  mutating func append(_ element: Element) {
    reserveCapacity(count + 1)
    owner.base[count] = element
    count += 1
  }

  mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let start = elements.baseAddress else { return }
    reserveCapacity(count + elements.count)
    (owner.base + count).update(from: start, count: elements.count)
    count += elements.count
  }

  mutating func append(contentsOf elements: some Collection<Element>) {
    reserveCapacity(count + elements.count)
    for element in elements { append(element) }
  }
}
