import Kernels

/// Values of rows in order, or the first or the k-th of them: the kernels of ``Ordering``. The second
/// output is their indices, i32; cotangents go back to where the values came from.
struct DifferentiableOrder: KernelOperation {
  enum Part: Sendable, Equatable {
    case all
    case first(Int)
    case only(Int)
  }

  let part: Part
  let descending: Bool

  var name: String {
    switch part {
    case .all: "sort"
    case .first: "top-k"
    case .only: "k-th value"
    }
  }

  /// How many values of a row of `width` there are.
  private func count(_ width: Int) -> Int {
    switch part {
    case .all: width
    // The kernel refuses what is beyond.
    case .first(let k): min(max(k, 0), width)
    case .only: 1
    }
  }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let (values, indices) = try ordered(inputs[0], type)
    return Evaluation(outputs: [values, indices])
  }

  /// The values and where they were, along the last axis.
  func ordered<T: OrderedNumber & TensorElement>(_ x: Tensor, _ type: T.Type)
    throws(TensorError) -> (values: Tensor, indices: Tensor)
  {
    do { return try orderedRows(x, type) } catch {
      if case .kernel(.notANumber) = error { throw .notANumber(operation: name) }
      throw error
    }
  }

  private func orderedRows<T: OrderedNumber & TensorElement>(_ x: Tensor, _ type: T.Type)
    throws(TensorError) -> (values: Tensor, indices: Tensor)
  {
    let (rows, width) = try KernelCall.rows(x, name)
    let shape = Array(x.shape.dropLast()) + [count(width)]
    var values: Tensor?
    let indices = try Tensor.filled(shape, Int32.self) { indices in
      values = try Tensor(shape: shape, of: type) { values in
        try x.withElements(of: type) { x in
          switch part {
          case .all:
            try Ordering.sort(
              x, descending: descending, values: values, indices: indices, rows: rows,
              width: width)
          case .first(let k):
            try Ordering.top(
              k, of: x, largest: descending, values: values, indices: indices, rows: rows,
              width: width)
          case .only(let k):
            try Ordering.kth(
              k, of: x, largest: descending, values: values, indices: indices, rows: rows,
              width: width)
          }
        }
      }
    }
    return (try KernelCall.first([values], name), indices)
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let (rows, width) = try KernelCall.rows(pass.inputs[0], name)
    return try KernelCall.run(
      type, reading: [pass.cotangent], writing: [.init(pass.inputs[0].shape)]
    ) { inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      try pass.outputs[1].withElements(of: Int32.self) { indices in
        try Ordering.gradient(
          dy, indices: indices, into: dx, k: count(width), rows: rows, width: width)
      }
    }
  }
}

extension Variable {
  /// In order along an axis, with the indices that the values had (i32); of equal ones the first comes
  /// first.
  ///
  /// - Throws: ``TensorError/notANumber(operation:)`` for a NaN.
  public func sorted(axis: Int = -1, descending: Bool = false) throws(TensorError)
    -> (values: Variable, indices: Tensor)
  {
    try ordered(axis, DifferentiableOrder(part: .all, descending: descending))
  }

  /// The k largest along an axis, the largest first, or the k smallest, with their indices.
  public func top(_ k: Int, axis: Int = -1, largest: Bool = true) throws(TensorError)
    -> (values: Variable, indices: Tensor)
  {
    try ordered(axis, DifferentiableOrder(part: .first(k), descending: largest))
  }

  /// The k-th smallest along an axis, which keeps an extent of 1, or the k-th largest; k counts from 1.
  public func kth(_ k: Int, axis: Int = -1, largest: Bool = false) throws(TensorError)
    -> (values: Variable, indices: Tensor)
  {
    try ordered(axis, DifferentiableOrder(part: .only(k), descending: largest))
  }

  private func ordered(_ axis: Int, _ operation: DifferentiableOrder) throws(TensorError)
    -> (values: Variable, indices: Tensor)
  {
    let axis = try value.resolved([axis])[0]
    if axis == rank - 1 {
      let results = try Self.results(of: operation, [self])
      return (results[0], results[1].value)
    }
    var order = Array(shape.indices)
    order.swapAt(axis, rank - 1)
    let results = try Self.results(of: operation, [transposed(order)])
    return (try results[0].transposed(order), try results[1].value.transposed(order))
  }
}
