extension Tensor {
  /// Along one axis, the places that put its elements in order; of equal ones the first comes first.
  ///
  /// - Throws: ``TensorError/notANumber(operation:)`` for a NaN.
  /// - Complexity: O(elements · log extent).
  public func sortedIndices(axis: Int = -1, descending: Bool = false) throws(TensorError) -> Tensor
  {
    try alongLast(axis) { rows throws(TensorError) in
      let values = rows.doubles
      if values.contains(where: \.isNaN) { throw .notANumber(operation: "argsort") }
      let width = rows.shape[rows.rank - 1]
      var result: [Int32] = []
      result.reserveCapacity(values.count)
      for start in stride(from: 0, to: values.count, by: max(width, 1)) {
        let order = (0..<width).sorted { a, b in
          let (x, y) = (values[start + a], values[start + b])
          return x == y ? a < b : descending ? x > y : x < y
        }
        result += order.map(Int32.init)
      }
      return try Tensor(result, shape: rows.shape)
    }
  }

  /// Where the condition is true the element of `yes`, else that of `no`; all three broadcast.
  public static func choose(_ condition: Tensor, _ yes: Tensor, _ no: Tensor)
    throws(TensorError) -> Tensor
  {
    guard condition.elementType == .bool else {
      throw .elementType(
        operation: "where", found: condition.elementType, needed: "truth values")
    }
    let type = ElementType.common(yes.elementType, no.elementType)
    let inner = try Shape.broadcast(yes.shape, no.shape, operation: "where")
    let shape = try Shape.broadcast(condition.shape, inner, operation: "where")
    _ = try Shape.count(shape, of: type)
    guard let flags = try condition.broadcast(to: shape).bools else { return condition }
    let a = try yes.cast(to: type).broadcast(to: shape)
    let b = try no.cast(to: type).broadcast(to: shape)
    func pick<T>(_ a: [T], _ b: [T]) -> [T] { flags.indices.map { flags[$0] ? a[$0] : b[$0] } }
    let chosen: TensorStorage
    switch (a.storage, b.storage) {
    case (.f32(let a), .f32(let b)): chosen = .f32(pick(a, b))
    case (.f64(let a), .f64(let b)): chosen = .f64(pick(a, b))
    case (.i32(let a), .i32(let b)): chosen = .i32(pick(a, b))
    case (.u8(let a), .u8(let b)): chosen = .u8(pick(a, b))
    case (.bool(let a), .bool(let b)): chosen = .bool(pick(a, b))
    default: throw .elementType(operation: "where", found: type, needed: "equal element types")
    }
    return Tensor(unchecked: chosen, shape: shape)
  }

  /// Rows of zeros with a 1 where each index says: `[…, classes]`, f32.
  public func oneHot(classes: Int) throws(TensorError) -> Tensor {
    guard let indices = int32s else {
      throw .elementType(operation: "one_hot", found: elementType, needed: "integers")
    }
    let shape = shape + [classes]
    let total = try Shape.count(shape, of: .f32)
    var values = [Float](repeating: 0, count: total)
    for (row, index) in indices.enumerated() {
      guard index >= 0, Int(index) < classes else {
        throw .indexOutOfRange(index: Int(index), axis: shape.count - 1, shape: shape)
      }
      values[row * classes + Int(index)] = 1
    }
    return try Tensor(values, shape: shape)
  }
}
