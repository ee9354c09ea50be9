@testable import Tensors

/// Draws tensors, and views of them that are anything but contiguous.
struct RandomViews {
  private var stream: RandomStream

  init(_ seed: Int) { stream = RandomStream(seed: UInt64(seed), path: ["views"]) }

  mutating func int(below bound: Int) -> Int { stream.int(below: bound) }

  /// Elements of a type; small integers, so that sums and products of them fit.
  mutating func tensor(_ shape: [Int], _ type: ElementType = .f32) throws -> Tensor {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { _ in stream.normal() * 3 }
    let tensor = try Tensor(values, shape: shape)
    switch type {
    case .u8: return try Tensor.apply(.abs, tensor).cast(to: .u8)
    case .bool: return try Tensor.apply(.greater, .tensor(tensor), .scalar(.int(0)))
    default: return try tensor.cast(to: type)
    }
  }

  /// A view of the given shape: transposed, cut out by steps up and down, repeated.
  mutating func view(_ shape: [Int], _ type: ElementType = .f32) throws -> Tensor {
    var order = Array(shape.indices)
    if !order.isEmpty { order = stream.permutation(order.count) }
    var indexes: [TensorIndex] = []
    var base: [Int] = []
    for axis in order {
      let extent = shape[axis]
      switch int(below: 5) {
      case 0:
        base.append(extent)
        indexes.append(.all)
      case 1:
        base.append(extent + 3)
        indexes.append(.range(start: 2, end: -1))
      case 2:
        base.append(extent * 2 + 1)
        indexes.append(.steps(start: 1, end: nil, step: 2))
      case 3:
        base.append(extent)
        indexes.append(.steps(start: nil, end: nil, step: -1))
      default:
        base.append(extent * 3)
        indexes.append(.steps(start: nil, end: nil, step: -3))
      }
    }
    var back = [Int](repeating: 0, count: order.count)
    for (place, axis) in order.enumerated() { back[axis] = place }
    let cut = try tensor(base, type).indexed(indexes).transposed(back)
    // Sometimes one axis is a single place, repeated.
    guard !shape.isEmpty, int(below: 4) == 0 else { return cut }
    let axis = int(below: shape.count)
    guard shape[axis] > 0 else { return cut }
    let one = try cut.indexed(
      shape.indices.map { $0 == axis ? .range(start: 0, end: 1) : .all })
    return try one.broadcast(to: shape)
  }

  mutating func shape(rank: Int, upTo most: Int = 6) -> [Int] {
    (0..<rank).map { _ in int(below: 12) == 0 ? 0 : 1 + int(below: most) }
  }
}

extension Tensor {
  /// A copy with its own contiguous memory, made one element at a time.
  func naiveCopy() throws -> Tensor {
    let scalars = try (0..<count).map { try scalar(at: $0) }
    let doubles = scalars.map(\.double)
    return try Tensor(doubles, shape: shape).cast(to: elementType)
  }
}
