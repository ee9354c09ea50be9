import Testing

@testable import Tokenizers

@Suite("Recognition noise and stability") struct NoiseTests {
  private static let text = """
    The Securities and Exchange Commission closed 50 cases over 10 years of losses.
    Section 5 of the Act covers those who offer or sell securities to the public at all.
    """

  private static func noisy(_ kind: RecognitionNoise.Kind, _ rate: Double, _ seed: Int = 1)
    -> String
  {
    RecognitionNoise(rate: rate, kinds: [kind]).applied(to: text, seed: UInt64(seed))
  }

  @Test("has the number of errors that was asked for", arguments: [0.0, 0.01, 0.05], 0..<5)
  func rate(rate: Double, seed: Int) {
    let noisy = Self.noisy(.confusion, rate, seed)
    #expect(noisy.unicodeScalars.count == Self.text.unicodeScalars.count)
    let changed = zip(Self.text.unicodeScalars, noisy.unicodeScalars).count { $0 != $1 }
    #expect(changed == Int((rate * Double(Self.text.unicodeScalars.count)).rounded()))
    #expect(noisy == Self.noisy(.confusion, rate, seed))
  }

  @Test("each kind changes what it says", arguments: 0..<8)
  func kinds(seed: Int) {
    let letters = Self.text.filter { $0 != " " }
    let split = Self.noisy(.split, 0.1, seed)
    #expect(split.filter { $0 != " " } == letters && split.count > Self.text.count)
    let join = Self.noisy(.join, 0.1, seed)
    #expect(join.filter { $0 != " " } == letters && join.count < Self.text.count)
    let swapped = Self.noisy(.transposition, 0.1, seed)
    #expect(swapped != Self.text && swapped.sorted() == Self.text.sorted())
    let doubled = Self.noisy(.doubling, 0.1, seed)
    #expect(doubled.count == Self.text.count + Int((0.1 * Double(Self.text.count)).rounded()))
    let mixed = RecognitionNoise(rate: 0.3).applied(to: Self.text, seed: UInt64(seed))
    #expect(mixed.count { $0 == "\n" } == 1)
    #expect(RecognitionNoise(rate: 1).applied(to: "", seed: 1) == "")
    #expect(RecognitionNoise(rate: 1, kinds: []).applied(to: "ab", seed: 1) == "ab")
  }

  @Test("edit distances are those of the whole table", arguments: 0..<60)
  func distances(seed: Int) throws {
    var random = TestRandom(seed)
    let a = random.bytes(Int.random(in: 0...40, using: &random), from: Array("abc".utf8))
    let b = random.bytes(Int.random(in: 0...40, using: &random), from: Array("abc".utf8))
    var table = Array(0...b.count)
    for (i, one) in a.enumerated() {
      var next = [i + 1]
      for (j, other) in b.enumerated() {
        next.append(min(table[j] + (one == other ? 0 : 1), table[j + 1] + 1, next[j] + 1))
      }
      table = next
    }
    let alignment = try EditAlignment(a, b)
    #expect(alignment.distance == table[b.count])
    var cost = 0
    for (from, to) in zip(alignment.path, alignment.path.dropFirst()) {
      let step = to &- from
      #expect(step == SIMD2(1, 1) || step == SIMD2(1, 0) || step == SIMD2(0, 1))
      cost += step == SIMD2(1, 1) && a[Int(from.x)] == b[Int(from.y)] ? 0 : 1
    }
    #expect(cost == alignment.distance)
    #expect(alignment.path.first == SIMD2(0, 0))
    #expect(alignment.path.last == SIMD2(Int32(a.count), Int32(b.count)))
  }

  private static func tokenizer(cap: Int?) throws -> Tokenizer {
    var trainer = BPETrainer(vocabularySize: 600, minimumFrequency: 1)
    trainer.rules = MergeRules(mostCharacters: cap)
    // Every letter starts a word somewhere, so that the space before it is never apart.
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789SAECT".map { " \($0)" }.joined()
    return try trainer.train(texts: [text, text, letters, letters]).tokenizer
  }

  @Test("with a cap of one character borders stay under substitutions, with larger caps fewer do")
  func caps() throws {
    var stability: [Double] = []
    for cap in [1, 2, 3, 5, nil] {
      let tokenizer = try Self.tokenizer(cap: cap)
      var sum = 0.0
      for seed in 0..<6 {
        sum += try BoundaryStability(
          tokenizer, clean: Self.text, noisy: Self.noisy(.confusion, 0.08, seed)
        ).jaccard
      }
      stability.append(sum / 6)
    }
    #expect(stability[0] == 1)
    #expect(zip(stability, stability.dropFirst()).allSatisfy { $0 > $1 }, "\(stability)")
  }

  @Test("nothing changes in the same text, and all figures are those of a case by hand")
  func byHand() throws {
    let tokenizer = try BPETrainer(vocabularySize: 257).train(texts: ["ab ab ab"]).tokenizer
    let same = try BoundaryStability(tokenizer, clean: Self.text, noisy: Self.text)
    #expect(same.jaccard == 1 && same.edit == 0 && same.inflation == 1)
    // ab|c and a|c|c: one border kept, one new.
    let changed = try BoundaryStability(tokenizer, clean: "abc", noisy: "acc")
    #expect(changed.cleanBorders == 1 && changed.noisyBorders == 2 && changed.sharedBorders == 1)
    #expect(changed.jaccard == 0.5 && changed.inflation == 1.5 && changed.edit == 2.0 / 3)
    // A letter more: the borders behind it are the same ones.
    let longer = try BoundaryStability(tokenizer, clean: "xyz", noisy: "xyyz")
    #expect(longer.sharedBorders == 2 && longer.noisyBorders == 3)
    let empty = try BoundaryStability(tokenizer, clean: "", noisy: "")
    #expect(empty.jaccard == 1 && empty.edit == 0 && empty.inflation == 1)
  }

  @Test("unequal lines and endless ones are refused")
  func refusals() throws {
    let tokenizer = try BPETrainer(vocabularySize: 256).train(texts: ["a"]).tokenizer
    #expect(throws: TokenizerError.unequalLines(first: 2, second: 1)) {
      try BoundaryStability(tokenizer, clean: "a\nb", noisy: "a")
    }
    let long = String(repeating: "a", count: BoundaryStability.longestLine + 1)
    #expect(throws: TokenizerError.lineTooLong(characters: long.count, limit: long.count - 1)) {
      try BoundaryStability(tokenizer, clean: long, noisy: long)
    }
  }
}
