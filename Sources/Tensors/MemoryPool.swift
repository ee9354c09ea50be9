import Glibc
import Kernels
import Synchronization

/// Memory that is used again: what one owner gives back, the next of about its size takes.
///
/// Sizes are rounded up to eight steps a power of two, so at most an eighth is unused. Pieces given
/// back are kept up to ``limit`` bytes; beyond it those sizes go first that were not asked for
/// longest. Threads may share a pool.
final class MemoryPool: Sendable {
  /// A piece of memory, aligned to 64 bytes.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    /// Its rounded size.
    let byteCount: Int
  }

  /// Memory that could not be had.
  struct Shortage: Error {
    let needed: Int
    let available: Int
  }

  private struct State {
    /// By rounded size, the addresses of what is free.
    var free: [Int: [UInt]] = [:]
    var lastUse: [Int: Int] = [:]
    var kept = 0
    var clock = 0
    var allocations = 0
  }

  let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  deinit { clear() }

  /// How often memory came from the system.
  var allocations: Int { state.withLock { $0.allocations } }
  /// The bytes that are free to be taken again.
  var kept: Int { state.withLock { $0.kept } }

  /// The size that a request is rounded up to: at least 64 bytes; nil for what no machine has.
  static func rounded(_ byteCount: Int) -> Int? {
    if byteCount > 1 << 56 { return nil }
    let lines = max(byteCount + 63, 64) >> 6
    if lines <= 8 { return lines << 6 }
    let shift = Int.bitWidth - 4 - lines.leadingZeroBitCount
    return ((lines + (1 << shift) - 1) >> shift) << (shift + 6)
  }

  /// Memory for so many bytes; what stands in it is left over from others.
  func take(_ byteCount: Int) throws(Shortage) -> Block {
    guard let size = Self.rounded(byteCount) else {
      throw Shortage(needed: byteCount, available: Self.availableMemory())
    }
    if let block = reused(size) { return block }
    // Asking the system costs more than a small tensor does.
    if size > 1 << 26, size > Self.availableMemory() { clear() }
    if size > 1 << 26, case let available = Self.availableMemory(), size > available {
      throw Shortage(needed: byteCount, available: available)
    }
    guard let address = AlignedMemory.allocate(size) ?? afterClearing(size) else {
      throw Shortage(needed: byteCount, available: Self.availableMemory())
    }
    state.withLock { $0.allocations += 1 }
    return Block(address: address, byteCount: size)
  }

  private func afterClearing(_ size: Int) -> UnsafeMutableRawPointer? {
    clear()
    return AlignedMemory.allocate(size)
  }

  private func reused(_ size: Int) -> Block? {
    let address: UInt? = state.withLock { state in
      state.clock += 1
      state.lastUse[size] = state.clock
      guard let address = state.free[size]?.popLast() else { return nil }
      state.kept -= size
      return address
    }
    return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }.map {
      Block(address: $0, byteCount: size)
    }
  }

  func give(_ block: Block) {
    let surplus: [UInt] = state.withLock { state in
      let address = UInt(bitPattern: block.address)
      if block.byteCount > limit { return [address] }
      var surplus: [UInt] = []
      while state.kept + block.byteCount > limit {
        let sizes = state.free.keys.filter { $0 != block.byteCount || state.free.count == 1 }
        guard
          let oldest = sizes.min(by: {
            state.lastUse[$0, default: 0] < state.lastUse[$1, default: 0]
          }),
          let freed = state.free.removeValue(forKey: oldest)
        else { break }
        state.kept -= freed.count * oldest
        surplus += freed
      }
      state.free[block.byteCount, default: []].append(address)
      state.kept += block.byteCount
      return surplus
    }
    Self.release(surplus)
  }

  /// Gives everything that is free back to the system.
  func clear() {
    let freed: [UInt] = state.withLock { state in
      let all = state.free.values.flatMap(\.self)
      state.free = [:]
      state.kept = 0
      return all
    }
    Self.release(freed)
  }

  private static func release(_ addresses: [UInt]) {
    for address in addresses {
      AlignedMemory.release(UnsafeMutableRawPointer(bitPattern: address))
    }
  }

  /// The bytes that programs can still have: `MemAvailable` of `/proc/meminfo`.
  static func availableMemory() -> Int {
    let file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return physicalMemory }
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &text, text.count)
    let line = text.prefix(max(count, 0)).split(separator: UInt8(ascii: "\n")).first {
      $0.starts(with: "MemAvailable:".utf8)
    }
    guard let digits = line?.filter({ (0x30...0x39).contains($0) }),
      let kibibytes = Int(String(decoding: digits, as: UTF8.self))
    else { return physicalMemory }
    return kibibytes * 1024
  }

  static let physicalMemory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
}

/// The memory of all tensors.
public enum TensorMemory {
  /// At most a gibibyte, or an eighth of a smaller machine, is kept to be used again.
  static let pool = MemoryPool(limit: min(1 << 30, MemoryPool.physicalMemory / 8))

  /// How often a tensor's memory came from the system and not from a tensor that is gone: work that
  /// is repeated with the same shapes leaves it as it is.
  public static var allocations: Int { pool.allocations }

  /// The bytes that stand ready to be used again.
  public static var keptBytes: Int { pool.kept }

  /// Gives what stands ready back to the system.
  public static func clear() { pool.clear() }
}
