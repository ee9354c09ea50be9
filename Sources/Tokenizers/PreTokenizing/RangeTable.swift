/// A class of characters given by ranges of code points.
struct RangeTable: Sendable {
  private let starts: [UInt32]
  private let ends: [UInt32]

  /// - Parameter text: ranges in hexadecimal, `41-5A 61`, ascending.
  init(_ text: String) {
    var (starts, ends): ([UInt32], [UInt32]) = ([], [])
    for range in text.utf8.split(separator: UInt8(ascii: " ")) {
      let bounds = range.split(separator: UInt8(ascii: "-")).compactMap {
        UInt32(String(decoding: $0, as: UTF8.self), radix: 16)
      }
      guard let first = bounds.first, let last = bounds.last else { continue }
      starts.append(first)
      ends.append(last)
    }
    (self.starts, self.ends) = (starts, ends)
  }

  /// The ranges, ascending.
  var ranges: [ClosedRange<UInt32>] { zip(starts, ends).map { $0...max($0, $1) } }

  func contains(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < scalar { low = middle + 1 } else { high = middle }
    }
    return low < starts.count && starts[low] <= scalar
  }

  static let punctuation = RangeTable(ReferenceTables.punctuation)
  static let control = RangeTable(ReferenceTables.control)
  static let nonspacing = RangeTable(ReferenceTables.nonspacing)
  static let mark = RangeTable(ReferenceTables.mark)
  static let unorderedMark = RangeTable(ReferenceTables.unorderedMark)
}

/// The script of every character, numbered; 0 is none.
struct ScriptTable: Sendable {
  static let shared = ScriptTable()

  private let starts: [UInt32]
  private let ends: [UInt32]
  private let scripts: [Int]

  private init() {
    var entries: [(range: ClosedRange<UInt32>, script: Int)] = []
    for (index, text) in ReferenceTables.scripts.enumerated() {
      entries += RangeTable(text).ranges.map { ($0, index + 1) }
    }
    entries.sort { $0.range.lowerBound < $1.range.lowerBound }
    starts = entries.map(\.range.lowerBound)
    ends = entries.map(\.range.upperBound)
    scripts = entries.map(\.script)
  }

  func script(_ scalar: UInt32) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < scalar { low = middle + 1 } else { high = middle }
    }
    return low < starts.count && starts[low] <= scalar ? scripts[low] : 0
  }
}
