@testable import Tokenizers

/// The definition of merging in a dozen lines: look at all pairs, merge the leftmost best, repeat.
enum NaiveMerger {
  static func merge(_ symbols: [Int32], with pairs: PairTable) -> [Int32] {
    var symbols = symbols
    while true {
      var best: (place: Int, merge: PairTable.Merge)?
      for place in symbols.indices.dropLast() {
        let merge = pairs.merge(symbols[place], symbols[place + 1])
        guard merge != PairTable.none else { continue }
        if let best, best.merge.rank <= merge.rank { continue }
        best = (place, merge)
      }
      guard let best else { return symbols }
      symbols.replaceSubrange(best.place...best.place + 1, with: [best.merge.merged])
    }
  }
}

/// `encode` of llama2.c's run.c, line by line, without BOS and EOS.
enum NaiveScores {
  static func encode(_ text: [UInt8], tokens: [[UInt8]], scores: [Float]) -> [Int32] {
    let ids = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($0.element, $0.offset) })
    var result: [Int] = []
    if !text.isEmpty { result.append(ids[[0x20]]!) }
    var buffer: [UInt8] = []
    for (index, byte) in text.enumerated() {
      if byte & 0xC0 != 0x80 { buffer = [] }
      buffer.append(byte)
      if index + 1 < text.count, text[index + 1] & 0xC0 == 0x80, buffer.count < 4 { continue }
      if let id = ids[buffer] { result.append(id) } else { result += buffer.map { Int($0) + 3 } }
      buffer = []
    }
    while true {
      var (best, bestScore, bestID) = (-1, Float(-1e10), -1)
      for index in result.indices.dropLast() {
        if let id = ids[tokens[result[index]] + tokens[result[index + 1]]], scores[id] > bestScore {
          (best, bestScore, bestID) = (index, scores[id], id)
        }
      }
      if best < 0 { return result.map(Int32.init) }
      result.replaceSubrange(best...best + 1, with: [bestID])
    }
  }
}

/// The definition of training: count all pairs of all pieces anew for every merge.
enum NaiveTrainer {
  static func merges(_ texts: [[UInt8]], vocabularySize: Int, minimumFrequency: Int)
    -> [[[UInt8]]]
  {
    var pieces: [[UInt8]: Int] = [:]
    for text in texts {
      for piece in PreTokenizer.gpt2.pieces(of: text) { pieces[piece, default: 0] += 1 }
    }
    var words = pieces.map { (symbols: $0.key.map { [$0] }, count: $0.value) }
    var tokens = Set((0..<256).map { [UInt8($0)] })
    var merges: [[[UInt8]]] = []
    while tokens.count < vocabularySize {
      var counts: [[[UInt8]]: Int] = [:]
      for word in words {
        for place in word.symbols.indices.dropLast() {
          counts[[word.symbols[place], word.symbols[place + 1]], default: 0] += word.count
        }
      }
      guard
        let best = counts.max(by: { a, b in
          if a.value != b.value { return a.value < b.value }
          if a.key[0] != b.key[0] { return b.key[0].lexicographicallyPrecedes(a.key[0]) }
          return b.key[1].lexicographicallyPrecedes(a.key[1])
        }), best.value >= minimumFrequency
      else { break }
      let merged = best.key[0] + best.key[1]
      for index in words.indices {
        var place = 0
        while place + 1 < words[index].symbols.count {
          if [words[index].symbols[place], words[index].symbols[place + 1]] == best.key {
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
}

/// A small generator of test inputs (SplitMix64); only tests use it.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func bytes(_ count: Int, from alphabet: [UInt8] = Array(0...255)) -> [UInt8] {
    (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &self)] }
  }

  /// Text of characters from many scripts, spaces, marks, digits and quotes.
  mutating func text(_ count: Int) -> String {
    let pool: [Unicode.Scalar] = Array(
      "aaeinrst ABZ  \n\t'sdtmllvere0123.,!?-_()\u{A0}\u{2003}\u{85}éßİıǅñ½²٣४Ⅷ你好世界こんにちは한국어हिन्दी\u{301}\u{323}\u{5D0}😀👩\u{200D}👧\u{FEFF}\u{200B}ﬁＡ①"
        .unicodeScalars)
    var view = String.UnicodeScalarView()
    for _ in 0..<count {
      if Int.random(in: 0..<12, using: &self) == 0,
        let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &self))
      {
        view.append(scalar)
      } else {
        view.append(pool[Int.random(in: 0..<pool.count, using: &self)])
      }
    }
    return String(view)
  }
}
