import CTokens
import Files

/// Distinct byte strings, numbered from 0 in the order they came, kept in one block of memory, or in
/// a mapped file.
///
/// Looking one up is a hash and, nearly always, one comparison.
struct ByteStringTable: Sendable {
  private(set) var storage: MemoryBlock<UInt8>
  /// String `i` is `storage[ends[i]..<ends[i + 1]]`.
  private(set) var ends: MemoryBlock<UInt32>
  /// For the string that hangs here some bits of its hash over its number + 1; 0 is free.
  private(set) var slots: MemoryBlock<UInt32>
  /// There are two to the power of so many slots.
  private(set) var slotBits: UInt32
  private var hashed = 0

  init(capacity: Int = 0) {
    slotBits = 4
    while 1 << slotBits < capacity &* 2 { slotBits += 1 }
    storage = MemoryBlock()
    ends = MemoryBlock(capacity: capacity &+ 1)
    ends.append(0)
    slots = MemoryBlock(repeating: 0, count: 1 << slotBits)
  }

  /// A table that stands in a file, checked: `ends` rise up to the bytes of `storage`, slots have the
  /// numbers of strings, and one is free.
  init(
    storage: MemoryBlock<UInt8>, ends: MemoryBlock<UInt32>, slots: MemoryBlock<UInt32>,
    slotBits: UInt32
  ) {
    (self.storage, self.ends, self.slots, self.slotBits) = (storage, ends, slots, slotBits)
    hashed = ends.count - 1
  }

  var count: Int { ends.count - 1 }

  /// The table for C; valid as long as this one is there and unchanged.
  var strings: ct_strings {
    ct_strings(bytes: storage.base, ends: ends.base, slots: slots.base, bits: slotBits)
  }

  /// The bytes of string `index`, which must be below ``count``: a copy.
  subscript(index: Int) -> ArraySlice<UInt8> { withBytes(of: index) { Array($0)[...] } }

  /// The bytes of string `index`, where they stand.
  @inline(__always)
  func withBytes<Result>(of index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    body(UnsafeBufferPointer(start: storage.base + Int(ends[index]), count: length(index)))
  }

  func length(_ index: Int) -> Int { Int(ends[index + 1] - ends[index]) }

  /// The number of the string with these bytes, or nil.
  @inline(__always)
  func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var strings = strings
    let number = ct_find_string(&strings, bytes.baseAddress ?? storage.base, bytes.count)
    return number < 0 ? nil : Int(number)
  }

  func find(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBufferPointer { find($0) } }

  /// The number of the string with these bytes, which is added if it is new.
  mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    if (hashed + 1) * 2 > slots.count { grow() }
    let hash = ByteHash.hash(bytes)
    var strings = strings
    // Less than half of the slots are taken, so there is a free one.
    let slot = Int(
      ct_slot_of_string(&strings, bytes.baseAddress ?? storage.base, bytes.count, hash))
    if slots[slot] != 0 { return (Int(slots[slot] & UInt32(slots.count - 1)) - 1, false) }
    let index = append(bytes)
    slots[slot] = ct_tag(hash, slotBits) | UInt32(index + 1)
    hashed += 1
    return (index, true)
  }

  mutating func insert(_ bytes: [UInt8]) -> (index: Int, isNew: Bool) {
    bytes.withUnsafeBufferPointer { insert($0) }
  }

  /// Takes the next number for bytes that are never to be found by ``find(_:)``.
  mutating func appendHidden(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBufferPointer { append($0) }
  }

  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    storage.append(contentsOf: bytes)
    ends.append(UInt32(truncatingIfNeeded: storage.count))
    return ends.count - 2
  }

  private mutating func hang(_ index: Int, _ hash: UInt64) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = ct_tag(hash, slotBits) | UInt32(index + 1)
  }

  private mutating func grow() {
    let (old, low) = (slots, UInt32(slots.count - 1))
    slotBits += 1
    slots = MemoryBlock(repeating: 0, count: 1 << slotBits)
    for entry in old.buffer where entry != 0 {
      let index = Int(entry & low) - 1
      hang(index, withBytes(of: index, ByteHash.hash))
    }
  }
}

/// A 64-bit hash of short byte strings. It decides only where a string is stored, never an output.
enum ByteHash {
  @inline(__always)
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    ct_hash(bytes.baseAddress, bytes.count)
  }
}
