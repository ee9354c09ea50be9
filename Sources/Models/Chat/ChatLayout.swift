/// How a chat template lays out a conversation as text: what stands before and after each message,
/// and where the system message goes.
struct ChatLayout: Sendable {
  /// What stands around a message's content.
  struct Turn: Sendable {
    var before: String
    var after: String

    init(_ before: String, _ after: String) {
      self.before = before
      self.after = after
    }

    func around(_ content: String) -> String { before + content + after }
  }

  enum SystemPlace: Sendable {
    /// Anywhere, as a message like the others.
    case turn(Turn)
    /// First, at the head of the first message of the user.
    case firstUser(Turn)
    /// First, but written at the head of the last message, which has to be the user's.
    case lastUser(Turn)
    /// First, before all others; some templates write it only if others follow.
    case opening(Turn, alone: Bool)
    case none
  }

  /// Before everything.
  var opening = ""
  var system: SystemPlace
  /// How the first message is written if it is the system's, and its content if there is none.
  var leading: (turn: Turn, content: String)?
  var user: Turn
  var assistant: Turn
  /// After the system message the user begins, and the two take turns.
  var alternates = false
  /// Whose contents lose the white space at their ends.
  var trimmed: Set<ChatMessage.Role> = []
  var skipsEmptySystem = false
  /// What asks the model for its answer, and what stands in its place otherwise.
  var prompt = ""
  var ending = ""

  /// The conversation as text.
  ///
  /// - Throws: ``Refusal`` where the template raises an exception, and where it would leave out a
  ///   message without a word.
  func text(of messages: [ChatMessage], prompting: Bool) throws(Refusal) -> String {
    guard let first = messages.first else { throw Refusal(reason: "there is no message") }
    var result = opening
    var turns = messages[...]
    var system: String?
    if let leading {
      let hasSystem = first.role == .system
      result += leading.turn.around(hasSystem ? content(of: first) : leading.content)
      if hasSystem { turns.removeFirst() }
    } else if first.role == .system, !takesSystemAnywhere {
      system = content(of: first)
      turns.removeFirst()
    }
    try check(turns, hasSystem: system != nil)
    if let system, case .opening(let turn, _) = self.system { result += turn.around(system) }
    for (index, message) in turns.enumerated() {
      let place = index == 0 ? Place.first : index == turns.count - 1 ? .last : .middle
      result += text(of: message, at: turns.count == 1 ? .only : place, system: system)
    }
    return result + (prompting ? prompt : ending)
  }

  private enum Place { case first, middle, last, only }

  private var takesSystemAnywhere: Bool {
    if case .turn = system { true } else { false }
  }

  private func content(of message: ChatMessage) -> String {
    trimmed.contains(message.role) ? message.content.withoutOuterWhiteSpace : message.content
  }

  private func text(of message: ChatMessage, at place: Place, system: String?) -> String {
    switch (message.role, self.system) {
    case (.assistant, _): return assistant.around(content(of: message))
    case (.system, .turn(let turn)):
      if skipsEmptySystem, message.content.isEmpty { return "" }
      return turn.around(content(of: message))
    case (.user, .firstUser(let turn)) where place == .first || place == .only:
      return user.around(content(of: joined(turn, system, message)))
    case (.user, .lastUser(let turn)) where place == .last || place == .only:
      return user.around(content(of: joined(turn, system, message)))
    case (.user, _): return user.around(content(of: message))
    case (.system, _): return ""  // refused before
    }
  }

  private func joined(_ turn: Turn, _ system: String?, _ message: ChatMessage) -> ChatMessage {
    guard let system else { return message }
    return ChatMessage(message.role, turn.around(system) + message.content)
  }

  private func check(_ turns: ArraySlice<ChatMessage>, hasSystem: Bool) throws(Refusal) {
    for (index, message) in turns.enumerated() {
      if message.role == .system, !takesSystemAnywhere {
        throw Refusal(reason: "a system message can only stand first")
      }
      if alternates, (message.role == .user) != (index % 2 == 0) {
        throw Refusal(reason: "user and assistant have to take turns, the user first")
      }
    }
    guard hasSystem else { return }
    switch system {
    case .none: throw Refusal(reason: "it has no place for a system message")
    case .lastUser where turns.last?.role != .user:
      throw Refusal(
        reason:
          "it writes the system message into the user's last one, which has to end the conversation"
      )
    case .opening(_, alone: true), .turn: return
    default:
      if turns.isEmpty { throw Refusal(reason: "a system message cannot stand alone") }
    }
  }

  /// Why a conversation cannot be written in this layout.
  struct Refusal: Error { var reason: String }
}

extension String {
  /// Without the white space that Python's `strip` takes away, as templates use it.
  fileprivate var withoutOuterWhiteSpace: String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
    let scalars = unicodeScalars
    guard let start = scalars.firstIndex(where: { !isSpace($0) }),
      let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(scalars[start...last])
  }
}
