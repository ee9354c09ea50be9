@testable import Tokenizers

/// The definition of training by merges over any symbols: all pairs are counted anew for each merge.
struct NaiveMergeTrainer {
  var words: [(symbols: [[UInt8]], count: Int)]
  var tokens: Set<[UInt8]>
  var least = 2
  var rules = MergeRules.none
  var criterion = MergeCriterion.count

  /// The merges until there are `size` tokens, each merge once.
  mutating func merges(to size: Int) -> [[[UInt8]]] {
    var merges: [[[UInt8]]] = []
    while tokens.count < size {
      var pairs: [[[UInt8]]: Int] = [:]
      var singles: [[UInt8]: Int] = [:]
      for word in words {
        for symbol in word.symbols { singles[symbol, default: 0] += word.count }
        for place in word.symbols.indices.dropLast() {
          pairs[[word.symbols[place], word.symbols[place + 1]], default: 0] += word.count
        }
      }
      let allowed = pairs.filter { $0.value >= least && rules.permit(joined($0.key)) }
      func value(_ pair: [[UInt8]], _ count: Int) -> Double {
        if criterion == .count { return Double(count) }
        return Double(count) / (Double(singles[pair[0]]!) * Double(singles[pair[1]]!))
      }
      let best = allowed.max { a, b in
        let (x, y) = (value(a.key, a.value), value(b.key, b.value))
        if x != y { return x < y }
        if a.key[0] != b.key[0] { return b.key[0].lexicographicallyPrecedes(a.key[0]) }
        return b.key[1].lexicographicallyPrecedes(a.key[1])
      }
      guard let best else { break }
      let merged = joined(best.key)
      for index in words.indices {
        var place = 0
        while place + 1 < words[index].symbols.count {
          if Array(words[index].symbols[place...place + 1]) == best.key {
            words[index].symbols.replaceSubrange(place...place + 1, with: [merged])
          }
          place += 1
        }
      }
      tokens.insert(merged)
      if !merges.contains(best.key) { merges.append(best.key) }
    }
    return merges
  }

  private func joined(_ pair: [[UInt8]]) -> [UInt8] {
    let isContinued = !rules.continuation.isEmpty && pair[1].starts(with: rules.continuation)
    return pair[0] + (isContinued ? Array(pair[1].dropFirst(rules.continuation.count)) : pair[1])
  }
}

extension MergeLearner {
  var mergedBytes: [[[UInt8]]] {
    merges.map { [Array(tokens[Int($0.left)]), Array(tokens[Int($0.right)])] }
  }
}

extension PieceCounter {
  /// The pieces as the twin takes them, cut into bytes or characters.
  func words(_ cut: ([UInt8]) -> [[UInt8]]) -> [(symbols: [[UInt8]], count: Int)] {
    (0..<pieces.count).map { (cut(Array(pieces[$0])), Int(counts[$0])) }
  }
}
