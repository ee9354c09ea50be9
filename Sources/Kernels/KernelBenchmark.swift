import CKernels

/// One kernel at one size: what it does, and how to do it once.
///
/// ``cases`` is the table of all; a new kernel family adds its line there.
public struct KernelBenchmark: Sendable {
  /// What holds the kernel back, which its rate is compared with.
  public enum Limit: Sendable {
    /// Fused multiply-adds, `lanes` at a time relative to f32: 0.5 for f64.
    case arithmetic(lanes: Double)
    /// Reading and writing.
    case bandwidth
  }

  /// `gemm f32`
  public let name: String
  /// `1024 x 1024 x 1024`
  public let size: String
  /// What the kernel's definition asks for; a fused multiply-add is two.
  public let operations: Double
  /// What has to be read and written at least once.
  public let bytes: Int
  public let limit: Limit
  /// Makes the operands and gives the work.
  let prepare: @Sendable () throws -> () throws -> Void

  /// How long the kernel takes.
  public struct Measurement: Sendable {
    /// The median of the runs, a run being one call.
    public var seconds: Double
    public var runs: Int
    public var gigaflops: Double
    public var gigabytesPerSecond: Double
  }

  /// Runs the kernel for about `seconds`, at least three times, after one that is not counted.
  ///
  /// - Throws: an ``Interruption`` that was asked for, or the kernel's own error.
  public func measure(seconds: Double) throws -> Measurement {
    let work = try prepare()
    try work()
    // Short calls are timed together, so that the clock's own time does not matter.
    var together = 1
    var times: [Double] = []
    let end = ck_seconds() + seconds
    while times.count < 3 || ck_seconds() < end {
      try Cancellation.check()
      let start = ck_seconds()
      for _ in 0..<together { try work() }
      let taken = ck_seconds() - start
      if taken < 2e-5, together < 1 << 20 {
        together *= 2
      } else {
        times.append(taken / Double(together))
      }
    }
    times.sort()
    let median = times[times.count / 2]
    return Measurement(
      seconds: median, runs: times.count * together, gigaflops: operations / median * 1e-9,
      gigabytesPerSecond: Double(bytes) / median * 1e-9)
  }

  /// The share of the machine's peak that a measurement reached.
  public func share(of probe: MachineProbe, _ measurement: Measurement) -> Double {
    switch limit {
    case .arithmetic(let lanes): measurement.gigaflops / (probe.fmaGigaflops * lanes)
    case .bandwidth:
      measurement.gigabytesPerSecond / probe.readGigabytesPerSecond(bytes: bytes)
    }
  }
}
