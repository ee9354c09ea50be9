import Testing

@testable import Tensors

@Suite("Orders and nearest rows of tensors") struct OrderingTests {
  @Test("nearest codes, distances and orders of every type")
  func orders() throws {
    let x = try Tensor([Float(0), 1, 5, 5], shape: [2, 2])
    let codes = try Tensor([Float(0), 0, 4, 4, 0, 2], shape: [3, 2])
    let found = try x.nearest(2, of: codes)
    #expect(found.indices.int32s == [0, 2, 1, 2])
    #expect(found.distances.floats == [1, 1, 2, 34])
    #expect(try x.distances(to: codes, by: .dot).floats == [0, 4, 2, 0, 40, 10])
    #expect(throws: TensorError.self) { try x.nearest(4, of: codes) }
    #expect(throws: TensorError.self) { try x.distances(to: Tensor([Float(1)])) }
    for type in ElementType.allCases where type != .bool {
      let values = try Tensor([3.0, 1, 2, 1], shape: [4, 1]).cast(to: type)
      let (sorted, indices) = try values.sorted(axis: 0, descending: true)
      #expect(sorted.elementType == type && sorted.doubles == [3, 2, 1, 1])
      #expect(indices.int32s == [0, 2, 1, 3] && indices.shape == [4, 1])
      #expect(try values.top(2, axis: 0, largest: false).indices.int32s == [1, 3])
    }
  }
}
