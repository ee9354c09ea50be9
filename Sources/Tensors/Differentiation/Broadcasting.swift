/// The way back through broadcasting.
enum Broadcasting {
  /// Adds up what repeated elements got: a cotangent in a broadcast shape brought back to `shape`.
  ///
  /// Each result is one chain of adds over the repeated axes, row-major ascending, that starts at the
  /// buffer (or +0) and ends with + 0.0. Without a buffer and without repeated axes it is the cotangent.
  static func folded(_ cotangent: Tensor, to shape: [Int], from buffer: Tensor?)
    throws(TensorError) -> Tensor
  {
    if cotangent.shape == shape { return try buffer?.plus(cotangent) ?? cotangent }
    return cotangent.elementType == .f64
      ? try folded(cotangent, to: shape, from: buffer, Double.self)
      : try folded(cotangent, to: shape, from: buffer, Float.self)
  }

  private static func folded<T: DifferentiableElement>(
    _ cotangent: Tensor, to shape: [Int], from buffer: Tensor?, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    let walk = Walk(cotangent.shape, into: shape)
    return try Tensor.filled(shape, type) { out in
      try buffer?.reading(type) { _ = out.update(from: $0) }
      try cotangent.reading(type) { values in
        guard let from = values.baseAddress, let out = out.baseAddress else { return }
        var start = 0
        walk.forEachRow { offset in
          let to = out + offset
          if walk.rowStride == 0 {
            var sum = to[0]
            for i in 0..<walk.row { sum = sum + from[start + i] }
            to[0] = sum
          } else {
            for i in 0..<walk.row { to[i] = to[i] + from[start + i] }
          }
          start += walk.row
        }
      }
      for index in out.indices { out[index] = out[index] + 0 }
    }
  }

  /// A walk over a broadcast shape in row-major order that tells where each row's results lie.
  private struct Walk {
    /// Axes joined where they are repeated alike, outermost first.
    private var extents: [Int] = []
    private var strides: [Int] = []
    var row: Int { extents.last ?? 1 }
    var rowStride: Int { strides.last ?? 0 }

    init(_ shape: [Int], into target: [Int]) {
      let missing = shape.count - target.count
      var own = [Int](repeating: 0, count: shape.count)
      var step = 1
      for axis in shape.indices.reversed() where axis >= missing {
        let extent = target[axis - missing]
        if extent != 1 { own[axis] = step }
        step *= extent
      }
      for axis in shape.indices where shape[axis] != 1 {
        if let last = strides.indices.last,
          strides[last] == own[axis] * shape[axis], (strides[last] == 0) == (own[axis] == 0)
        {
          extents[last] *= shape[axis]
          strides[last] = own[axis]
        } else {
          extents.append(shape[axis])
          strides.append(own[axis])
        }
      }
    }

    func forEachRow(_ body: (Int) -> Void) {
      if extents.contains(0) { return }
      let outer = extents.dropLast()
      var index = [Int](repeating: 0, count: outer.count)
      var offset = 0
      while true {
        body(offset)
        var axis = outer.count - 1
        while axis >= 0 {
          index[axis] += 1
          offset += strides[axis]
          if index[axis] < extents[axis] { break }
          offset -= strides[axis] * extents[axis]
          index[axis] = 0
          axis -= 1
        }
        if axis < 0 { return }
      }
    }
  }
}
