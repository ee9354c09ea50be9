/// Distinct byte strings, numbered from 0 in the order they came, kept in one block of memory.
///
/// Looking one up is a hash and, nearly always, one comparison.
struct ByteStringTable: Sendable {
  private(set) var storage: [UInt8] = []
  /// String `i` is `storage[ends[i]..<ends[i + 1]]`.
  private(set) var ends: [UInt32] = [0]
  /// Number + 1 of the string that hangs here; 0 is free. A power of two long.
  private var slots: [UInt32]
  private var hashed = 0

  init(capacity: Int = 0) {
    var size = 16
    while size < capacity &* 2 { size &*= 2 }
    slots = [UInt32](repeating: 0, count: size)
    ends.reserveCapacity(capacity &+ 1)
  }

  var count: Int { ends.count - 1 }

  /// The bytes of string `index`, which must be below ``count``.
  subscript(index: Int) -> ArraySlice<UInt8> {
    storage[Int(ends[index])..<Int(ends[index + 1])]
  }

  func length(_ index: Int) -> Int { Int(ends[index + 1] - ends[index]) }

  /// The number of the string with these bytes, or nil.
  @inline(__always)
  func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.hash(bytes)) & mask
    while true {
      let entry = Int(slots[slot])
      if entry == 0 { return nil }
      if equals(entry - 1, bytes) { return entry - 1 }
      slot = (slot + 1) & mask
    }
  }

  func find(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBufferPointer { find($0) } }

  /// The number of the string with these bytes, which is added if it is new.
  mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    if (hashed + 1) * 2 > slots.count { grow() }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.hash(bytes)) & mask
    while true {
      let entry = Int(slots[slot])
      if entry == 0 { break }
      if equals(entry - 1, bytes) { return (entry - 1, false) }
      slot = (slot + 1) & mask
    }
    let index = append(bytes)
    slots[slot] = UInt32(index + 1)
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

  @inline(__always)
  private func equals(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(ends[index])
    guard Int(ends[index + 1]) - start == bytes.count else { return false }
    return storage.withUnsafeBufferPointer { stored in
      for offset in 0..<bytes.count where stored[start + offset] != bytes[offset] { return false }
      return true
    }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt32](repeating: 0, count: old.count * 2)
    let mask = slots.count - 1
    storage.withUnsafeBufferPointer { stored in
      for entry in old where entry != 0 {
        let range = Int(ends[Int(entry) - 1])..<Int(ends[Int(entry)])
        let bytes = UnsafeBufferPointer(rebasing: stored[range])
        var slot = Int(truncatingIfNeeded: ByteHash.hash(bytes)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = entry
      }
    }
  }
}

/// A 64-bit hash of short byte strings. It decides only where a string is stored, never an output.
enum ByteHash {
  @inline(__always)
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
    guard let base = bytes.baseAddress.map(UnsafeRawPointer.init) else { return mixed(hash) }
    var offset = 0
    while bytes.count - offset >= 8 {
      hash = mix(hash, base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < bytes.count {
      rest = rest << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return mixed(mix(hash, rest))
  }

  @inline(__always)
  static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }

  @inline(__always)
  static func mixed(_ hash: UInt64) -> UInt64 {
    let product = (hash ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
