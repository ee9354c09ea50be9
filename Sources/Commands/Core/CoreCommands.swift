import Language

/// The verbs that everybody needs; they have no family.
enum CoreCommands {
  static let all: [any Command.Type] = []
}
