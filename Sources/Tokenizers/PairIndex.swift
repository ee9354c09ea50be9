import CTokens

/// Numbers pairs of ids from 0 in the order they are first seen, and keeps what is known of each.
struct PairIndex {
  struct Pair {
    let left: Int32
    let right: Int32
    /// How often the pair occurs; 0 for one that is not to be merged.
    var count: UInt64 = 0
    /// Where the pair's places start in the pool, and how many they are.
    var start = 0
    var places: Int32 = 0
  }

  private static let free: UInt32 = .max

  /// Numbers of pairs by the hash of their ids; a power of two long.
  private var slots = [UInt32](repeating: Self.free, count: 1 << 12)
  var pairs: [Pair] = []

  var count: Int { pairs.count }

  /// The pair's number, or nil if it is not known.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> Int? {
    let number = slots[slot(left, right)]
    return number == Self.free ? nil : Int(number)
  }

  /// The pair's number, a new one if it is new.
  mutating func number(_ left: Int32, _ right: Int32) -> Int {
    if (pairs.count + 1) * 2 > slots.count { grow() }
    let slot = slot(left, right)
    if slots[slot] != Self.free { return Int(slots[slot]) }
    slots[slot] = UInt32(pairs.count)
    pairs.append(Pair(left: left, right: right))
    return pairs.count - 1
  }

  /// Where the pair is, or the free place where it belongs.
  @inline(__always)
  private func slot(_ left: Int32, _ right: Int32) -> Int {
    let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: ct_mix(key, 0xD6E8_FEB8_6659_FD93)) & mask
    while slots[slot] != Self.free {
      let pair = pairs[Int(slots[slot])]
      if pair.left == left && pair.right == right { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    slots = [UInt32](repeating: Self.free, count: slots.count * 2)
    for (number, pair) in pairs.enumerated() {
      slots[slot(pair.left, pair.right)] = UInt32(number)
    }
  }
}
