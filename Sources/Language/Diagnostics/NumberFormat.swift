/// What is wrong with a format.
public struct NumberFormatError: Error, Equatable, Sendable {
  public let reason: String
}

/// The format of an interpolation, `"${x:.3}"`: `[<>^][0][width][,][.digits][f e g d %]`.
///
/// - `.3` and `.3f`: three decimals; `.3e`: with an exponent; `.3g`: three significant digits.
/// - `d`: an integer; a float has to be one.
/// - `%`: times a hundred, with a percent sign.
/// - `,`: commas between thousands.
/// - `>8 <8 ^8`: at least 8 columns wide, to the right, left or middle; a width alone puts numbers
///   to the right and texts to the left; `08` fills with zeros.
public struct NumberFormat: Sendable, Equatable {
  public enum Alignment: Sendable { case left, right, middle }
  public enum Style: Sendable { case shortest, fixed, scientific, significant, integer, percent }

  public var alignment: Alignment?
  public var width = 0
  public var fillsWithZeros = false
  public var groupsThousands = false
  public var digits: Int?
  public var style = Style.shortest

  /// The widest text and the most digits that a format may ask for.
  public static let maximum = 1_000

  public init(_ text: String) throws(NumberFormatError) {
    var rest = Array(text.utf8)[...]
    func number() -> Int? {
      guard let first = rest.first, first &- 0x30 < 10 else { return nil }
      var value = 0
      while let digit = rest.first, digit &- 0x30 < 10 {
        value = min(value * 10 + Int(digit - 0x30), Self.maximum + 1)
        rest.removeFirst()
      }
      return value
    }
    switch rest.first {
    case UInt8(ascii: "<"): alignment = .left
    case UInt8(ascii: ">"): alignment = .right
    case UInt8(ascii: "^"): alignment = .middle
    default: break
    }
    if alignment != nil { rest.removeFirst() }
    if rest.first == UInt8(ascii: "0") {
      fillsWithZeros = true
      rest.removeFirst()
    }
    width = number() ?? 0
    if alignment != nil || fillsWithZeros, width == 0 {
      throw NumberFormatError(reason: "a width is missing")
    }
    if rest.first == UInt8(ascii: ",") {
      groupsThousands = true
      rest.removeFirst()
    }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      digits = number()
      guard digits != nil else {
        throw NumberFormatError(reason: "the count of digits after '.' is missing")
      }
      style = .fixed
    }
    if let kind = rest.first {
      switch kind {
      case UInt8(ascii: "f"): style = .fixed
      case UInt8(ascii: "e"): style = .scientific
      case UInt8(ascii: "g"): style = .significant
      case UInt8(ascii: "d"): style = .integer
      case UInt8(ascii: "%"): style = .percent
      default:
        throw NumberFormatError(
          reason: "'\(String(decoding: rest, as: UTF8.self))' means nothing here")
      }
      rest.removeFirst()
    }
    guard rest.isEmpty else {
      throw NumberFormatError(
        reason: "'\(String(decoding: rest, as: UTF8.self))' means nothing here")
    }
    guard text.utf8.count > 0 else { throw NumberFormatError(reason: "it is empty") }
    guard width <= Self.maximum, digits ?? 0 <= Self.maximum else {
      throw NumberFormatError(reason: "widths and digits go up to \(Self.maximum)")
    }
    if style == .integer, digits != nil {
      throw NumberFormatError(reason: "'d' has no digits after the point")
    }
  }

  public func text(_ value: Int) throws(NumberFormatError) -> String {
    switch style {
    case .shortest, .integer: pad(group(String(value)))
    case .fixed:
      pad(group(digits.map { $0 == 0 ? "\(value)" : "\(value)." + zeros($0) } ?? "\(value)"))
    case .scientific, .significant, .percent: try text(Double(value))
    }
  }

  public func text(_ value: Double) throws(NumberFormatError) -> String {
    switch style {
    case .shortest: return pad(group(NumberText.shortest(value)))
    case .fixed: return pad(group(NumberText.fixed(value, digits: digits ?? 6)))
    case .scientific: return pad(NumberText.scientific(value, digits: digits ?? 6))
    case .significant: return pad(group(NumberText.significant(value, digits: digits ?? 6)))
    case .percent: return pad(group(NumberText.percent(value, digits: digits)))
    case .integer:
      guard value.rounded() == value else {
        throw NumberFormatError(
          reason: "'d' writes integers, and \(NumberText.shortest(value)) is none")
      }
      return pad(group(NumberText.fixed(value, digits: 0)))
    }
  }

  /// A value that is no number: only a width and its side can be meant.
  public func text(_ value: String) throws(NumberFormatError) -> String {
    guard style == .shortest, !groupsThousands, !fillsWithZeros else {
      throw NumberFormatError(reason: "it writes numbers, and the value is none")
    }
    return pad(value, defaultAlignment: .left)
  }

  private func group(_ text: String) -> String { groupsThousands ? NumberText.grouped(text) : text }

  private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

  private func pad(_ text: String, defaultAlignment: Alignment = .right) -> String {
    let missing = width - TextWidth.columns(of: text)
    guard missing > 0 else { return text }
    if fillsWithZeros, alignment == nil {
      let sign = text.hasPrefix("-") ? "-" : ""
      return sign + zeros(missing) + text.dropFirst(sign.count)
    }
    func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
    return switch alignment ?? defaultAlignment {
    case .left: text + blanks(missing)
    case .right: blanks(missing) + text
    case .middle: blanks(missing / 2) + text + blanks(missing - missing / 2)
    }
  }
}
