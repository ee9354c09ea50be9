import Kernels

/// How ``Variable/segmented(_:by:segments:empty:)`` brings the rows of a segment together.
public enum SegmentReduction: String, Sendable, CaseIterable {
  case sum
  case mean
  case max
}

/// Rows brought together by segment: the kernels of ``Segments``.
struct DifferentiableSegments: KernelOperation {
  let reduction: SegmentReduction
  /// i32, one a row.
  let ids: Tensor
  let segments: Int
  /// The mean or maximum of no rows.
  let empty: Double?

  var name: String { "segment \(reduction)" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let x = inputs[0]
    let width = x.shape.dropFirst().reduce(1, *)
    let shape = [segments] + x.shape.dropFirst()
    let empty = empty.map { T($0) }
    var results: [Tensor?] = []
    // Which row has the maximum; of no size where that is not asked.
    let winners = try Tensor.filled(reduction == .max ? shape : [0], Int32.self) { winners in
      results = try KernelCall.run(type, reading: [x], writing: [.init(shape)]) {
        inputs, outputs in
        guard let x = inputs[0], let y = outputs[0] else { return }
        try ids.withElements(of: Int32.self) { ids in
          switch reduction {
          case .sum: try Segments.sum(x, ids: ids, into: y, segments: segments, width: width)
          case .mean:
            try Segments.mean(
              x, ids: ids, empty: empty, into: y, segments: segments, width: width)
          case .max:
            try Segments.max(
              x, ids: ids, empty: empty, into: y, winners: winners, segments: segments,
              width: width)
          }
        }
      }
    }
    return Evaluation(try KernelCall.first(results, name), saving: [winners])
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let shape = pass.inputs[0].shape
    let width = shape.dropFirst().reduce(1, *)
    return try KernelCall.run(type, reading: [pass.cotangent], writing: [.init(shape)]) {
      inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      try ids.withElements(of: Int32.self) { ids in
        switch reduction {
        case .sum:
          try Segments.sumGradient(dy, ids: ids, into: dx, segments: segments, width: width)
        case .mean:
          try Segments.meanGradient(dy, ids: ids, into: dx, segments: segments, width: width)
        case .max:
          try pass.saved[0].withElements(of: Int32.self) { winners in
            try Segments.maxGradient(
              dy, ids: ids, winners: winners, into: dx, segments: segments, width: width)
          }
        }
      }
    }
  }
}

extension Variable {
  /// Rows `[rows, …]` brought together by segment: `[segments, …]`.
  ///
  /// - Parameters:
  ///   - ids: i32 `[rows]`, which segment each row belongs to, in any order.
  ///   - segments: one more than the greatest id unless given.
  ///   - empty: the mean or maximum of no rows, which without it are an error; the sum is 0.
  public func segmented(
    _ reduction: SegmentReduction, by ids: Tensor, segments: Int? = nil, empty: Double? = nil
  ) throws(TensorError) -> Variable {
    let name = "segment \(reduction)"
    guard rank > 0, ids.shape == [shape[0]] else {
      throw .shapeMismatch(operation: name, left: shape, right: ids.shape)
    }
    guard ids.elementType == .i32 else {
      throw .elementType(operation: name, found: ids.elementType, needed: "ids of i32")
    }
    var count = try ids.reading(Int32.self) { Int($0.max() ?? -1) + 1 }
    if let segments { count = segments }
    guard count >= 0 else {
      throw .invalidArgument(operation: name, reason: "there cannot be \(count) segments")
    }
    try DifferentiableSelection.check(ids, along: 0, of: [count], name)
    return try Self.result(
      of: DifferentiableSegments(reduction: reduction, ids: ids, segments: count, empty: empty),
      self)
  }
}
