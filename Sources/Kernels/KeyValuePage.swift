import CKernels

/// Sixteen entries of one key head: what caches are made of.
///
/// Keys lie as `[width][16]`, so that one vector load takes a component of 16 keys, then values as
/// `[16][width]`. A page that several caches hold is never written: who writes copies it first.
final class KeyValuePage: @unchecked Sendable {
  static let entries = Int(CK_KEY_GROUP)

  let width: Int
  let numbers: UnsafeMutablePointer<Float>

  /// A page of zeros.
  init(width: Int) throws(KernelError) {
    let count = try KernelError.extent("key page", 2 * Self.entries, width)
    self.width = width
    numbers = try AlignedMemory.allocate(Float.self, count, for: "key page")
    numbers.initialize(repeating: 0, count: count)
  }

  init(copying other: KeyValuePage) throws(KernelError) {
    width = other.width
    let count = 2 * Self.entries * width
    numbers = try AlignedMemory.allocate(Float.self, count, for: "key page")
    numbers.initialize(from: other.numbers, count: count)
  }

  deinit { AlignedMemory.release(numbers) }

  /// Writes entry `place`, below 16; both hold `width` numbers.
  func store(_ place: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>) {
    ck_store_entry_f32(key, value, numbers, place, width)
  }

  /// Reads entry `place` into room for `width` numbers each.
  func load(
    _ place: Int, key: UnsafeMutablePointer<Float>?, value: UnsafeMutablePointer<Float>?
  ) {
    ck_load_entry_f32(numbers, place, width, key, value)
  }
}
