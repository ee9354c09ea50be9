import CKernels
import Synchronization

/// How kernels run on this machine. Nothing here changes a result.
public enum Machine {
  /// The numeric contract's version: raised when any result's bits change.
  public static let numericsVersion = Int(CK_NUMERICS_VERSION)

  /// The instances that this machine can run, the reference first, the fastest last.
  public static let variants: [String] =
    ["reference", "avx2", "avx512", "neon"].filter { ck_has_variant($0) }

  /// The instance that kernel calls go to: `reference`, `avx2`, `avx512` or `neon`.
  public static var variant: String { String(cString: ck_variant_name()) }

  /// Sends kernel calls to another instance; nil chooses again. False where the machine has it not.
  @discardableResult
  public static func useVariant(_ name: String?) -> Bool { ck_force_variant(name) }

  /// Into how many shares work is cut: `TESSERA_THREADS`, 1 by default.
  public static var shares: Int {
    get { Int(ck_shares()) }
    set { ck_set_shares(Int32(clamping: newValue)) }
  }

  private static let forcing = Mutex(())

  /// Runs `body` with a forced instance and number of shares, one such body at a time; nil where the
  /// machine has no such instance. For tests and benchmarks.
  public static func with<Result: Sendable>(
    variant: String, shares: Int, _ body: () throws -> Result
  ) rethrows -> Result? {
    try forcing.withLock { _ in
      guard useVariant(variant) else { return nil }
      let before = Self.shares
      defer {
        useVariant(nil)
        Self.shares = before
      }
      Self.shares = shares
      return try body()
    }
  }
}
