/// The entries that one key head of one layer remembers: keys, values, and where they come from.
///
/// Entries stand in pages of 16 that copies share until one of them writes, so a fork costs a list of
/// references.
public struct KeyValueHead: Sendable {
  public let width: Int
  /// The position each entry's key was turned by, or is to be turned by.
  public private(set) var positions: [Int32] = []
  /// The token of the sequence each entry stands for, counted from its start.
  public private(set) var origins: [Int32] = []
  private(set) var pages: [KeyValuePage] = []
  /// Where the pages' numbers stand, at hand without counting references.
  private nonisolated(unsafe) var addresses: [UnsafePointer<Float>?] = []

  public init(width: Int) { self.width = width }

  /// The number of entries.
  public var count: Int { positions.count }

  /// The memory of its pages, in bytes.
  public var byteCount: Int { pages.count * 2 * KeyValuePage.entries * width * 4 }

  /// Whether entries stand in the order of their positions.
  public var ascends: Bool { zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 } }

  /// The first entry of a position from `position` on, where positions ascend.
  public func first(from position: Int) -> Int {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(positions[middle]) < position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Appends one entry; key and value hold ``width`` numbers each.
  mutating func append(
    key: UnsafePointer<Float>, value: UnsafePointer<Float>, position: Int32, origin: Int32
  ) throws(KernelError) {
    let place = count % KeyValuePage.entries
    if place == 0 {
      let page = try KeyValuePage(width: width)
      pages.append(page)
      addresses.append(UnsafePointer(page.numbers))
    }
    try ownedPage(count / KeyValuePage.entries).store(place, key: key, value: value)
    positions.append(position)
    origins.append(origin)
  }

  /// Writes an entry that is there anew.
  mutating func replace(_ entry: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>)
    throws(KernelError)
  {
    try ownedPage(entry / KeyValuePage.entries).store(
      entry % KeyValuePage.entries, key: key, value: value)
  }

  /// The page, which nobody else holds after this.
  private mutating func ownedPage(_ index: Int) throws(KernelError) -> KeyValuePage {
    if !isKnownUniquelyReferenced(&pages[index]) {
      pages[index] = try KeyValuePage(copying: pages[index])
      addresses[index] = UnsafePointer(pages[index].numbers)
    }
    return pages[index]
  }

  /// Writes where the pages' numbers stand from `next` on; there is room.
  func copyAddresses(to next: inout Int, of room: UnsafeMutableBufferPointer<UnsafePointer<Float>?>)
  {
    for address in addresses {
      room.initializeElement(at: next, to: address)
      next += 1
    }
  }

  /// Forgets the entries from `count` on.
  public mutating func truncate(to count: Int) {
    if count < 0 || count >= self.count { return }
    positions.removeLast(positions.count - count)
    origins.removeLast(origins.count - count)
    let kept = (count + KeyValuePage.entries - 1) / KeyValuePage.entries
    pages.removeLast(pages.count - kept)
    addresses.removeLast(addresses.count - kept)
  }

  /// Keeps the entries of these indices, in this order.
  ///
  /// - Throws: ``KernelError/index(kernel:argument:place:index:count:)`` for one that is not there.
  public mutating func compact(_ entries: [Int]) throws(KernelError) {
    for (place, entry) in entries.enumerated() where entry < 0 || entry >= count {
      throw .index(
        kernel: "key store", argument: "entries", place: place, index: entry, count: count)
    }
    if entries.elementsEqual(0..<entries.count) { return truncate(to: entries.count) }
    var kept = KeyValueHead(width: width)
    try Self.withRoom(2 * width) { (room) throws(KernelError) in
      for entry in entries {
        pages[entry / KeyValuePage.entries].load(
          entry % KeyValuePage.entries, key: room, value: room + width)
        try kept.append(
          key: room, value: room + width, position: positions[entry], origin: origins[entry])
      }
    }
    self = kept
  }

  /// Gives the entries other positions: where keys are turned when they are read, that moves them.
  public mutating func renumber(_ positions: [Int32]) throws(KernelError) {
    try KernelError.check("key store", "positions", positions.count, count)
    self.positions = positions
  }

  /// Copies all keys and values to places `stride` numbers apart.
  public func copy(
    keys: UnsafeMutablePointer<Float>?, values: UnsafeMutablePointer<Float>?, stride: Int
  ) {
    for entry in 0..<count {
      pages[entry / KeyValuePage.entries].load(
        entry % KeyValuePage.entries, key: keys.map { $0 + entry * stride },
        value: values.map { $0 + entry * stride })
    }
  }

  private static func withRoom(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) throws(KernelError) -> Void
  ) throws(KernelError) {
    var failure: KernelError?
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(count, 1)) { room in
      guard let start = room.baseAddress else { return }
      do throws(KernelError) { try body(start) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
