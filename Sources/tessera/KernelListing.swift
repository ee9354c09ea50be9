import Kernels
import Language

/// Peaks and rates as tables.
enum KernelListing {
  /// What, how much, of what.
  private static func peaks(_ probe: MachineProbe) -> [(String, Double, String)] {
    func read(_ bytes: Int) -> String { "read \(CacheListing.size(bytes))" }
    return [
      ("f32 multiply-adds in registers", probe.fmaGigaflops, "GF/s"),
      ("8-bit products in registers", probe.dotGigaops, "GOP/s"),
      (read(probe.secondLevelBytes), probe.secondLevelGigabytesPerSecond, "GB/s"),
      (read(probe.thirdLevelBytes), probe.thirdLevelGigabytesPerSecond, "GB/s"),
      (read(probe.memoryBytes), probe.memoryGigabytesPerSecond, "GB/s"),
      ("copy \(CacheListing.size(probe.memoryBytes / 2))", probe.copyGigabytesPerSecond, "GB/s"),
    ]
  }

  /// `peak`, what, how much and of what, between tabs.
  static func lines(of probe: MachineProbe) -> String {
    peaks(probe).map { "peak\t\($0.0)\t\($0.1)\t\($0.2)" }.joined(separator: "\n")
  }

  /// Name, size, seconds, GF/s, GB/s and, with a probe, the share of the peak, between tabs.
  static func line(
    of kernel: KernelBenchmark, _ result: KernelBenchmark.Measurement, _ probe: MachineProbe?
  ) -> String {
    let share = probe.map { "\t\(kernel.share(of: $0, result))" } ?? ""
    return "\(kernel.name)\t\(kernel.size)\t\(result.seconds)\t\(result.gigaflops)"
      + "\t\(result.gigabytesPerSecond)\(share)"
  }

  static func text(of probe: MachineProbe) -> String {
    let lines = peaks(probe)
    return table([
      ("peak", lines.map { .string($0.0) }),
      ("rate", lines.map { number($0.1, decimals: 1) }),
      ("unit", lines.map { .string($0.2) }),
    ])
  }

  static func text(
    of measured: [(kernel: KernelBenchmark, result: KernelBenchmark.Measurement)],
    _ probe: MachineProbe?
  ) -> String {
    var columns: [(String, [Value])] = [
      ("kernel", measured.map { .string($0.kernel.name) }),
      ("size", measured.map { .string($0.kernel.size) }),
      ("us", measured.map { number($0.result.seconds * 1e6, decimals: 2) }),
      ("GF/s", measured.map { number($0.result.gigaflops, decimals: 2) }),
      ("GB/s", measured.map { number($0.result.gigabytesPerSecond, decimals: 1) }),
    ]
    if let probe {
      columns.append(
        (
          "% of peak",
          measured.map { number(100 * $0.kernel.share(of: probe, $0.result), decimals: 1) }
        ))
      columns.append(
        (
          "peak",
          measured.map {
            if case .arithmetic = $0.kernel.limit {
              .string("multiply-add")
            } else {
              .string("read")
            }
          }
        ))
    }
    return table(columns)
  }

  private static func table(_ columns: [(String, [Value])]) -> String {
    // A listing is printed whole.
    Table(columns: columns).map { TableLayout(rowLimit: $0.rowCount).text(of: $0) } ?? ""
  }

  private static func number(_ value: Double, decimals: Int) -> Value {
    let scale = decimals == 1 ? 10.0 : 100.0
    return .float((value * scale).rounded() / scale)
  }
}
