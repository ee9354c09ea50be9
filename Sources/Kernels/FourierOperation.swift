/// What a ``FourierTransform`` does with each line (definitions: ck_fourier.h). Complex numbers are pairs;
/// "bins" are the n / 2 + 1 complex numbers that tell a real line's spectrum.
public enum FourierOperation: UInt32, Sendable, CaseIterable {
  /// Complex to complex: y_k = Σ x_j exp(-2πi j k / n).
  case forward
  /// Complex to complex: y_j = Σ x_k exp(2πi j k / n) / n.
  case inverse
  /// The gradient of ``forward``: Σ dy_k exp(2πi j k / n).
  case forwardGradient
  /// The gradient of ``inverse``: Σ dy_j exp(-2πi j k / n) / n.
  case inverseGradient
  /// Real to bins: the first of ``forward``, to the bit.
  case real
  /// Bins to real, with 1 / n. The second parts of bin 0, and of bin n / 2 of an even n, are not read.
  case realInverse
  /// The gradient of ``real``: bins to real.
  case realGradient
  /// The gradient of ``realInverse``: real to bins.
  case realInverseGradient

  /// What gradients go back through, for real inner products of all numbers: <F x, y> = <x, F* y>.
  public var adjoint: FourierOperation {
    switch self {
    case .forward: .forwardGradient
    case .inverse: .inverseGradient
    case .forwardGradient: .forward
    case .inverseGradient: .inverse
    case .real: .realGradient
    case .realInverse: .realInverseGradient
    case .realGradient: .real
    case .realInverseGradient: .realInverse
    }
  }

  /// The extents of a line that is read: its numbers, and 2 if they are pairs.
  public func input(_ n: Int) -> (length: Int, parts: Int) { adjoint.output(n) }

  /// The extents of a line that is written.
  public func output(_ n: Int) -> (length: Int, parts: Int) {
    switch self {
    case .forward, .inverse, .forwardGradient, .inverseGradient: (n, 2)
    case .real, .realInverseGradient: (n / 2 + 1, 2)
    case .realInverse, .realGradient: (n, 1)
    }
  }
}
