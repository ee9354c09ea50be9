import Synchronization

/// A command with its parameters in order, as help, completion and the resolver read it.
public final class CommandDeclaration: Sendable {
  public let command: any Command
  public let parameters: [ParameterDeclaration]
  /// The parameter that takes what is piped; nil where the command takes nothing.
  public let pipedIndex: Int?
  private let indexByName: [String: Int]

  public var name: String { type(of: command).name }
  public var summary: String { type(of: command).summary }
  public var searchWords: [String] { type(of: command).searchWords }
  public var source: Source? { type(of: command).source }
  public var version: Int { type(of: command).version }
  public var isVolatile: Bool { type(of: command).isVolatile }
  public var isRandom: Bool { type(of: command).isRandom }
  public var isSilent: Bool { type(of: command).isSilent }
  public var result: ValueType { type(of: command).result }
  public var examples: [Example] { type(of: command).examples }

  init(_ type: any Command.Type) {
    command = type.init()
    var parameters: [ParameterDeclaration] = []
    Self.collect(command, into: &parameters)
    self.parameters = parameters
    pipedIndex =
      parameters.firstIndex(where: \.isPiped)
      ?? parameters.firstIndex { $0.kind != .option }
    indexByName = Dictionary(
      parameters.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { a, _ in a })
  }

  public func index(ofParameter name: String) -> Int? { indexByName[name] }

  /// Parameters in the order of the properties, those of groups among them.
  private static func collect(_ owner: Any, into parameters: inout [ParameterDeclaration]) {
    for child in Mirror(reflecting: owner).children {
      if child.value is any ParameterGroup {
        collect(child.value, into: &parameters)
      } else if let parameter = child.value as? any AnyParameter, let label = child.label {
        parameter.slot.place(at: parameters.count)
        parameters.append(parameter.declaration(named: snakeCase(label)))
      }
    }
  }
}

/// `topP` → `top_p`.
func snakeCase(_ label: String) -> String {
  var result = ""
  for character in label {
    if character.isUppercase {
      result += "_" + character.lowercased()
    } else {
      result.append(character)
    }
  }
  return result
}

/// The commands that a session knows, by name. Declarations are made on first use.
public final class CommandRegistry: Sendable {
  private let types: [String: any Command.Type]
  private let made = Mutex<[String: CommandDeclaration]>([:])
  /// All names, sorted.
  public let names: [String]

  public init(_ commands: [any Command.Type]) {
    types = Dictionary(commands.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    names = types.keys.sorted()
  }

  public func contains(_ name: String) -> Bool { types[name] != nil }

  public func declaration(_ name: String) -> CommandDeclaration? {
    guard let type = types[name] else { return nil }
    return made.withLock { made in
      if let declaration = made[name] { return declaration }
      let declaration = CommandDeclaration(type)
      made[name] = declaration
      return declaration
    }
  }

  public var declarations: [CommandDeclaration] { names.compactMap(declaration) }
}
