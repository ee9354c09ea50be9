import Language
import Tokenizers

/// What a tokenizer is given: a text, or a list of texts, each encoded by itself.
enum TokenizeText: ParameterValue {
  case one(String)
  case many([String])

  static var type: ValueType { .oneOf([.string, .list(of: .string)]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) -> TokenizeText? {
    if let text = value.stringValue { return .one(text) }
    guard let items = value.items else { return nil }
    let texts = items.compactMap(\.stringValue)
    return texts.count == items.count ? .many(texts) : nil
  }

  var texts: [String] {
    switch self {
    case .one(let text): [text]
    case .many(let texts): texts
    }
  }

  /// A result for one text alone, or a list of results for a list.
  func result(_ results: [Value]) -> Value {
    if case .one = self, let first = results.first { return first }
    return .list(results)
  }
}

/// A length, or the one that the vocabulary's own file asks for.
enum TokenizeLength: ParameterValue, Equatable {
  case length(Int)
  case file

  static var type: ValueType { .oneOf([.int, .word(["file"])]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) -> TokenizeLength? {
    if value.stringValue == "file" { return .file }
    return value.intValue.map(TokenizeLength.length)
  }
}

/// How far texts are filled up.
enum TokenizePadding: ParameterValue, Equatable {
  case length(Int)
  case longest, file

  static var type: ValueType { .oneOf([.int, .word(["longest", "file"])]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) -> TokenizePadding? {
    switch value.stringValue {
    case "longest": .longest
    case "file": .file
    default: value.intValue.map(TokenizePadding.length)
    }
  }
}

/// The end of a text that is cut off.
enum TokenizeSide: String, WordParameter {
  case left, right

  var side: TextSide { self == .left ? .left : .right }
}
