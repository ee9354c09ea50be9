import Tensors

/// An index as it was evaluated: one place or a range with open ends.
enum IndexValue {
  case at(Value)
  case range(from: Int?, to: Int?, closed: Bool)

  /// The half-open bounds of a range over `count` items, clipped as Python slices are.
  static func bounds(from: Int?, to: Int?, closed: Bool, count: Int) -> Range<Int> {
    func place(_ index: Int) -> Int { index < 0 ? max(0, index &+ count) : min(index, count) }
    let lower = from.map(place) ?? 0
    var upper = count
    if let to {
      // A closed end holds its item: -1 means up to the last one.
      upper = closed ? (to == -1 ? count : to == .max ? count : place(to &+ 1)) : place(to)
    }
    return lower..<max(lower, upper)
  }
}

enum Indexing {
  /// `value[items]`.
  static func get(_ value: Value, _ items: [IndexValue]) throws -> Value {
    if case .tensor(let tensor) = value {
      return .number(try tensor.indexed(try tensorIndexes(items, tensor)))
    }
    guard items.count == 1, let item = items.first else {
      throw LanguageError.notIndexable(given: "with several indexes, " + value.typeNameWithArticle)
    }
    switch (value, item) {
    case (.list(let list), .at(let index)): return list[try place(index, list.count, "list")]
    case (.list(let list), .range(let from, let to, let closed)):
      return .list(
        Array(list[IndexValue.bounds(from: from, to: to, closed: closed, count: list.count)]))
    case (.range(let range), .at(let index)):
      return .int(range[try place(index, range.count, "range")])
    case (.range(let range), .range(let from, let to, let closed)):
      let bounds = IndexValue.bounds(from: from, to: to, closed: closed, count: range.count)
      return .range(
        RangeValue(range[bounds.lowerBound], through: range[bounds.upperBound] &- 1))
    case (.string(let text), .at(let index)):
      // A row of integers is walked once; texts are indexed by scalars.
      let scalars = text.unicodeScalars
      let offset = try place(index, scalars.count, "text")
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: offset)]))
    case (.string(let text), .range(let from, let to, let closed)):
      let scalars = text.unicodeScalars
      let bounds = IndexValue.bounds(from: from, to: to, closed: closed, count: scalars.count)
      let start = scalars.index(scalars.startIndex, offsetBy: bounds.lowerBound)
      let end = scalars.index(start, offsetBy: bounds.count)
      return .string(String(scalars[start..<end]))
    case (.record(let record), .at(.string(let name))):
      guard let field = record[name] else { throw noField(value, name) }
      return field
    case (.table(let table), .at(.string(let name))):
      guard let column = table.column(name) else { throw noColumn(name, table) }
      return .list(column)
    case (.table(let table), .at(.list(let names)))
    where names.allSatisfy({ $0.stringValue != nil }):
      for name in names.compactMap(\.stringValue) where table.column(name) == nil {
        throw noColumn(name, table)
      }
      return .table(table.keeping(names.compactMap(\.stringValue)))
    case (.table(let table), .at(let index)):
      return .record(table.row(try place(index, table.rowCount, "table")))
    case (.table(let table), .range(let from, let to, let closed)):
      return .table(
        table.selecting(
          Array(IndexValue.bounds(from: from, to: to, closed: closed, count: table.rowCount))))
    case (.object(let object), _):
      guard let items = object.items else { break }
      return try get(.list(items), [item])
    case (.record, .at(let index)):
      throw LanguageError.indexType(wanted: "a field's name", given: index.typeNameWithArticle)
    default: break
    }
    throw LanguageError.notIndexable(given: value.typeNameWithArticle)
  }

  /// The place an index names among `count` items; negative ones count from the end.
  static func place(_ index: Value, _ count: Int, _ what: String) throws -> Int {
    guard case .int(let offset) = index else {
      throw LanguageError.indexType(wanted: "an integer", given: index.typeNameWithArticle)
    }
    let place = offset < 0 ? offset &+ count : offset
    guard place >= 0 && place < count else {
      throw LanguageError.indexOutOfRange(index: offset, count: count, what: what)
    }
    return place
  }

  private static func tensorIndexes(_ items: [IndexValue], _ tensor: Tensor) throws -> [TensorIndex]
  {
    // `..` alone stands for one whole axis.
    guard items.count <= tensor.rank else {
      throw LanguageError.notIndexable(
        given: "with \(items.count) indexes, a tensor of \(tensor.rank) axes")
    }
    return try items.enumerated().map { axis, item in
      let count = tensor.shape[axis]
      switch item {
      case .at(.int(let offset)):
        return .at(try place(.int(offset), count, "axis \(axis)"))
      case .at(.range(let range)):
        let bounds = IndexValue.bounds(
          from: range.lower, to: range.upper, closed: true, count: count)
        return .range(start: bounds.lowerBound, end: bounds.upperBound)
      case .at(let other):
        throw LanguageError.indexType(wanted: "an integer", given: other.typeNameWithArticle)
      case .range(nil, nil, _): return .all
      case .range(let from, let to, let closed):
        let bounds = IndexValue.bounds(from: from, to: to, closed: closed, count: count)
        return .range(start: bounds.lowerBound, end: bounds.upperBound)
      }
    }
  }

  /// `value.name`.
  static func field(_ value: Value, _ name: String) throws -> Value {
    switch value {
    case .record(let record): if let field = record[name] { return field }
    case .table(let table):
      if let column = table.column(name) { return .list(column) }
      throw noColumn(name, table)
    case .object(let object): if let field = object.field(name) { return field }
    case .tensor(let tensor): if let field = tensorField(tensor, name) { return field }
    case .range(let range):
      switch name {
      case "first": return .int(range.lower)
      case "last": return .int(range.upper)
      default: break
      }
    default: break
    }
    throw noField(value, name)
  }

  private static func tensorField(_ tensor: Tensor, _ name: String) -> Value? {
    switch name {
    case "shape": .list(tensor.shape.map(Value.int))
    case "type": .string(tensor.elementType.rawValue)
    case "rank": .int(tensor.rank)
    default: nil
    }
  }

  /// The names that `value.name` understands, for suggestions and completion.
  static func fieldNames(_ value: Value) -> [String] {
    switch value {
    case .record(let record): record.names
    case .table(let table): table.names
    case .object(let object): object.fieldNames
    case .tensor: ["shape", "type", "rank"]
    case .range: ["first", "last"]
    default: []
    }
  }

  static func noField(_ value: Value, _ name: String) -> LanguageError {
    let names = fieldNames(value)
    return .noField(
      given: value.typeNameWithArticle, name: name,
      suggestion: Suggestion.nearest(to: name, among: names), fields: names)
  }

  static func noColumn(_ name: String, _ table: Table) -> LanguageError {
    .noColumn(
      name: name, suggestion: Suggestion.nearest(to: name, among: table.names), columns: table.names
    )
  }

  // MARK: Changed copies

  /// One step of the path in `xs[0].f = v`, evaluated.
  enum Step {
    case index([IndexValue])
    case field(String)
  }

  /// Replaces the place that `path` leads to. On an error `value` is as it was.
  ///
  /// Lists are changed in place where nothing else holds them, so filling one item by item is
  /// linear.
  static func set(_ value: inout Value, _ path: ArraySlice<Step>, to new: Value) throws {
    guard let step = path.first else {
      value = new
      return
    }
    let rest = path.dropFirst()
    switch step {
    case .field(let name): try set(&value, field: name, rest, to: new)
    case .index(let items):
      if items.count == 1, case .at(.string(let name))? = items.first {
        try set(&value, field: name, rest, to: new)
      } else {
        try set(&value, index: items, rest, to: new)
      }
    }
  }

  private static func set(
    _ value: inout Value, field name: String, _ rest: ArraySlice<Step>, to new: Value
  ) throws {
    switch value {
    case .record(var record):
      var part = try rest.isEmpty ? .null : field(value, name)
      try set(&part, rest, to: new)
      record[name] = part
      value = .record(record)
    case .table(let table):
      var column = try rest.isEmpty ? .null : field(value, name)
      try set(&column, rest, to: new)
      let values = column.items ?? Array(repeating: column, count: table.rowCount)
      guard let changed = table.setting(name, values) else {
        throw LanguageError.lengthsDiffer(
          what: "the column '\(name)'", a: table.rowCount, b: values.count)
      }
      value = .table(changed)
    default: throw noField(value, name)
    }
  }

  private static func set(
    _ value: inout Value, index items: [IndexValue], _ rest: ArraySlice<Step>, to new: Value
  ) throws {
    if case .list(let list) = value {
      guard items.count == 1, case .at(let index)? = items.first else {
        throw LanguageError.indexType(wanted: "an integer", given: "a range")
      }
      let place = try place(index, list.count, "list")
      try setItem(&value, place, rest, to: new)
      return
    }
    if case .tensor = value { return try setElements(&value, items, rest, to: new) }
    switch value {
    case .record:
      throw LanguageError.indexType(wanted: "a field's name", given: "something else")
    default: throw LanguageError.notIndexable(given: value.typeNameWithArticle)
    }
  }

  private static func setElements(
    _ value: inout Value, _ items: [IndexValue], _ rest: ArraySlice<Step>, to new: Value
  ) throws {
    var part = new
    if !rest.isEmpty {
      part = try get(value, items)
      try set(&part, rest, to: new)
    }
    guard let operand = try part.asOperand() else {
      throw LanguageError.wrongType(
        command: "[…] =", parameter: "value", wanted: "number or tensor",
        given: part.typeNameWithArticle)
    }
    // Nothing else may hold the tensor, or it would be copied for each element that changes.
    guard var tensor = value.takeTensor() else { return }
    defer { value = .tensor(tensor) }
    try tensor.replace(at: try tensorIndexes(items, tensor), with: operand)
  }

  private static func setItem(
    _ value: inout Value, _ place: Int, _ rest: ArraySlice<Step>, to new: Value
  ) throws {
    // Nothing else may hold the list, or it would be copied for each item that changes.
    guard var list = value.takeList() else { return }
    defer { value = .list(list) }
    try set(&list[place], rest, to: new)
  }
}

extension Value {
  /// A list's items, leaving null behind, so that they can be changed in place.
  mutating func takeList() -> [Value]? {
    guard case .list(let items) = self else { return nil }
    self = .null
    return items
  }

  /// A tensor, leaving null behind, so that it can be changed in place.
  mutating func takeTensor() -> Tensor? {
    guard case .tensor(let tensor) = self else { return nil }
    self = .null
    return tensor
  }
}
