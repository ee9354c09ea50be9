extension Tensor {
  /// Multiplies tensors and sums over axes, which the pattern names: `"b h q d, b h k d -> b h q k"`.
  ///
  /// A name that the result lacks is summed over; a name that an operand has twice takes its diagonal.
  /// The order of operations, which fixes the bits:
  ///
  /// 1. Operands are taken from left to right, two at a time.
  /// 2. Names of one operand alone that nothing after needs are summed before, as ``reduced(_:axis:)``
  ///    sums the row-major sequence of these axes in the order in which they first appear.
  /// 3. Names that both have and nothing after needs are contracted: each element is one chain of fused
  ///    multiply-adds from +0 over these axes, row-major, ascending, in the order in which they first
  ///    appear. Without any the chain has one link. Integers are exact.
  ///
  /// - Throws: ``TensorError/malformedPattern(pattern:column:reason:)``, shape errors for operands that
  ///   do not fit it.
  /// - Complexity: that of the batched matrix product into which each pair is brought.
  public static func contract(_ pattern: String, _ operands: Tensor...) throws(TensorError)
    -> Tensor
  {
    try contract(pattern, operands)
  }

  /// As ``contract(_:_:)-(String,Tensor...)``, for a list.
  public static func contract(_ pattern: String, _ operands: [Tensor]) throws(TensorError)
    -> Tensor
  {
    let parsed = try ContractionPattern(pattern)
    guard parsed.operands.count == operands.count else {
      throw .invalidArgument(
        operation: "contract",
        reason: "'\(pattern)' names \(parsed.operands.count) operands, \(operands.count) are given")
    }
    let order = parsed.names
    var parts: [NamedTensor] = []
    var extents: [String: [Int]] = [:]
    for (names, tensor) in zip(parsed.operands, operands) {
      let part = try NamedTensor(tensor, names)
      for (name, extent) in zip(part.names, part.tensor.shape) {
        guard let known = extents.updateValue(tensor.shape, forKey: name) else { continue }
        let same = parts.first { $0.names.contains(name) }?.extent(of: name)
        if same != extent {
          throw .shapeMismatch(
            operation: "contract (axis '\(name)')", left: known, right: tensor.shape)
        }
      }
      parts.append(part)
    }
    // What is needed after an operand: the result's names and those of the operands behind it.
    func needed(after index: Int) -> Set<String> {
      Set(parsed.output + parts[(index + 1)...].flatMap(\.names))
    }
    var result = try parts[0].summed(keeping: needed(after: 0), order)
    for index in parts.indices.dropFirst() {
      let kept = needed(after: index)
      let next = try parts[index].summed(keeping: kept.union(result.names), order)
      result = try result.multiplied(by: next, keeping: kept, order)
    }
    return try result.arranged(parsed.output).tensor.computed
  }

  /// In the type that operations give.
  fileprivate var computed: Tensor {
    get throws(TensorError) { try cast(to: elementType.computing) }
  }
}

/// A tensor whose axes have names, all different.
private struct NamedTensor {
  let tensor: Tensor
  let names: [String]

  private init(_ tensor: Tensor, unique names: [String]) {
    (self.tensor, self.names) = (tensor, names)
  }

  /// Names of a tensor's axes; equal ones take the diagonal.
  init(_ tensor: Tensor, _ names: [String]) throws(TensorError) {
    guard tensor.rank == names.count else {
      throw .invalidArgument(
        operation: "contract",
        reason: "'\(names.joined(separator: " "))' names \(names.count) axes of the shape "
          + "\(tensor.shape)")
    }
    var (unique, shape, strides) = ([String](), [Int](), [Int]())
    for (axis, name) in names.enumerated() {
      guard let place = unique.firstIndex(of: name) else {
        unique.append(name)
        shape.append(tensor.shape[axis])
        strides.append(tensor.strides[axis])
        continue
      }
      guard shape[place] == tensor.shape[axis] else {
        throw .invalidArgument(
          operation: "contract",
          reason: "'\(name)' names axes of different extents of the shape \(tensor.shape)")
      }
      strides[place] += tensor.strides[axis]
    }
    self.init(
      Tensor(viewing: tensor.buffer, shape: shape, strides: strides, offset: tensor.offset),
      unique: unique)
  }

  func extent(of name: String) -> Int? {
    names.firstIndex(of: name).map { tensor.shape[$0] }
  }

  /// The axes in another order of all names.
  func arranged(_ order: [String]) -> NamedTensor {
    NamedTensor(
      tensor.permuted(order.compactMap { names.firstIndex(of: $0) }), unique: order)
  }

  /// Without the axes that are not kept, which are summed over.
  func summed(keeping kept: Set<String>, _ order: [String]) throws(TensorError) -> NamedTensor {
    let gone = order.filter { names.contains($0) && !kept.contains($0) }
    if gone.isEmpty { return self }
    let left = names.filter { kept.contains($0) }
    let whole = arranged(left + gone).tensor
    let shape = Array(whole.shape.prefix(left.count))
    let length = try Shape.count(Array(whole.shape.dropFirst(left.count)))
    let sums = try whole.reshaped(shape + [length]).reduced(.sum, axis: left.count)
    return NamedTensor(sums, unique: left)
  }

  /// Multiplied element by element along shared names that are kept and contracted along the others.
  func multiplied(by other: NamedTensor, keeping kept: Set<String>, _ order: [String])
    throws(TensorError) -> NamedTensor
  {
    let shared = order.filter { names.contains($0) && other.names.contains($0) }
    let batch = shared.filter { kept.contains($0) }
    let inner = shared.filter { !kept.contains($0) }
    let rows = names.filter { !shared.contains($0) }
    let columns = other.names.filter { !shared.contains($0) }
    func extents(_ names: [String]) -> [Int] {
      names.compactMap { extent(of: $0) ?? other.extent(of: $0) }
    }
    let full = extents(batch + rows + columns)
    _ = try Shape.count(full)
    let (depth, height, width, length) = (
      try Shape.count(extents(batch)), try Shape.count(extents(rows)),
      try Shape.count(extents(columns)), try Shape.count(extents(inner))
    )
    let left = try arranged(batch + rows + inner).tensor.reshaped([depth, height, length])
    let right = try other.arranged(batch + inner + columns).tensor
      .reshaped([depth, length, width])
    return NamedTensor(
      try left.matmul(right).reshaped(full), unique: batch + rows + columns)
  }
}
