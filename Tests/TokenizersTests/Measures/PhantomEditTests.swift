import Testing

@testable import Tokenizers

@Suite("Phantom edits") struct PhantomEditTests {
  private static func tokenizer() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 290, minimumFrequency: 1)
      .train(texts: ["rights right repaid paid re rights repaid HIV"]).tokenizer
  }

  @Test("outcomes are a partition")
  func outcomes() throws {
    let tokenizer = try Self.tokenizer()
    let own = try tokenizer.encode(" rights")
    #expect(try PhantomOutcome(before: own, after: own, tokenizer) == .unchanged)
    #expect(
      try PhantomOutcome(before: own, after: tokenizer.encode(" right"), tokenizer) == .replaced)
    #expect(
      try PhantomOutcome(before: own, after: tokenizer.encode(" Rights"), tokenizer) == .replaced)
    for text in [" rights", "rights"] {
      for ids in try tokenizer.segmentations(of: text).sequences(limit: 50) where ids != own {
        #expect(try PhantomOutcome(before: own, after: ids, tokenizer) == .different)
      }
    }
  }

  @Test("encodings of a word are those of brute force, and just one of each form is canonical")
  func encodings() throws {
    let tokenizer = try Self.tokenizer()
    let vocabulary = (0..<Int32(tokenizer.vocabularySize)).map {
      (bytes: Array(tokenizer.definition.decoder[$0]), id: $0)
    }
    for word in ["rights", "repaid", "HIV", "re", "x"] {
      let encodings = try WordEncodings(word, tokenizer.trie)
      let bare = SegmentationTests.all(Array(word.utf8)[...], vocabulary)
      let spaced = SegmentationTests.all(Array((" " + word).utf8)[...], vocabulary)
      #expect(encodings.bare.count == BigUnsigned(UInt64(bare.count)))
      #expect(encodings.spaced.count == BigUnsigned(UInt64(spaced.count)))
      #expect(encodings.count == BigUnsigned(UInt64(bare.count + spaced.count)))
      for (text, all) in [(word, bare), (" " + word, spaced)] {
        #expect(try all.allSatisfy { try tokenizer.decode($0) == text })
        #expect(try all.count { try tokenizer.canonical($0) == $0 } == 1)
      }
      // With every start masked no path is left; with one start less, some are.
      #expect(encodings.starts == Set((bare + spaced).map { $0[0] }))
      #expect(encodings.count(startingWithout: encodings.starts).isZero)
      for id in encodings.starts {
        let left = (bare + spaced).count { $0[0] == id }
        #expect(
          encodings.count(startingWithout: encodings.starts.subtracting([id]))
            == BigUnsigned(UInt64(left)))
      }
      #expect(try tokenizer.decode(#require(try encodings.bare.sample(seed: 3))) == word)
      // Draws are even over both forms.
      var counts: [[Int32]: Int] = [:]
      let all = bare + spaced
      for draw in 0..<100 * all.count {
        counts[try #require(try encodings.sample(seed: UInt64(draw) &* 77)), default: 0] += 1
      }
      #expect(Set(counts.keys) == Set(all))
      let chiSquare = counts.values.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
      let freedom = Double(all.count - 1)
      #expect(abs(chiSquare - freedom) < 4 * (2 * freedom).squareRoot() + 1)
    }
  }

  @Test("no character vocabulary has a second way to write a word")
  func characters() throws {
    let bytes = try BPETrainer(vocabularySize: 256).train(texts: ["x"]).tokenizer
    let encodings = try WordEncodings("rights", bytes.trie)
    #expect(encodings.bare.count == BigUnsigned(1) && encodings.spaced.count == BigUnsigned(1))
    #expect(encodings.bare.count.log2 == 0)
  }

  @Test("logarithms of counts of any size")
  func logarithms() {
    #expect(BigUnsigned().log2 == -.infinity)
    var power = BigUnsigned(3)
    var expected = 1.584_962_500_721_156
    for _ in 0..<2000 {
      #expect(abs(power.log2 - expected) < 1e-9)
      power += power
      expected += 1
    }
  }

  @Test(
    "kinds of phantom edits, by the paper's own examples",
    arguments: [
      ([" February"], ["February"], PhantomKind.blankBoundary),
      ([" ", "r", "e"], ["r", "e"], .blankBoundary), ([" repaid"], ["re", "paid"], .prefix),
      ([" Saturday"], [" ", "Saturday"], .blankDetached), ([" day"], ["\nday"], .blankReplaced),
      (["unbelievable"], ["un", "bel", "ievable"], .resegmented),
      (["Dorm", "er"], ["D", "orm", "er"], .properNoun),
      (["repaid"], ["re", "paid"], .prefix), (["HIV"], ["H", "IV"], .acronym),
      (["rights"], ["right", "s"], .ending), (["rights"], ["ri", "ght", "s"], .resegmented),
      (["table"], ["ta", "ble"], .resegmented),
    ])
  func kinds(before: [String], after: [String], kind: PhantomKind) {
    #expect(
      PhantomKind(before: before.map { Array($0.utf8) }, after: after.map { Array($0.utf8) })
        == kind)
  }
}
