import Synchronization

/// What a parameter declares besides its type and name.
public struct ParameterDeclaration: Sendable {
  public enum Kind: Sendable { case argument, option, rest }
  public let name: String
  public let kind: Kind
  public let summary: String
  public let type: ValueType
  public let isRequired: Bool
  /// How help shows the default; nil where there is none.
  public let defaultText: String?
  /// `0...1`, as help shows it.
  public let rangeText: String?
  public let unit: String?
  public let isPiped: Bool
}

/// The place of a parameter among those of its command; set once, when the command is registered.
public final class ParameterSlot: Sendable {
  private let storage = Atomic<Int>(-1)
  public var index: Int { storage.load(ordering: .relaxed) }
  func place(at index: Int) { storage.store(index, ordering: .relaxed) }
}

/// A property of a command that declares a parameter.
public protocol AnyParameter: Sendable {
  var slot: ParameterSlot { get }
  func declaration(named name: String) -> ParameterDeclaration
}

/// Parameters that several commands have alike, as one property of each.
public protocol ParameterGroup: Sendable {}

/// A parameter whose arguments become values of one Swift type.
public protocol TypedParameter: AnyParameter {
  associatedtype Wanted
  func value(in call: Call) throws -> Wanted
}

/// A parameter given by place or by name: `split text`, `split text=text`.
public struct Argument<Wanted: ParameterValue>: TypedParameter {
  public let slot = ParameterSlot()
  let summary: String
  let isPiped: Bool
  let name: String?
  let fallback: Wanted?
  /// A narrower type than `Wanted` itself states.
  let accepted: ValueType?

  /// - Parameters:
  ///   - type: what of `Wanted` is taken: `.oneOf([.string, .list(of: .any)])` for a ``Value``.
  ///   - piped: takes what comes through `|`; without any, the first argument does.
  public init(
    _ summary: String, of type: ValueType? = nil, piped: Bool = false, named name: String? = nil
  ) {
    self.init(summary, type, Wanted.absent, piped, name)
  }

  public init(
    _ summary: String, of type: ValueType? = nil, default fallback: Wanted, piped: Bool = false,
    named name: String? = nil
  ) {
    self.init(summary, type, fallback, piped, name)
  }

  private init(
    _ summary: String, _ type: ValueType?, _ fallback: Wanted?, _ piped: Bool, _ name: String?
  ) {
    self.summary = summary
    self.isPiped = piped
    self.name = name
    self.fallback = fallback
    accepted = type
  }

  public func declaration(named label: String) -> ParameterDeclaration {
    ParameterDeclaration(
      name: name ?? label, kind: .argument, summary: summary, type: accepted ?? Wanted.type,
      isRequired: fallback == nil, defaultText: fallback?.defaultText, rangeText: nil, unit: nil,
      isPiped: isPiped)
  }

  public func value(in call: Call) throws -> Wanted {
    try call.check(slot, accepted)
    return try call.converted(slot, fallback: fallback)
  }
}

/// A parameter given by name only: `fraction=0.9`.
public struct Option<Wanted: ParameterValue>: TypedParameter {
  public let slot = ParameterSlot()
  let summary: String
  let name: String?
  let unit: String?
  let fallback: Wanted?
  let rangeText: String?
  let isInRange: (@Sendable (Wanted) -> Bool)?

  public init(
    _ summary: String, default fallback: Wanted? = Wanted.absent, unit: String? = nil,
    named name: String? = nil
  ) {
    self.summary = summary
    self.fallback = fallback
    self.unit = unit
    self.name = name
    rangeText = nil
    isInRange = nil
  }

  public func declaration(named label: String) -> ParameterDeclaration {
    ParameterDeclaration(
      name: name ?? label, kind: .option, summary: summary, type: Wanted.type,
      isRequired: fallback == nil, defaultText: fallback?.defaultText, rangeText: rangeText,
      unit: unit, isPiped: false)
  }

  public func value(in call: Call) throws -> Wanted {
    let value: Wanted = try call.converted(slot, fallback: fallback)
    if let isInRange, !isInRange(value) {
      let index = slot.index
      throw LanguageError.outOfRange(
        command: call.declaration.name, parameter: call.declaration.parameters[index].name,
        given: call.arguments[index]?.brief(columns: 40) ?? "", range: rangeText ?? ""
      ).at(call.span(of: self))
    }
    return value
  }
}

extension Option where Wanted: Comparable & Sendable {
  public init(
    _ summary: String, default fallback: Wanted, in range: ClosedRange<Wanted>,
    unit: String? = nil, named name: String? = nil
  ) {
    self.summary = summary
    self.fallback = fallback
    self.unit = unit
    self.name = name
    rangeText = "\(range.lowerBound)...\(range.upperBound)"
    isInRange = { range.contains($0) }
  }

  public init(
    _ summary: String, default fallback: Wanted, in range: PartialRangeFrom<Wanted>,
    unit: String? = nil, named name: String? = nil
  ) {
    self.summary = summary
    self.fallback = fallback
    self.unit = unit
    self.name = name
    rangeText = "\(range.lowerBound) or more"
    isInRange = { range.contains($0) }
  }
}

extension Option {
  /// An optional number that has to lie in a range where it is given.
  public init<Number: ParameterValue & Comparable & Sendable>(
    _ summary: String, in range: ClosedRange<Number>, unit: String? = nil, named name: String? = nil
  ) where Wanted == Number? {
    self.summary = summary
    self.fallback = .some(nil)
    self.unit = unit
    self.name = name
    rangeText = "\(range.lowerBound)...\(range.upperBound)"
    isInRange = { $0.map { range.contains($0) } ?? true }
  }

  public init<Number: ParameterValue & Comparable & Sendable>(
    _ summary: String, in range: PartialRangeFrom<Number>, unit: String? = nil,
    named name: String? = nil
  ) where Wanted == Number? {
    self.summary = summary
    self.fallback = .some(nil)
    self.unit = unit
    self.name = name
    rangeText = "\(range.lowerBound) or more"
    isInRange = { $0.map { range.contains($0) } ?? true }
  }
}

/// The last parameter of a command that takes any number of arguments: `print a b c`.
public struct Rest<Item: ParameterValue>: TypedParameter {
  public let slot = ParameterSlot()
  let summary: String
  let isPiped: Bool

  public init(_ summary: String, piped: Bool = false) {
    self.summary = summary
    self.isPiped = piped
  }

  public func declaration(named label: String) -> ParameterDeclaration {
    ParameterDeclaration(
      name: label, kind: .rest, summary: summary, type: .list(of: Item.type), isRequired: false,
      defaultText: nil, rangeText: nil, unit: nil, isPiped: isPiped)
  }

  public func value(in call: Call) throws -> [Item] {
    guard case .list(let items)? = call.arguments[slot.index] else { return [] }
    return try items.map { try call.convert($0, parameter: slot.index) }
  }
}

extension Call {
  /// Refuses an argument that is none of the accepted types; null stands for none given.
  func check(_ slot: ParameterSlot, _ accepted: ValueType?) throws {
    guard let accepted, arguments.indices.contains(slot.index), let value = arguments[slot.index]
    else { return }
    if accepted.accepts(value) {
      // A longer range has no items to walk (``Value/items``).
      if case .range(let range) = value, range.count > Value.itemLimit {
        throw LanguageError.tooLarge(
          what: "the range", count: range.count, limit: Value.itemLimit
        ).at(argumentSpans[slot.index] ?? span)
      }
      return
    }
    throw LanguageError.wrongType(
      command: declaration.name, parameter: declaration.parameters[slot.index].name,
      wanted: accepted.description, given: value.typeNameWithArticle
    ).at(argumentSpans[slot.index] ?? span)
  }

  /// What to throw where a parameter's value is of a type that cannot be used here.
  public func wrongType(_ parameter: some TypedParameter, wanted: String, given: Value)
    -> Diagnostic
  {
    LanguageError.wrongType(
      command: declaration.name, parameter: declaration.parameters[parameter.slot.index].name,
      wanted: wanted, given: given.typeNameWithArticle
    ).at(span(of: parameter))
  }

  /// What to throw where a parameter's value is outside what makes sense.
  public func outOfRange(_ parameter: some TypedParameter, given: Value, range: String)
    -> Diagnostic
  {
    LanguageError.outOfRange(
      command: declaration.name, parameter: declaration.parameters[parameter.slot.index].name,
      given: given.brief(columns: 40), range: range
    ).at(span(of: parameter))
  }

  /// The argument at a slot as the wanted type, or the default.
  func converted<Wanted: ParameterValue>(_ slot: ParameterSlot, fallback: Wanted?) throws -> Wanted
  {
    let index = slot.index
    guard arguments.indices.contains(index), let value = arguments[index] else {
      // The resolver refuses calls without a required argument, so a fallback is there.
      if let fallback { return fallback }
      throw LanguageError.missingArgument(
        command: declaration.name, parameter: declaration.parameters[max(0, index)].name
      ).at(span)
    }
    return try convert(value, parameter: index)
  }

  func convert<Wanted: ParameterValue>(_ value: Value, parameter index: Int) throws -> Wanted {
    guard let wanted = try Wanted.convert(value, in: self) else {
      throw LanguageError.wrongType(
        command: declaration.name, parameter: declaration.parameters[index].name,
        wanted: declaration.parameters[index].type.description, given: value.typeNameWithArticle
      ).at(argumentSpans[index] ?? span)
    }
    return wanted
  }
}
