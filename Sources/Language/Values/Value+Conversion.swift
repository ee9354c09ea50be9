import Tensors

extension Value {
  /// What `for`, `map` and their kind walk over: a list's items, a range's integers, a table's
  /// rows, a tensor's parts along its first axis, a text's scalars are not included.
  public var items: [Value]? {
    switch self {
    case .list(let items): items
    case .range(let range):
      range.count > Value.itemLimit ? nil : (0..<range.count).map { .int(range[$0]) }
    case .table(let table): table.rows.map(Value.record)
    case .tensor(let tensor): tensor.parts
    case .object(let object): object.items
    default: nil
    }
  }

  /// As a table: also a list of records and a record of equally long lists or of single values.
  public var asTable: Table? {
    switch self {
    case .table(let table): return table
    case .record(let record): return Table(rows: [record])
    case .list(let items):
      var rows: [Record] = []
      rows.reserveCapacity(items.count)
      for item in items {
        guard case .record(let row) = item else { return nil }
        rows.append(row)
      }
      return Table(rows: rows)
    case .object(let object): return object.items.flatMap { Value.list($0).asTable }
    default: return nil
    }
  }

  /// As a tensor: numbers, and lists of numbers nested to equal lengths. Integers give i32 where
  /// they fit and f64 otherwise, floats f32, booleans bool; nil where there is something else.
  ///
  /// - Throws: ``LanguageError/lengthsDiffer(what:a:b:)`` for ragged lists, tensor errors.
  public func asTensor() throws -> Tensor? {
    switch self {
    case .tensor(let tensor): return tensor
    case .int, .float, .bool, .list, .range: break
    default: return nil
    }
    var shape: [Int] = []
    var flat: [Value] = []
    guard try flatten(depth: 0, shape: &shape, into: &flat) else { return nil }
    let allBool = flat.allSatisfy { if case .bool = $0 { true } else { false } }
    if allBool && !flat.isEmpty {
      return try Tensor(flat.map { if case .bool(true) = $0 { true } else { false } }, shape: shape)
    }
    if flat.contains(where: { if case .bool = $0 { true } else { false } }) { return nil }
    let allInt = flat.allSatisfy { if case .int = $0 { true } else { false } }
    if allInt && !flat.isEmpty {
      let small = flat.compactMap { $0.intValue.flatMap(Int32.init(exactly:)) }
      if small.count == flat.count { return try Tensor(small, shape: shape) }
      return try Tensor(flat.map { $0.doubleValue ?? 0 }, shape: shape)
    }
    return try Tensor(flat.map { Float($0.doubleValue ?? 0) }, shape: shape)
  }

  /// Appends the numbers of a nested list in row-major order; false where something else is met.
  private func flatten(depth: Int, shape: inout [Int], into flat: inout [Value]) throws -> Bool {
    switch self {
    case .int, .float, .bool:
      if depth != shape.count { return false }
      flat.append(self)
      return true
    case .list, .range:
      guard let items else { return false }
      if depth == shape.count {
        // Depth first: the first branch fixes the shape, so it must not be fixed by a leaf before.
        if !flat.isEmpty || shape.count >= 8 { return false }
        shape.append(items.count)
      } else if shape[depth] != items.count {
        throw LanguageError.lengthsDiffer(what: "a tensor's rows", a: shape[depth], b: items.count)
      }
      for item in items where try !item.flatten(depth: depth + 1, shape: &shape, into: &flat) {
        return false
      }
      return true
    default: return false
    }
  }
}

extension Tensor {
  /// The parts along the first axis: numbers for rank 1, tensors above; nil for rank 0.
  var parts: [Value]? {
    guard rank > 0 else { return nil }
    if rank == 1 { return (0..<count).compactMap { (try? scalar(at: $0)).map(Value.init) } }
    return (0..<shape[0]).compactMap { (try? indexed([.at($0)])).map(Value.tensor) }
  }
}

extension Value {
  /// An element of a tensor as a value.
  public init(_ scalar: TensorScalar) {
    switch scalar {
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .bool(let value): self = .bool(value)
    }
  }

  /// A tensor as a value; rank 0 becomes a number.
  public static func number(_ tensor: Tensor) -> Value {
    tensor.rank == 0
      ? (try? tensor.scalar(at: 0)).map(Value.init) ?? .tensor(tensor) : .tensor(tensor)
  }
}
