import CKernels

/// What this machine can do at this minute: the peaks that kernels' rates are compared with.
///
/// All rates are those of ``shares`` shares together. Other programs take their part of them, which
/// is why the peaks are measured beside the kernels and not written down.
public struct MachineProbe: Sendable, Equatable {
  /// The instance that was measured: `reference`, `avx2`, `avx512` or `neon`.
  public var variant: String
  public var shares: Int
  /// f32 fused multiply-adds in registers, two operations each.
  public var fmaGigaflops: Double
  /// 8-bit products summed in 32 bits, two operations each.
  public var dotGigaops: Double
  /// Reading what lies in the cores' own caches, in the shared one, and in memory.
  public var secondLevelGigabytesPerSecond: Double
  public var thirdLevelGigabytesPerSecond: Double
  public var memoryGigabytesPerSecond: Double
  /// Bytes copied by `memcpy`, each read and written.
  public var copyGigabytesPerSecond: Double
  /// The sizes that were read; the last of them is copied.
  public var secondLevelBytes: Int
  public var thirdLevelBytes: Int
  public var memoryBytes: Int

  /// Measures for about `seconds` a figure, and as long as making the memory takes (some 0.3 s).
  ///
  /// - Parameters:
  ///   - shares: into how many shares the work is cut.
  ///   - limit: the largest memory to take; the smaller of an eighth of the machine's and 512 MiB, or twice
  ///     the third-level cache where that is more.
  /// - Throws: an ``Interruption`` that was asked for meanwhile.
  public static func measure(shares: Int, seconds: Double = 0.06, limit: Int = .max)
    throws(Interruption) -> MachineProbe
  {
    let before = Machine.shares
    Machine.shares = shares
    defer { Machine.shares = before }
    let cores = Machine.cores
    let level2 = max(Int(ck_cache_bytes(2)), 1 << 18)
    let level3 = Int(ck_cache_bytes(3))
    // Half of a cache, so that nothing else has to leave it; of a large one, what is well beyond the
    // level below: a virtual machine has only its part of it.
    let small = level2 / 2 * min(Machine.shares, cores)
    let middle = level3 > 0 ? max(min(level3 / 2, 8 * level2), 2 * small) : 8 * level2
    let large = min(max(1 << 29, 2 * level3), max(Int(ck_memory_bytes()) / 8, 1 << 24), limit)
    func next(_ measurement: (Double) -> Double) throws(Interruption) -> Double {
      try Cancellation.check()
      return measurement(seconds)
    }
    return MachineProbe(
      variant: Machine.variant,
      shares: Machine.shares,
      fmaGigaflops: try next { ck_probe_fma_f32($0) },
      dotGigaops: try next { ck_probe_dot_i8($0) },
      secondLevelGigabytesPerSecond: try next { ck_probe_read(small, $0) },
      thirdLevelGigabytesPerSecond: try next { ck_probe_read(min(middle, limit), $0) },
      memoryGigabytesPerSecond: try next { ck_probe_read(large, $0) },
      copyGigabytesPerSecond: try next { ck_probe_copy(large / 2, $0) },
      secondLevelBytes: small, thirdLevelBytes: min(middle, limit), memoryBytes: large)
  }

  /// The rate at which `bytes` that are used again and again can be read.
  public func readGigabytesPerSecond(bytes: Int) -> Double {
    if bytes <= 2 * secondLevelBytes { return secondLevelGigabytesPerSecond }
    return bytes <= 2 * thirdLevelBytes ? thirdLevelGigabytesPerSecond : memoryGigabytesPerSecond
  }
}
