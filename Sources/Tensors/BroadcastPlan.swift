/// How two operands of different shapes are walked together.
struct BroadcastPlan {
  /// The result's extents and each operand's strides, neighbouring axes joined where they can be.
  private(set) var extents: [Int]
  private(set) var leftStrides: [Int]
  private(set) var rightStrides: [Int]
  let count: Int

  init(left: [Int], right: [Int], result: [Int]) {
    let a = Shape.strides(left, repeatedTo: result)
    let b = Shape.strides(right, repeatedTo: result)
    count = result.contains(0) ? 0 : result.reduce(1, &*)
    (extents, leftStrides, rightStrides) = ([], [], [])
    for axis in result.indices where result[axis] != 1 {
      if let last = extents.indices.last,
        leftStrides[last] == a[axis] &* result[axis],
        rightStrides[last] == b[axis] &* result[axis]
      {
        extents[last] &*= result[axis]
        (leftStrides[last], rightStrides[last]) = (a[axis], b[axis])
      } else {
        extents.append(result[axis])
        leftStrides.append(a[axis])
        rightStrides.append(b[axis])
      }
    }
    if extents.isEmpty { (extents, leftStrides, rightStrides) = ([1], [0], [0]) }
  }

  /// The results of `body` for every pair, in the result's row-major order.
  @inline(__always)
  func map<Element, Result>(
    _ left: [Element], _ right: [Element], _ body: (Element, Element) -> Result
  ) -> [Result] {
    if count == 0 { return [] }
    let row = extents[extents.count - 1]
    let (stepLeft, stepRight) = (leftStrides[extents.count - 1], rightStrides[extents.count - 1])
    return [Result](unsafeUninitializedCapacity: count) { out, written in
      left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
          Shape.forEachRow(extents, [leftStrides, rightStrides]) { offsets in
            // Neither operand of a result with elements is empty.
            guard let left = left.baseAddress, let right = right.baseAddress,
              let out = out.baseAddress
            else { return }
            let (a, b, to) = (left + offsets[0], right + offsets[1], out + written)
            switch (stepLeft, stepRight) {
            case (1, 1): for i in 0..<row { (to + i).initialize(to: body(a[i], b[i])) }
            case (1, 0):
              let scalar = b[0]
              for i in 0..<row { (to + i).initialize(to: body(a[i], scalar)) }
            case (0, 1):
              let scalar = a[0]
              for i in 0..<row { (to + i).initialize(to: body(scalar, b[i])) }
            default:
              for i in 0..<row {
                (to + i).initialize(to: body(a[i &* stepLeft], b[i &* stepRight]))
              }
            }
            written += row
          }
        }
      }
    }
  }
}
