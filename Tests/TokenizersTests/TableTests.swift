import CTokens
import Testing

@testable import Tokenizers

@Suite("Tables of strings and of merges") struct TableTests {
  @Test("strings are found as in a dictionary, after any growth", arguments: 0..<6)
  func strings(seed: Int) {
    var random = TestRandom(seed)
    var table = ByteStringTable(capacity: seed * 40)
    var numbers: [[UInt8]: Int] = [:]
    for _ in 0..<2000 {
      let length = Int.random(in: 0...40, using: &random)
      let string = random.bytes(length, from: Array("ab".utf8))
      let (number, isNew) = table.insert(string)
      #expect(isNew == (numbers[string] == nil))
      if isNew { numbers[string] = number }
      #expect(numbers[string] == number)
    }
    let copy = table
    _ = table.insert(Array("not there".utf8))
    #expect(copy.count == numbers.count && table.count == numbers.count + 1)
    for (string, number) in numbers {
      #expect(copy.find(string) == number && Array(copy[number]) == string)
      #expect(copy.find(string + [0]) == numbers[string + [0]])
    }
  }

  @Test("merges are found as in a dictionary, dense or wide", arguments: 0..<8)
  func merges(seed: Int) {
    var random = TestRandom(seed)
    let pairs = PairTable(capacity: seed % 2 == 0 ? 0 : 900)
    // Ids and ranks that only the wide form holds come in the middle of some.
    let odd: [(id: Int32, rank: UInt32)] = [
      (0, 0), (Int32(CT_DENSE_IDS), 0), (-1, 0), (5, UInt32(CT_DENSE_RANKS)),
    ]
    var expected: [[Int32]: PairTable.Merge] = [:]
    for step in 0..<900 {
      var left = Int32.random(in: 0..<30, using: &random)
      let right = Int32.random(in: 0..<60, using: &random)
      var rank = UInt32(step)
      if step == 450 {
        left = odd[seed % 4].id
        rank += odd[seed % 4].rank
      }
      let isNew = expected[[left, right]] == nil
      #expect(pairs.insert(left, right, rank: rank, merged: Int32(step + 100)) == isNew)
      if isNew { expected[[left, right]] = UInt64(rank) << 32 | UInt64(step + 100) }
    }
    for left in Int32(-2)..<70 {
      for right in Int32(-2)..<70 {
        #expect(pairs.merge(left, right) == expected[[left, right]] ?? PairTable.none)
      }
    }
    #expect((pairs.dense == nil) == (seed % 4 > 0))
    #expect(pairs.count == expected.count && pairs.sorted().count == expected.count)
    for merge in pairs.sorted() {
      let wanted = UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.merged))
      #expect(expected[[merge.left, merge.right]] == wanted)
    }
  }

  @Test("text is encoded as by cutting and merging plainly, in every variant", arguments: 0..<10)
  func encoding(seed: Int) throws {
    var random = TestRandom(seed)
    let pattern = ScannedPattern.allCases[seed % 5]
    let texts = (0..<10).map { _ in Array(random.text(400).utf8) }
    var definition = try BPETrainer(vocabularySize: 420, minimumFrequency: 1)
      .train(bytes: texts).tokenizer.definition
    definition.preTokenizer = PreTokenizer(stages: [.scanned(pattern)])
    var model = try #require(definition.model.bytePair)
    #expect(model.byteTables != nil)
    model.ignoresMerges = seed >= 5
    definition.model = .bytePair(model)
    // Pieces of all lengths that are treated apart: keys, longer ones, and those for windows.
    var text: [UInt8] = []
    for length in [1, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 130, 1023, 1025, 15, 64] {
      text += random.bytes(length, from: Array("abé".utf8)) + [32]
      text += random.text(30).utf8
    }
    text += text
    var expected: [Int32] = []
    var start = 0
    for end in pattern.scannedEnds(text) {
      let piece = Array(text[start..<end])
      start = end
      if model.ignoresMerges, let whole = model.tokens.find(piece) {
        expected.append(Int32(whole))
      } else {
        expected += NaiveMerger.merge(piece.map { model.byteIDs[Int($0)] }, with: model.merges)
      }
    }
    defer { _ = ct_force_variant(nil) }
    for name in ["portable", "avx2", "avx512"] where ct_force_variant(name) {
      let tokenizer = Tokenizer(definition)
      #expect(try tokenizer.encode(bytes: text) == expected, "\(name)")
      #expect(try tokenizer.encode(bytes: text) == expected, "\(name), remembered")
      #expect(try tokenizer.bytes(of: expected) == text)
    }
  }
}
