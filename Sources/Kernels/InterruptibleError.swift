/// An error of a library that may stand for a stop that was asked for.
///
/// Whoever shows errors or lets a program catch them looks here first: a stop is not a failure.
public protocol InterruptibleError: Error {
  /// The request that stopped the work, if that is what happened.
  var interruption: Interruption? { get }
}
