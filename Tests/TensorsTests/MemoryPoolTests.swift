import Kernels
import Testing

@testable import Tensors

@Suite("Pooled memory") struct MemoryPoolTests {
  @Test("sizes are rounded up by an eighth at most")
  func sizes() throws {
    #expect(MemoryPool.rounded(0) == 64)
    #expect(MemoryPool.rounded(64) == 64)
    #expect(MemoryPool.rounded(65) == 128)
    for bytes in stride(from: 513, to: 1 << 20, by: 97) {
      let rounded = try #require(MemoryPool.rounded(bytes))
      #expect(rounded >= bytes && rounded % 64 == 0 && rounded - bytes <= bytes / 8 + 64)
      #expect(MemoryPool.rounded(rounded) == rounded)
    }
    #expect(MemoryPool.rounded(.max) == nil)
  }

  @Test("what is given back is taken again, up to the limit")
  func reuse() throws {
    let pool = MemoryPool(limit: 1000)
    let first = try pool.take(300)
    pool.give(first)
    #expect(pool.kept == 320)
    #expect(try pool.take(310).address == first.address)
    #expect(pool.allocations == 1 && pool.kept == 0)
    pool.give(first)
    // Two pieces more than the limit holds: the size that waited longest goes.
    pool.give(try pool.take(512))
    #expect(pool.kept == 832)
    pool.give(try pool.take(256))
    #expect(pool.kept == 768 && pool.allocations == 3)
    pool.give(try pool.take(2000))
    #expect(pool.kept == 768, "what is larger than the limit is not kept")
    pool.clear()
    #expect(pool.kept == 0)
  }

  @Test("no machine has so much")
  func shortage() throws {
    let pool = MemoryPool(limit: 0)
    #expect(throws: MemoryPool.Shortage.self) { try pool.take(1 << 50) }
    #expect(throws: MemoryPool.Shortage.self) { try pool.take(.max) }
    #expect(MemoryPool.availableMemory() > 1 << 20)
    #expect {
      try Tensor.zeros([1 << 44])
    } throws: { error in
      guard
        case .memory([17_592_186_044_416], 70_368_744_177_664, let free)? = error as? TensorError
      else { return false }
      return free > 0
    }
  }

  @Test("many threads may share a pool")
  func threads() async throws {
    let pool = MemoryPool(limit: 1 << 16)
    await withTaskGroup(of: Bool.self) { group in
      for worker in 0..<8 {
        group.addTask {
          for round in 0..<500 {
            guard let block = try? pool.take(64 + (worker * 37 + round * 101) % 4000) else {
              return false
            }
            let mark = UInt64(worker << 32 | round)
            block.address.storeBytes(of: mark, as: UInt64.self)
            if block.address.load(as: UInt64.self) != mark { return false }
            pool.give(block)
          }
          return true
        }
      }
      for await isRight in group { #expect(isRight) }
    }
    #expect(pool.kept <= 1 << 16)
  }

  @Test("the same work again takes nothing from the system")
  func steadyState() throws {
    let x = try Tensor((0..<2_000).map { Float($0) / 100 }, shape: [40, 50])
    let w = try Tensor((0..<2_000).map { Float($0) / 1000 }, shape: [50, 40])
    func step() throws -> Tensor {
      let h = try Tensor.apply(.tanh, x.matmul(w))
      let y = try Tensor.apply(.add, h.softmax(), h.transposed())
      return try y.reduced(.sum, axis: 0).cast(to: .f16)
    }
    let first = try step()
    // Other tests run beside this one and may take what is kept; once they must not.
    var moved = 1
    for _ in 0..<2_000 where moved > 0 {
      let before = TensorMemory.allocations
      #expect(try step() == first)
      moved = TensorMemory.allocations - before
    }
    #expect(moved == 0)
  }
}
