/// Numbers pairs of ids from 0 in the order they are first seen.
struct PairIndex {
  private static let free: UInt64 = .max

  private var keys: [UInt64]
  private var numbers: [Int32]
  private(set) var pairs: [(left: Int32, right: Int32)] = []

  init() {
    keys = [UInt64](repeating: Self.free, count: 1 << 12)
    numbers = [Int32](repeating: 0, count: 1 << 12)
  }

  var count: Int { pairs.count }

  /// The pair's number, a new one if it is new.
  mutating func number(_ left: Int32, _ right: Int32) -> Int {
    if (pairs.count + 1) * 2 > keys.count { grow() }
    let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let slot = slot(of: key)
    if keys[slot] == key { return Int(numbers[slot]) }
    keys[slot] = key
    numbers[slot] = Int32(pairs.count)
    pairs.append((left, right))
    return pairs.count - 1
  }

  /// Where the key is, or the free place where it belongs.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.mix(0, key)) & mask
    while keys[slot] != Self.free && keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldNumbers) = (keys, numbers)
    keys = [UInt64](repeating: Self.free, count: oldKeys.count * 2)
    numbers = [Int32](repeating: 0, count: oldKeys.count * 2)
    for (key, number) in zip(oldKeys, oldNumbers) where key != Self.free {
      let slot = slot(of: key)
      keys[slot] = key
      numbers[slot] = number
    }
  }
}
