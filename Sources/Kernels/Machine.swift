import CKernels
import Synchronization

/// How kernels run on this machine. Nothing here changes a result.
public enum Machine {
  /// The rate at which this thread's shares read `bytes` again and again, measured now, in 10⁹ bytes a
  /// second.
  public static func readGigabytesPerSecond(bytes: Int, seconds: Double = 0.1) -> Double {
    ck_probe_read(max(bytes, 1 << 16), seconds)
  }

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

  /// The cores that this process may use: its affinity and the quota of its control group.
  public static var cores: Int { Int(ck_cores()) }

  /// Runs `body` with kernel calls of this thread cut into `limit` shares at most.
  ///
  /// Threads that run beside one another and each call kernels have ``shares`` between them so.
  public static func limitingShares<Result>(to limit: Int, _ body: () throws -> Result) rethrows
    -> Result
  {
    let before = ck_set_thread_shares(Int32(clamping: max(limit, 1)))
    defer { ck_set_thread_shares(before) }
    return try body()
  }

  private static let forcing = Mutex(())

  /// Runs `body` with a forced instance and number of shares, one such body at a time; nil where the
  /// machine has no such instance. For tests and benchmarks.
  ///
  /// - Parameter cutsAll: whether small work is cut into its shares too, which tests want.
  public static func with<Result: Sendable>(
    variant: String, shares: Int, cutsAll: Bool = true, _ body: () throws -> Result
  ) rethrows -> Result? {
    try forcing.withLock { _ in
      guard useVariant(variant) else { return nil }
      let sharesBefore = Self.shares
      let eagerBefore = ck_set_eager(cutsAll)
      defer {
        useVariant(nil)
        ck_set_eager(eagerBefore)
        Self.shares = sharesBefore
      }
      Self.shares = shares
      return try body()
    }
  }
}
