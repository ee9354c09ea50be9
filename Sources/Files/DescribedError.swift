/// An error that can be shown to a person: a stable code, what happened, and the way out.
///
/// Every library's typed error conforms; the sentence is made here from the cause's own data, and
/// the language turns it into `error[E0412]: …` with the place in the cell.
public protocol DescribedError: Error, Sendable {
  /// `E` and four digits, never re-used for another cause.
  var code: String { get }
  /// One sentence without a full stop: what is wrong, with the numbers.
  var message: String { get }
  /// What to do about it, if that is known.
  var hint: String? { get }
}

extension DescribedError {
  public var hint: String? { nil }
}
