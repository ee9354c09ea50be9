import Kernels

extension Tensor {
  /// Distances (or likenesses) between rows `[rows, width]` and codes `[count, width]` of f32 or f64:
  /// `[rows, count]`.
  public func distances(to codes: Tensor, by distance: CodeDistance = .squared)
    throws(TensorError) -> Tensor
  {
    try Self.checkReals([self, codes], operation: "distances")
    return elementType == .f64
      ? try Self.distances(distance, self, codes, Double.self)
      : try Self.distances(distance, self, codes, Float.self)
  }

  /// The nearest codes of each row, nearest first, of equally near ones the first: i32 indices and
  /// distances, both `[rows, count]`.
  ///
  /// - Throws: ``TensorError/kernel(_:)`` for a count that there is not, and for a distance that is NaN.
  public func nearest(_ count: Int = 1, of codes: Tensor, by distance: CodeDistance = .squared)
    throws(TensorError) -> (indices: Tensor, distances: Tensor)
  {
    try Self.checkReals([self, codes], operation: "nearest")
    return elementType == .f64
      ? try nearest(count, codes, distance, Double.self)
      : try nearest(count, codes, distance, Float.self)
  }

  static func distances<T: DifferentiableElement>(
    _ distance: CodeDistance, _ x: Tensor, _ codes: Tensor, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    try checkCodes(x, codes, "distances")
    let results = try KernelCall.run(
      type, reading: [x, codes], writing: [.init([x.shape[0], codes.shape[0]])]
    ) { inputs, outputs in
      guard let rows = inputs[0], let others = inputs[1], let y = outputs[0] else { return }
      try NearestCode.distances(
        distance, rows, codes: others, into: y, rows: x.shape[0], count: codes.shape[0],
        width: x.shape[1])
    }
    return try KernelCall.first(results, "distances")
  }

  private func nearest<T: DifferentiableElement>(
    _ count: Int, _ codes: Tensor, _ distance: CodeDistance, _ type: T.Type
  ) throws(TensorError) -> (indices: Tensor, distances: Tensor) {
    try Self.checkCodes(self, codes, "nearest")
    // The kernel refuses what is beyond.
    let shape = [self.shape[0], min(max(count, 0), codes.shape[0])]
    var results: [Tensor?] = []
    let indices = try Tensor.filled(shape, Int32.self) { indices in
      results = try KernelCall.run(type, reading: [self, codes], writing: [.init(shape)]) {
        inputs, outputs in
        guard let rows = inputs[0], let others = inputs[1], let y = outputs[0] else { return }
        try NearestCode.nearest(
          count, by: distance, rows, codes: others, indices: indices, distances: y,
          rows: self.shape[0], count: codes.shape[0], width: self.shape[1])
      }
    }
    return (indices, try KernelCall.first(results, "nearest"))
  }

  private static func checkCodes(_ x: Tensor, _ codes: Tensor, _ operation: String)
    throws(TensorError)
  {
    guard x.rank == 2, codes.rank == 2, x.shape[1] == codes.shape[1] else {
      throw .shapeMismatch(operation: operation, left: x.shape, right: codes.shape)
    }
  }
}
