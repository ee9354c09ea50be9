import Language
import Tokenizers

/// Ids that remember their tokenizer.
final class TokensObject: ObjectValue {
  let ids: [Int32]
  let tokenizer: TokenizerObject?

  init(_ ids: [Int32], _ tokenizer: TokenizerObject?) {
    self.ids = ids
    self.tokenizer = tokenizer
  }

  var typeName: String { "tokens" }

  /// `tokens  4 of gpt2  Hello|,| world|!`
  var summary: String {
    let shown = ids.prefix(24).map(spelling).joined(separator: "|")
    let more = ids.count > 24 ? "|… \(ids.count - 24) more" : ""
    let name = tokenizer.map { " of \($0.tokenizer.name)" } ?? ""
    return "tokens  \(ids.count)\(name)  \(shown)\(more)"
  }

  /// A token as it stands in the text, on one line.
  private func spelling(_ id: Int32) -> String {
    (try? tokenizer?.tokenizer.printableToken(id)) ?? "\(id)"
  }

  var fieldNames: [String] { ["ids", "text", "pieces", "count", "tokenizer"] }

  func field(_ name: String) -> Value? {
    switch name {
    case "ids": .list(ids.map { .int(Int($0)) })
    case "text": (try? tokenizer?.tokenizer.decode(ids)).map(Value.string) ?? .null
    case "pieces": .list(ids.map { .string((try? tokenizer?.tokenizer.tokenText($0)) ?? "\($0)") })
    case "count": .int(ids.count)
    case "tokenizer": tokenizer.map { .object($0) } ?? .null
    default: nil
    }
  }

  var items: [Value]? { ids.map { .int(Int($0)) } }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? TokensObject, other.ids == ids else { return false }
    switch (tokenizer, other.tokenizer) {
    case (nil, nil): return true
    case (let a?, let b?): return a.isEqual(to: b)
    default: return false
    }
  }

  // MARK: The cache

  static let archiveKind = "tokens"

  var archived: ArchivedObject? {
    var state = Record([("ids", .list(ids.map { .int(Int($0)) }))])
    if let tokenizer { state["tokenizer"] = .object(tokenizer) }
    return ArchivedObject(kind: Self.archiveKind, state: .record(state))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, case .list(let items)? = state["ids"] else {
      throw LanguageError.cannotConvert("the cached value", to: "tokens")
    }
    var tokenizer: TokenizerObject?
    if case .object(let object as TokenizerObject)? = state["tokenizer"] { tokenizer = object }
    return TokensObject(try TokenIDs(items).ids, tokenizer)
  }
}

/// Ids as an argument: tokens, a list or a tensor of integers.
struct TokenIDs: ParameterValue {
  let ids: [Int32]

  static var type: ValueType {
    .oneOf([.object("tokens"), .list(of: .int), .tensor, .range])
  }
  var defaultText: String? { nil }

  init(_ ids: [Int32]) { self.ids = ids }

  init(_ items: [Value]) throws(LanguageError) {
    var ids: [Int32] = []
    ids.reserveCapacity(items.count)
    for item in items {
      guard case .int(let number) = item, let id = Int32(exactly: number) else {
        throw .cannotConvert(item.inline, to: "token id")
      }
      ids.append(id)
    }
    self.ids = ids
  }

  static func convert(_ value: Value, in call: Call) throws -> TokenIDs? {
    if case .object(let tokens as TokensObject) = value { return TokenIDs(tokens.ids) }
    guard case .string = value else { return try value.items.map { try TokenIDs($0) } }
    return nil
  }
}
