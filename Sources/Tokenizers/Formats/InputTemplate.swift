/// What a vocabulary's file puts around a text, or around two, for a model.
struct InputTemplate: Sendable, Equatable {
  struct Token: Sendable, Equatable {
    var id: Int32
    /// The token as the file names it; checked against the vocabulary.
    var spelling: String
  }
  enum Part: Sendable, Equatable {
    case tokens([Token], type: Int32)
    /// The first text, or the second.
    case text(isSecond: Bool, type: Int32)
  }

  var single: [Part]
  var pair: [Part]

  /// Text, or two texts one after the other, with nothing around them.
  static let bare = InputTemplate(
    single: [.text(isSecond: false, type: 0)],
    pair: [.text(isSecond: false, type: 0), .text(isSecond: true, type: 1)])

  /// All tokens of both templates.
  var tokens: [Token] {
    (single + pair).flatMap { part -> [Token] in
      if case .tokens(let tokens, _) = part { tokens } else { [] }
    }
  }

  /// The tokens of the template for one text before that text, and after it.
  var beginning: [Token] { Self.tokens(single.prefix { !Self.isText($0) }) }
  var ending: [Token] { Self.tokens(single.reversed().prefix { !Self.isText($0) }.reversed()) }

  /// How many tokens are put around one text, or two.
  func added(isPair: Bool) -> Int { Self.tokens(isPair ? pair : single).count }

  private static func isText(_ part: Part) -> Bool { if case .text = part { true } else { false } }

  private static func tokens(_ parts: some Sequence<Part>) -> [Token] {
    parts.flatMap { part -> [Token] in
      if case .tokens(let tokens, _) = part { tokens } else { [] }
    }
  }
}
