import Language
import Tokenizers

/// What tokenizers' benchmarks found, as tables for people and lines for programs.
enum TokenizerListing {
  typealias Row = (text: String, bytes: Int, figures: TokenizerBenchmark.Figures)

  static func text(of loading: TokenizerBenchmark.Loading) -> String {
    var rows = [("file, first", loading.first), ("file", loading.later)]
    if let mapped = loading.mapped { rows.append(("mapped form", mapped)) }
    return table([
      ("loading", rows.map { .string($0.0) }),
      ("ms", rows.map { .float(($0.1 * 1e5).rounded() / 100) }),
    ])
  }

  static func text(of rows: [Row], threads: Int) -> String {
    func rates(_ rate: KeyPath<TokenizerBenchmark.Figures, Double>) -> [Value] {
      rows.map { .float(($0.figures[keyPath: rate] * 10).rounded() / 10) }
    }
    var columns: [(String, [Value])] = [
      ("text", rows.map { .string($0.text) }),
      ("MB", rows.map { .float((Double($0.bytes) / 1e4).rounded() / 100) }),
      ("ids", rows.map { .int($0.figures.ids.count) }),
      ("cold", rates(\.cold)), ("warm", rates(\.warm)), ("count", rates(\.counting)),
      ("decode", rates(\.decoding)),
    ]
    if threads > 1 { columns.append(("\(threads) threads", rates(\.shared))) }
    return table(columns) + "\nMB/s"
  }

  /// For each text cold, warm, decoding, counting and shared MB/s and its name; then, where it was
  /// measured, the seconds of loading: first, later, mapped.
  static func lines(of rows: [Row], _ loading: TokenizerBenchmark.Loading?) -> String {
    var lines = rows.map { row in
      let figures = row.figures
      let rates = [
        figures.cold, figures.warm, figures.decoding, figures.counting, figures.shared,
      ]
      return rates.map { "\($0)" }.joined(separator: " ") + " " + row.text
    }
    if let loading {
      let times = [loading.first, loading.later] + (loading.mapped.map { [$0] } ?? [])
      lines.append(times.map { "\($0)" }.joined(separator: " ") + " loading")
    }
    return lines.joined(separator: "\n")
  }

  private static func table(_ columns: [(String, [Value])]) -> String {
    // A listing is printed whole.
    Table(columns: columns).map { TableLayout(rowLimit: $0.rowCount).text(of: $0) } ?? ""
  }
}
