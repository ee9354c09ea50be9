/// Memory with elements of one type, aligned to 64 bytes; tensors that are views share it.
///
/// It is written by whoever makes it and afterwards only by a tensor that alone holds it.
final class TensorBuffer: @unchecked Sendable {
  let elementType: ElementType
  let memory: UnsafeMutableRawPointer
  /// Nil where the memory is not the pool's.
  private let block: MemoryPool.Block?

  /// Memory for the elements of a shape, not initialized.
  init(_ elementType: ElementType, shape: [Int]) throws(TensorError) {
    let count = try Shape.count(shape, of: elementType)
    do throws(MemoryPool.Shortage) {
      let block = try TensorMemory.pool.take(count * elementType.byteCount)
      (self.block, memory) = (block, block.address)
    } catch {
      throw .memory(shape: shape, needed: error.needed, available: error.available)
    }
    self.elementType = elementType
    bind(count)
  }

  /// Memory for values at hand, not initialized; without any, the program ends as it does where
  /// an array cannot grow.
  init(_ elementType: ElementType, count: Int) {
    let byteCount = count * elementType.byteCount
    if let block = try? TensorMemory.pool.take(byteCount) {
      (self.block, memory) = (block, block.address)
    } else {
      block = nil
      memory = .allocate(byteCount: max(byteCount, 64), alignment: 64)
    }
    self.elementType = elementType
    bind(count)
  }

  deinit {
    if let block { TensorMemory.pool.give(block) } else { memory.deallocate() }
  }

  private func bind(_ count: Int) {
    switch elementType {
    case .f32: memory.bindMemory(to: Float.self, capacity: count)
    case .f64: memory.bindMemory(to: Double.self, capacity: count)
    case .f16: memory.bindMemory(to: Binary16.self, capacity: count)
    case .bf16: memory.bindMemory(to: BFloat16.self, capacity: count)
    case .i32: memory.bindMemory(to: Int32.self, capacity: count)
    case .i8: memory.bindMemory(to: Int8.self, capacity: count)
    case .u8: memory.bindMemory(to: UInt8.self, capacity: count)
    case .bool: memory.bindMemory(to: Bool.self, capacity: count)
    }
  }
}
