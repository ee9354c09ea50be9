import Tensors

extension Value {
  /// How many items, scalars, rows or fields: what `len` says; nil where that makes no sense.
  public var length: Int? {
    switch self {
    case .string(let text): text.unicodeScalars.count
    case .list(let items): items.count
    case .record(let record): record.count
    case .table(let table): table.rowCount
    case .tensor(let tensor): tensor.shape.first
    case .range(let range): range.count
    case .object(let object): object.items?.count
    case .null, .bool, .int, .float, .function: nil
    }
  }

  /// The part at `bounds`, which lie in `0..<length`, of the same type: a text's scalars, a table's
  /// rows, a tensor's parts along its first axis; nil where there are no items.
  public func part(_ bounds: Range<Int>) throws -> Value? {
    switch self {
    case .string(let text):
      let scalars = text.unicodeScalars
      let start = scalars.index(scalars.startIndex, offsetBy: bounds.lowerBound)
      let end = scalars.index(start, offsetBy: bounds.count)
      return .string(String(scalars[start..<end]))
    case .list(let items): return .list(Array(items[bounds]))
    case .table(let table): return .table(table.selecting(Array(bounds)))
    case .tensor(let tensor):
      return .tensor(
        try tensor.indexed([.range(start: bounds.lowerBound, end: bounds.upperBound)]))
    case .range(let range):
      return .range(
        RangeValue(
          range.lower &+ bounds.lowerBound, through: range.lower &+ bounds.upperBound &- 1))
    default: return items.map { .list(Array($0[bounds])) }
    }
  }

  /// The items at `indices` in their order, of the same type; nil where there are no items.
  public func selecting(_ indices: [Int]) throws -> Value? {
    switch self {
    case .table(let table): return .table(table.selecting(indices))
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var result = String.UnicodeScalarView()
      for index in indices { result.append(scalars[index]) }
      return .string(String(result))
    case .range(let range): return .list(indices.map { .int(range[$0]) })
    case .tensor(let tensor) where tensor.rank > 0: return .tensor(try tensor.taking(indices))
    default: return items.map { items in .list(indices.map { items[$0] }) }
    }
  }

  /// One item, row, scalar or part; `index` lies in `0..<length`.
  public func item(_ index: Int) -> Value? {
    switch self {
    case .list(let items): return items[index]
    case .table(let table): return .record(table.row(index))
    case .range(let range): return .int(range[index])
    case .string(let text):
      let scalars = text.unicodeScalars
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: index)]))
    case .tensor(let tensor): return (try? tensor.indexed([.at(index)])).map(Value.number)
    default: return items?[index]
    }
  }

  /// The first item that is equal to this one, or nil.
  public func firstIndex(of wanted: Value) -> Int? {
    items?.firstIndex { $0.isEqual(to: wanted) }
  }
}
