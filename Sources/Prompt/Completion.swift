import Language

/// What Tab offers: made from the commands' declarations and the session's names, never by running
/// anything.
public struct Completion {
  /// What fits at the cursor.
  public struct Result: Equatable, Sendable {
    /// The offset of the first byte that a candidate replaces.
    public var start: Int
    /// In alphabetic order, without doubles.
    public var candidates: [String]
    /// What follows a candidate that is the only one.
    public var ending: String

    public static let none = Result(start: 0, candidates: [], ending: "")
  }

  private let session: Session
  /// Looking through folders ends after this long, with nothing found.
  private let timeLimit: Duration

  static let keywords = [
    "and", "assert", "break", "catch", "continue", "else", "false", "fn", "for", "if", "import",
    "in", "not", "null", "or", "return", "sweep", "time", "true", "try", "while",
  ]

  public init(session: Session, timeLimit: Duration = .milliseconds(30)) {
    self.session = session
    self.timeLimit = timeLimit
  }

  /// The candidates where the cursor stands after `text`.
  public func candidates(after text: String) -> Result {
    let context = CompletionContext(before: text) { name in
      session.registry.contains(name) || session.isFunction(name)
    }
    switch context.place {
    case .nothing: return .none
    case .text(let quote):
      return pathCandidates(context.word, start: context.start, quote: quote)
    case .stage:
      if let fields = fieldCandidates(context) { return fields }
      return result(context, stageNames(context.word), ending: " ")
    case .operand:
      if let fields = fieldCandidates(context) { return fields }
      return result(context, operandNames(context.word), ending: "")
    case .argument(let command, let given, let position, let isPiped):
      if let fields = fieldCandidates(context) { return fields }
      return argumentCandidates(
        context, command: command, given: given, position: position, isPiped: isPiped)
    case .parameterValue(let command, let parameter):
      if let fields = fieldCandidates(context) { return fields }
      let declared = session.registry.declaration(command)?.parameters
        .first { $0.name == parameter }
      guard let declared else { return result(context, operandNames(context.word), ending: "") }
      return valueCandidates(context, of: declared.type, names: [])
    }
  }

  // MARK: Names

  private func result(_ context: CompletionContext, _ names: [String], ending: String) -> Result {
    let fitting = Set(names).filter { $0.hasPrefix(context.word) }.sorted()
    return Result(start: context.start, candidates: fitting, ending: ending)
  }

  /// Commands (families as `family.` until one is chosen), `fn`s, variables, and keywords once a
  /// letter is typed.
  private func stageNames(_ word: String) -> [String] {
    commandNames(word) + session.functionNames + variables
      + (word.isEmpty ? [] : Completion.keywords)
  }

  private func operandNames(_ word: String) -> [String] {
    variables + (word.isEmpty ? [] : stageNames(word))
  }

  private func commandNames(_ word: String) -> [String] {
    let names = session.registry.names
    if word.contains(".") { return names }
    let fitting = names.filter { $0.hasPrefix(word) }
    let families = Set(fitting.compactMap(family))
    // One family and nothing else: its commands at once, not one Tab later.
    if families.count == 1, fitting.allSatisfy({ family($0) != nil }) { return fitting }
    return fitting.map { name in family(name).map { $0 + "." } ?? name }
  }

  private func family(_ name: String) -> String? {
    name.firstIndex(of: ".").map { String(name[..<$0]) }
  }

  private var variables: [String] { session.variableNames.filter { $0 != "_" } }

  // MARK: Fields

  /// `lm.config.la`: the fields of what the name before the last dot holds; nil where that is no
  /// variable.
  private func fieldCandidates(_ context: CompletionContext) -> Result? {
    guard let dot = context.word.lastIndex(of: ".") else { return nil }
    var path = context.word[..<dot].split(separator: ".", omittingEmptySubsequences: false)[...]
    guard let name = path.popFirst(), var value = session.value(String(name)) else { return nil }
    for step in path {
      guard let next = value.fieldForCompletion(String(step)) else { return Result.none }
      value = next
    }
    let last = context.word[context.word.index(after: dot)...]
    let fitting = value.fieldNamesForCompletion.filter { $0.hasPrefix(last) }.sorted()
    let start = context.start + context.word.utf8.count - last.utf8.count
    return Result(start: start, candidates: fitting, ending: "")
  }

  // MARK: Arguments

  private func argumentCandidates(
    _ context: CompletionContext, command: String, given: [String], position: Int, isPiped: Bool
  ) -> Result {
    guard let declaration = session.registry.declaration(command) else {
      return result(context, operandNames(context.word), ending: "")
    }
    var byPlace: [ParameterDeclaration] = []
    var named: [String] = []
    for (index, parameter) in declaration.parameters.enumerated() {
      let takesPipe = isPiped && index == declaration.pipedIndex
      if takesPipe || given.contains(parameter.name) { continue }
      if parameter.kind != .option { byPlace.append(parameter) }
      if parameter.kind != .rest { named.append(parameter.name + "=") }
    }
    let last = byPlace.last
    let parameter =
      position < byPlace.count ? byPlace[position] : last?.kind == .rest ? last : nil
    guard let parameter else { return result(context, named + variables, ending: "") }
    return valueCandidates(context, of: parameter.type, names: named)
  }

  /// What a parameter of this type takes, and `names` of other parameters.
  private func valueCandidates(
    _ context: CompletionContext, of type: ValueType, names: [String]
  ) -> Result {
    let words = type.words
    if !words.isEmpty {
      let fitting = words.filter { $0.hasPrefix(context.word) }
      let result = result(context, words + names + variables, ending: "")
      return fitting == result.candidates
        ? Result(start: result.start, candidates: fitting.sorted(), ending: " ") : result
    }
    if type == .topic { return result(context, session.registry.names, ending: "") }
    let fitting = variables.filter { name in
      session.value(name).map { type.mayTake($0) } ?? true
    }
    let known = fitting.isEmpty ? variables : fitting
    return result(
      context, names + known + (context.word.isEmpty ? [] : session.functionNames), ending: "")
  }

  // MARK: Paths

  private func pathCandidates(_ typed: String, start: Int, quote: String) -> Result {
    let folderEnd = typed.lastIndex(of: "/").map { typed.index(after: $0) } ?? typed.startIndex
    let listing = FolderListing(
      folder: String(typed[..<folderEnd]), seenFrom: session.files.folder,
      prefix: String(typed[folderEnd...]), timeLimit: timeLimit)
    let names = listing.names
    let isFile = names.count == 1 && names.first?.hasSuffix("/") == false
    return Result(
      start: start + typed[..<folderEnd].utf8.count, candidates: names,
      ending: isFile ? quote : "")
  }
}

extension Value {
  fileprivate var fieldNamesForCompletion: [String] {
    switch self {
    case .record(let record): record.names
    case .table(let table): table.names
    case .object(let object): object.fieldNames
    default: []
    }
  }

  fileprivate func fieldForCompletion(_ name: String) -> Value? {
    switch self {
    case .record(let record): record[name]
    case .object(let object): object.field(name)
    default: nil
    }
  }

  fileprivate var type: ValueType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .string: .string
    case .list: .list(of: .any)
    case .record: .record
    case .table: .table
    case .tensor: .tensor
    case .range: .range
    case .function: .function
    case .object(let object): .object(object.typeName)
    }
  }
}

extension ValueType {
  /// The words it takes bare.
  fileprivate var words: [String] {
    switch self {
    case .word(let words): words
    case .bool: ["false", "true"]
    case .oneOf(let types): types.flatMap(\.words)
    default: []
    }
  }

  fileprivate func mayTake(_ value: Value) -> Bool { mayAccept(value.type) }
}
