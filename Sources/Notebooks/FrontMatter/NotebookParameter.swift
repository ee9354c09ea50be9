import Language

/// A variable that front matter declares, with its default.
public struct NotebookParameter: Sendable {
  public let name: String
  /// An integer, a float, a boolean, a text, or a list of these.
  public var value: Value

  static func isName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, first == UInt8(ascii: "_") || isLetter(first) else {
      return false
    }
    return bytes.count <= 64
      && bytes.allSatisfy { $0 == UInt8(ascii: "_") || isLetter($0) || (0x30...0x39).contains($0) }
      && !Keywords.contains(name)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  /// The type as messages name it: `an integer`.
  var wanted: String {
    switch value {
    case .string: "a text"
    case .bool: "true or false"
    case .list(let items):
      items.first.map { "a list of \(NotebookParameter.plural($0))" } ?? "a list"
    case let other: other.typeNameWithArticle
    }
  }

  private static func plural(_ value: Value) -> String {
    switch value {
    case .string: "texts"
    default: value.typeName + "s"
    }
  }

  /// The value that `text` stands for, if it is of the default's type.
  public func value(from text: String) throws(NotebookError) -> Value {
    guard let value = NotebookParameter.value(from: text, like: value) else {
      throw .parameterType(name: name, wanted: wanted, given: text)
    }
    return value
  }

  private static func value(from text: String, like example: Value) -> Value? {
    switch example {
    case .string: return .string(text)
    case .list(let items):
      guard case .list(let given)? = YAMLText.list(text) else { return nil }
      guard let first = items.first else { return .list(given) }
      let alike = given.compactMap { converted($0, like: first) }
      return alike.count == given.count ? .list(alike) : nil
    default: return converted(YAMLText.value(ofPlain: text), like: example)
    }
  }

  /// The value as the example's type: integers serve as floats, nothing else changes.
  private static func converted(_ value: Value, like example: Value) -> Value? {
    switch (example, value) {
    case (.int, .int), (.float, .float), (.bool, .bool), (.string, .string): value
    case (.float, .int(let number)): .float(Double(number))
    // `[1, 2]` where texts are wanted: what was written is the text.
    case (.string, .int(let number)): .string(String(number))
    case (.string, .bool(let flag)): .string(String(flag))
    case (.list, .list): value
    default: nil
    }
  }
}
