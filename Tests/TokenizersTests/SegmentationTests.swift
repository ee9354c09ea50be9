import Kernels
import Testing

@testable import Tokenizers

@Suite("Segmentation") struct SegmentationTests {
  static let vocabulary: [(bytes: [UInt8], id: Int32)] = [
    ("a", 0), ("b", 1), ("ab", 2), ("ba", 3), ("aab", 4), ("bab", 5), ("abab", 6), ("ab", 7),
  ].map { (Array($0.0.utf8), $0.1) }

  /// All words over two letters of up to `length` bytes.
  static func words(_ length: Int) -> [[UInt8]] {
    (0...length).flatMap { length in
      (0..<1 << length).map { bits in (0..<length).map { UInt8(97 + (bits >> $0) & 1) } }
    }
  }

  /// The definition: try every token at the start, and go on with the rest.
  static func all(_ word: ArraySlice<UInt8>, _ vocabulary: [(bytes: [UInt8], id: Int32)])
    -> [[Int32]]
  {
    if word.isEmpty { return [[]] }
    return vocabulary.filter { word.starts(with: $0.bytes) }.flatMap { token in
      all(word.dropFirst(token.bytes.count), vocabulary).map { [token.id] + $0 }
    }
  }

  private func score(_ id: Int32) -> Double { -0.3 - Double((id * 5) % 7) * 0.4 }

  @Test("lattices of all short words are what enumeration finds", arguments: [true, false])
  func bruteForce(isWhole: Bool) throws {
    // Without "b", some words have no segmentation.
    let vocabulary = isWhole ? Self.vocabulary : Self.vocabulary.filter { $0.id != 1 }
    let trie = TokenTrie(vocabulary)
    for word in Self.words(8) {
      let lattice = try SegmentationLattice(word, trie)
      let all = Self.all(word[...], vocabulary)
      #expect(lattice.count == BigUnsigned(UInt64(all.count)))
      #expect(try Set(lattice.sequences(limit: .max)) == Set(all))
      #expect(try lattice.sequences(limit: .max).count == all.count)
      #expect(try lattice.sequences(limit: 3) == Array(lattice.sequences(limit: .max).prefix(3)))
      let sums = all.map { $0.reduce(0) { $0 + score($1) } }
      if let best = lattice.best(score) {
        #expect(abs(best.score - sums.max()!) < 1e-12 && all.contains(best.ids))
        #expect(abs(best.ids.reduce(0) { $0 + score($1) } - best.score) < 1e-12)
      } else {
        #expect(all.isEmpty)
      }
      let logSum = lattice.logSum(score)
      #expect(all.isEmpty ? logSum == -.infinity : abs(logSum - LogSum.of(sums)) < 1e-12)
      for ids in all { #expect(lattice.contains(ids)) }
      #expect(!lattice.contains([0, 99]))
    }
  }

  @Test("counts far beyond a machine word are exact")
  func bigCounts() throws {
    let trie = TokenTrie([([97], 0), ([97, 97], 1)])
    let lattice = try SegmentationLattice([UInt8](repeating: 97, count: 300), trie)
    // The Fibonacci number F(301).
    #expect(
      lattice.count.description
        == "359579325206583560961765665172189099052367214309267232255589801")
    #expect(lattice.count.bitWidth == 208)
    #expect(abs(lattice.count.approximation / 3.59579325206583561e62 - 1) < 1e-15)
    var generator = SplitMix(seed: 1)
    #expect(lattice.contains(try lattice.sample(using: &generator) ?? []))
    var (power, sum) = (BigUnsigned(1), BigUnsigned())
    for _ in 0..<200 {
      sum += power
      power += power
    }
    #expect(power.description == "1606938044258990275541962092341162602522202993782792835301376")
    #expect(sum < power)
    power.subtract(sum)
    #expect(power == BigUnsigned(1))
    #expect(
      BigUnsigned().description == "0"
        && BigUnsigned(UInt64.max).description == "18446744073709551615")
  }

  @Test("samples are even, or follow their scores")
  func sampling() throws {
    let lattice = try SegmentationLattice(Array("ababab".utf8), TokenTrie(Self.vocabulary))
    let all = try lattice.sequences(limit: .max)
    let weights = all.map { $0.reduce(0) { $0 + score($1) } }
    let total = LogSum.of(weights)
    for isEven in [true, false] {
      var generator = SplitMix(seed: 5)
      var seen: [[Int32]: Int] = [:]
      let draws = 40_000
      for _ in 0..<draws {
        let drawn =
          isEven ? try lattice.sample(using: &generator) : lattice.sample(score, using: &generator)
        seen[try #require(drawn), default: 0] += 1
      }
      var chiSquare = 0.0
      for (ids, weight) in zip(all, weights) {
        let expected =
          Double(draws) * (isEven ? 1 / Double(all.count) : ElementaryFunction.exp(weight - total))
        let difference = Double(seen[ids, default: 0]) - expected
        chiSquare += difference * difference / expected
      }
      let freedom = Double(all.count - 1)
      #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot())
      var again = SplitMix(seed: 5)
      var other = SplitMix(seed: 5)
      #expect(try lattice.sample(using: &again) == lattice.sample(using: &other))
    }
  }

  @Test("a trie finds tokens by their start")
  func trie() {
    var random = TestRandom(2)
    let tokens = (0..<300).map { id in
      (
        bytes: random.bytes(Int.random(in: 1...5, using: &random), from: Array("abc".utf8)),
        id: Int32(id)
      )
    }
    let trie = TokenTrie(tokens)
    #expect(trie.longestToken == 5)
    for word in Self.words(5) + [Array("cab".utf8), Array("x".utf8)] {
      let starting = Set(tokens.filter { $0.bytes.starts(with: word) }.map(\.id))
      #expect(Set(trie.tokens(startingWith: word)) == starting)
      #expect(trie.tokens(of: word) == tokens.filter { $0.bytes == word }.map(\.id))
      var found: [Int32] = []
      trie.forEachToken(in: word, at: 0) { id, end in
        found.append(id)
        #expect(tokens[Int(id)].bytes == Array(word[..<end]))
      }
      #expect(Set(found) == Set(tokens.filter { word.starts(with: $0.bytes) }.map(\.id)))
    }
  }

  @Test("an alignment's chunks are those between common ends", arguments: 0..<60)
  func aligner(seed: Int) throws {
    var random = TestRandom(seed)
    func lengths(_ total: Int) -> [Int] {
      var rest = total
      var result: [Int] = []
      while rest > 0 {
        let length = min(rest, Int.random(in: 1...4, using: &random))
        result.append(length)
        rest -= length
      }
      return result
    }
    let (a, b) = (lengths(30), lengths(30))
    let chunks = try TokenizerAligner(lengths: a, b).chunks
    func ends(_ lengths: [Int]) -> [Int] { lengths.indices.map { lengths[...$0].reduce(0, +) } }
    let common = Set(ends(a)).intersection(ends(b)).sorted()
    #expect(chunks.map(\.bytes.upperBound) == common)
    #expect(chunks.map(\.bytes.lowerBound) == [0] + common.dropLast())
    for chunk in chunks {
      #expect(a[chunk.first].reduce(0, +) == chunk.bytes.count)
      #expect(b[chunk.second].reduce(0, +) == chunk.bytes.count)
    }
    #expect(chunks.flatMap { Array($0.first) } == Array(a.indices))
    #expect(chunks.flatMap { Array($0.second) } == Array(b.indices))
  }

  @Test("tokens without bytes stay with their neighbours; different texts are refused")
  func alignerEdges() throws {
    let chunks = try TokenizerAligner(lengths: [0, 2, 0, 1, 0], [2, 1]).chunks
    #expect(chunks.map(\.first) == [0..<3, 3..<5] && chunks.map(\.second) == [0..<1, 1..<2])
    #expect(try TokenizerAligner(lengths: [0, 0], []).chunks.map(\.first) == [0..<2])
    #expect(try TokenizerAligner(lengths: [], []).chunks.isEmpty)
    #expect(throws: TokenizerError.differentTexts(byte: 3)) {
      try TokenizerAligner(lengths: [3], [4])
    }
    let a = try BPETrainer(vocabularySize: 280, minimumFrequency: 1).train(texts: [
      "the theme of them"
    ]).tokenizer
    let b = try BPETrainer(vocabularySize: 256).train(texts: ["x"]).tokenizer
    let text = "the them"
    let aligned = try TokenizerAligner(a.encode(text), a, b.encode(text), b)
    #expect(aligned.chunks.count == (try a.encode(text).count))
    #expect(throws: TokenizerError.differentTexts(byte: 5)) {
      try TokenizerAligner(a.encode("the them"), a, b.encode("the tome"), b).chunks[99]
    }
  }

  @Test(
    "covers of a prefix are the valid sequences that only their last token leaves it by",
    arguments: ["", "a", "ab", "aba", "abba", "babab", "a b", "ab a"])
  func covers(prefix: String) throws {
    let text = "abab babab aab abba ab ba abab bab ab ab"
    let tokenizer = try BPETrainer(vocabularySize: 264, minimumFrequency: 1).train(texts: [text])
      .tokenizer
    let bytes = Array(prefix.utf8)
    // All sequences over the tokens that have to do with the text, one token after another.
    let tokens = try (0..<Int32(tokenizer.vocabularySize)).map { try tokenizer.tokenBytes($0) }
    var expected: Set<[Int32]> = []
    var open: [(ids: [Int32], bytes: [UInt8])] = [([], [])]
    while let (ids, sofar) = open.popLast() {
      if sofar.count >= bytes.count {
        if !bytes.isEmpty, try tokenizer.encode(bytes: sofar) == ids { expected.insert(ids) }
        continue
      }
      let rest = bytes[sofar.count...]
      for (id, token) in tokens.enumerated()
      where rest.starts(with: token) || token.starts(with: rest) {
        open.append((ids + [Int32(id)], sofar + token))
      }
    }
    let covers = try TokenContinuations(tokenizer).covers(of: bytes)
    #expect(Set(covers.map(\.ids)) == expected && covers.count == expected.count)
    #expect(
      covers.filter(\.overhang.isEmpty).map(\.ids)
        == (bytes.isEmpty ? [] : [try tokenizer.encode(bytes: bytes)]))
    for cover in covers { #expect(try tokenizer.bytes(of: cover.ids) == bytes + cover.overhang) }
  }

  @Test("exactly one segmentation of a word is the tokenizer's own")
  func canonical() throws {
    let tokenizer = try BPETrainer(vocabularySize: 275, minimumFrequency: 1)
      .train(texts: ["unbelievable believe able un lie"]).tokenizer
    let lattice = try tokenizer.segmentations(of: "unbelievable")
    let own = try tokenizer.encode("unbelievable")
    let all = try lattice.sequences(limit: .max)
    #expect(try all.filter { try tokenizer.isValid($0) } == [own])
    for ids in all { #expect(try tokenizer.canonical(ids) == own) }
  }
}
