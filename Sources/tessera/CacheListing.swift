import Language
import Notebooks

/// What is in the cache, as a table.
struct CacheListing {
  private let cache: Cache

  init(_ cache: Cache) { self.cache = cache }

  /// The entries, the last used first, and a line with their sum.
  var text: String {
    let items = cache.list()
    let total = cache.size()
    let sum = "\(Self.count(total.entries)), \(Self.size(total.bytes)) in \(cache.folder)"
    let columns: [(String, [Value])] = [
      ("key", items.map { .string(String($0.key.prefix(12))) }),
      ("cell", items.map { .string($0.label) }),
      ("size", items.map { .string(Self.size($0.bytes)) }),
      ("seconds", items.map { .float(($0.seconds * 1_000).rounded() / 1_000) }),
    ]
    guard !items.isEmpty, let table = Table(columns: columns) else { return sum }
    return Value.table(table).display + "\n" + sum
  }

  static func count(_ entries: Int) -> String { entries == 1 ? "1 entry" : "\(entries) entries" }

  /// `12.3 MB`
  static func size(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.95, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(units[unit])"
  }
}
