import Language
import Tensors

extension ValueType {
  /// What can be walked item by item.
  static let items = ValueType.list(of: .any)
  /// What has a first, a last and a part.
  static let sequence = ValueType.oneOf([.list(of: .any), .string])
  /// A number, or numbers in a list or tensor.
  static let numbers = ValueType.oneOf([.number, .list(of: .number), .tensor])
}

/// A command's name, a family, or a word to search for, written bare.
struct Topic: ParameterValue, Equatable {
  let text: String
  static var type: ValueType { .topic }
  static func convert(_ value: Value, in call: Call) -> Topic? {
    value.stringValue.map(Topic.init)
  }
  var defaultText: String? { text }
}

/// What `sort` and its kind go by: columns, or a function of the item.
enum Key: ParameterValue {
  case columns([String])
  case function(FunctionValue)

  static var type: ValueType { .oneOf([.columns, .function]) }
  static func convert(_ value: Value, in call: Call) -> Key? {
    if case .function(let function) = value { return .function(function) }
    guard let names = ColumnNames.convert(value, in: call) else { return nil }
    // `by=f` reads as a column; where a `fn` of this name is meant, no column has it.
    return .columns(names.names)
  }
  var defaultText: String? { nil }

  /// The keys of a collection's items.
  func keys(of collection: Value, in call: Call) throws -> [[Value]] {
    switch self {
    case .columns(let names):
      let table = collection.asTable
      if names.count == 1, table?.column(names[0]) == nil,
        let function = call.session.function(names[0])
      {
        return try Key.function(function).keys(of: collection, in: call)
      }
      guard let table else {
        throw LanguageError.invalid(
          "items without columns are ordered and grouped by a function",
          hint: "write by=(x -> …)")
      }
      return try table.keys(names)
    case .function(let function):
      return try (collection.items ?? []).enumerated().map {
        [try call.apply(function, to: $1, turn: $0)]
      }
    }
  }
}

extension Call {
  /// Calls a function with an item, and with the turn's number where it needs two arguments.
  func apply(_ function: FunctionValue, to item: Value, turn: Int) throws -> Value {
    try apply(
      function, function.requiredCount == 2 ? [item, .int(turn)] : [item], turn: turn)
  }

  /// Calls a function that has to say true or false.
  func test(
    _ function: FunctionValue, of item: Value, turn: Int, parameter: some TypedParameter
  ) throws -> Bool {
    let result = try apply(function, to: item, turn: turn)
    guard case .bool(let flag) = result else {
      throw LanguageError.notACondition(
        given: result.typeNameWithArticle, isTensor: result.typeName == "tensor"
      ).at(span(of: parameter))
    }
    return flag
  }

  /// The stream of a random command: of its seed where one is given, else of its place.
  func stream(_ seed: Int?, _ name: String) -> RandomStream {
    if let seed { return RandomStream(seed: UInt64(bitPattern: Int64(seed)), path: [name]) }
    let name = streamName
    return RandomStream(seed: name.seed, path: name.path)
  }
}
