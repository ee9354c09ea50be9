import Kernels
import Language

/// Peaks and rates as tables.
enum KernelListing {
  static func text(of probe: MachineProbe) -> String {
    func read(_ bytes: Int) -> String { "read \(CacheListing.size(bytes))" }
    let lines: [(String, Double, String)] = [
      ("f32 multiply-adds in registers", probe.fmaGigaflops, "GF/s"),
      ("8-bit products in registers", probe.dotGigaops, "GOP/s"),
      (read(probe.secondLevelBytes), probe.secondLevelGigabytesPerSecond, "GB/s"),
      (read(probe.thirdLevelBytes), probe.thirdLevelGigabytesPerSecond, "GB/s"),
      (read(probe.memoryBytes), probe.memoryGigabytesPerSecond, "GB/s"),
      ("copy \(CacheListing.size(probe.memoryBytes / 2))", probe.copyGigabytesPerSecond, "GB/s"),
    ]
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
