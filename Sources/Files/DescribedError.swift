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
  /// What holds on this machine at this moment only, such as the memory that is free: it goes to
  /// standard error, never into a saved output.
  var machineDetail: String? { get }
}

extension DescribedError {
  public var hint: String? { nil }
  public var machineDetail: String? { nil }
}
