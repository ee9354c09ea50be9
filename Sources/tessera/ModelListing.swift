import Language
import Models

extension BenchmarkModels {
  /// One model's figures.
  struct Row {
    let name: String
    /// Seconds.
    let loading, firstToken: Double
    let result: ModelBenchmark.Measurement

    /// Name, seconds of loading, seconds to the first token, the process's peak in 2²⁰ bytes, tokens a second of writing,
    /// its bound, the share of slow steps, then tokens a second of each prompt.
    var line: String {
      let numbers =
        [
          loading, firstToken, ProcessMemory.peakMegabytes, result.writing, result.bound,
          result.slowSteps,
        ] + result.prompts
      return name + numbers.map { " \($0)" }.joined()
    }

    static func table(_ rows: [Row], _ prompts: [Int]) -> String {
      func number(_ value: Double, _ scale: Double = 10) -> Value {
        .float((value * scale).rounded() / scale)
      }
      var columns: [(String, [Value])] = [
        ("model", rows.map { .string($0.name) }),
        ("load ms", rows.map { number($0.loading * 1e3) }),
        ("first token ms", rows.map { number($0.firstToken * 1e3) }),
      ]
      for (index, prompt) in prompts.enumerated() {
        columns.append(("prompt \(prompt)", rows.map { number($0.result.prompts[index]) }))
      }
      columns += [
        ("write", rows.map { number($0.result.writing) }),
        ("MB a token", rows.map { number(Double($0.result.bytes) * 1e-6) }),
        ("read GB/s", rows.map { number($0.result.readRate) }),
        (
          "% of bound",
          rows.map { number(100 * $0.result.writing / max($0.result.bound, 1e-9)) }
        ),
        ("slow steps %", rows.map { number(100 * $0.result.slowSteps) }),
      ]
      return Table(columns: columns).map { TableLayout(rowLimit: $0.rowCount).text(of: $0) } ?? ""
    }
  }
}
