import Kernels
import Models
import Tensors
import Testing
import Tokenizers

@testable import Decoding

@Suite("Exact probabilities of bytes") struct ByteModelTests {
  /// Byte strings up to a length, with the state behind each; each is forked, never made anew.
  private func walk(
    _ model: ByteModel, _ letters: String, upTo length: Int,
    _ body: ([UInt8], inout CoverState) throws -> Void
  ) throws {
    var open = [([UInt8](), try model.coverState(of: []))]
    while case (let text, var state)? = open.popLast() {
      try body(text, &state)
      if text.count == length { continue }
      for letter in letters.utf8 {
        var next = state
        try next.advance(letter)
        open.append((text + [letter], next))
      }
    }
  }

  @Test(
    "the bytes of the tokens that a Markov source induces are the source's own: the theorem",
    arguments: ByteToys.all, [true, false])
  func theorem(toy: ByteToys.Toy, masks: Bool) throws {
    let (source, model) = (try toy.source(), try ByteModel(toy.model(), masks: masks))
    var (lemma, next) = (0.0, 0.0)
    var strings = 0
    try walk(model, toy.letters, upTo: toy.longest) { text, state in
      var own = 1.0
      for place in text.indices {
        let letters = source.next(after: Array(text[..<place])).letters
        own *= letters[source.alphabet.firstIndex(of: text[place]) ?? 0]
      }
      lemma = max(lemma, abs(ElementaryFunction.exp(state.logProbability) - own))
      var expected = [Double](repeating: 0, count: NextByte.count)
      let following = source.next(after: text)
      for (letter, share) in zip(source.alphabet, following.letters) {
        expected[Int(letter)] = share
      }
      expected[NextByte.end] = following.end
      next = max(next, distance(try state.next(), expected))
      strings += 1
    }
    #expect(strings > 300 && lemma < 1e-12 && next < 1e-12)
  }

  @Test(
    "on a model that leaks, the chain rule gives the sum over covers, which is that over all masked sequences",
    arguments: [ByteToys.all[0], ByteToys.all[3], ByteToys.all[2]])
  func chain(toy: ByteToys.Toy) throws {
    let tokenizer = try toy.tokenizer()
    let model = try ByteModel(ByteToys.leaking(tokenizer), tokenizer: tokenizer)
    let masked = MaskedTokens(model)
    for text in ByteToys.strings(toy.letters, length: 4) {
      // All sequences of the masked model, until they have the string.
      var (terms, open): ([Double], [([Int32], Double)]) = ([], [([], 0)])
      var members: Set<[Int32]> = []
      while let (ids, weight) = open.popLast() {
        let bytes = try tokenizer.bytes(of: ids)
        if bytes.count >= text.count {
          terms.append(weight)
          members.insert(ids)
          continue
        }
        for (id, score) in try masked.next(after: ids).scores
        where try zip(bytes + tokenizer.tokenBytes(id), text).allSatisfy({ $0 == $1 }) {
          open.append((ids + [id], weight + score))
        }
      }
      let direct = sumOfLogs(terms)
      var state = try model.coverState(of: [])
      var product = 0.0
      for byte in text {
        product += ElementaryFunction.log(try state.next()[Int(byte)])
        try state.advance(byte)
      }
      #expect(abs(product - direct) < 1e-10)
      #expect(abs(state.logProbability - direct) < 1e-10)
      #expect(Set(state.covers.map(\.cover.ids)) == members && state.covers.count == members.count)
      // Own ids alone have less, and the same with the end of the text.
      let own = try masked.logProbability(tokenizer.encode(bytes: text))
      #expect(own <= direct + 1e-12)
      let ended = product + ElementaryFunction.log(try state.next()[NextByte.end])
      let tokens = try masked.logProbability(tokenizer.encode(bytes: text), ended: true)
      #expect(abs(ended - tokens) < 1e-10)
    }
  }

  @Test(
    "covers found from scratch are those found byte by byte, with text, without duplicates",
    arguments: ByteToys.all)
  func scratch(toy: ByteToys.Toy) throws {
    let tokenizer = try toy.tokenizer()
    for masks in [true, false] {
      let model = try ByteModel(ByteToys.leaking(tokenizer), tokenizer: tokenizer, masks: masks)
      try walk(model, toy.letters, upTo: 4) { text, state in
        var fresh = try model.coverState(of: text)
        let ids = fresh.covers.map(\.cover.ids)
        #expect(Set(ids) == Set(state.covers.map(\.cover.ids)) && Set(ids).count == ids.count)
        for (cover, _) in fresh.covers {
          #expect(try tokenizer.bytes(of: cover.ids) == text + cover.overhang)
        }
        #expect(
          fresh.covers.filter { $0.cover.overhang.isEmpty }.map(\.cover.ids).contains(
            try tokenizer.encode(bytes: text)))
        let (a, b) = (try fresh.next(), try state.next())
        #expect(distance(a, b) < 1e-12 && abs(a.reduce(0, +) - 1) < 1e-12)
      }
    }
  }

  @Test("over single bytes the model is its own distribution, with one call a byte")
  func identity() throws {
    let tokenizer = try BPETrainer(vocabularySize: 256).train(texts: ["ab"]).tokenizer
    let table = ByteToys.leaking(tokenizer)
    var state = try ByteModel(table, tokenizer: tokenizer).coverState(of: Array("x".utf8))
    var last = UInt8(ascii: "x")
    for byte in [UInt8(0xC3), 0xA9, 0, 10, 32, 32, 120, 255] {
      var cache = table.makeCache()
      let logs = try table.lastLogProbabilities(ids: [Int32(last)], cache: &cache)
      #expect(distance(try state.next(), ElementaryFunction.exp(logs)) < 1e-14)
      try state.advance(byte)
      last = byte
    }
    // The prompt's one byte took one, then one for each state.
    #expect(state.modelCalls == 9)
  }

  @Test("a character that is cut in the middle has covers")
  func characters() throws {
    let tokenizer = try BPETrainer(vocabularySize: 266, minimumFrequency: 1)
      .train(texts: ["été élé éé ñandú 日本日本"]).tokenizer
    let model = try ByteModel(ByteToys.leaking(tokenizer), tokenizer: tokenizer)
    let text = Array("éñ日é".utf8)
    var state = try model.coverState(of: [])
    for end in text.indices {
      var fresh = try model.coverState(of: Array(text[..<end]))
      let next = try fresh.next()
      #expect(distance(next, try state.next()) < 1e-12 && next[Int(text[end])] > 0)
      try state.advance(text[end])
    }
    let overhangs = try model.coverState(of: Array(text[..<1])).covers.map(\.cover.overhang)
    #expect(overhangs.contains { $0.first == text[1] })
  }

  @Test("what cannot be started or gone on with is refused")
  func refusals() throws {
    let toy = ByteToys.all[0]
    let tokenizer = try toy.tokenizer()
    var table = ByteToys.leaking(tokenizer)
    let model = try ByteModel(table, tokenizer: tokenizer)
    #expect(throws: DecodingError.notEncodable(place: 1, tokenizer: tokenizer.name)) {
      try model.start(Array("axb".utf8))
    }
    #expect(
      throws: DecodingError.impossibleByte(
        byte: UInt8(ascii: "x"), place: 1, model: "table")
    ) {
      var state = try model.start(Array("a".utf8))
      try state.advance(UInt8(ascii: "x"))
    }
    #expect(throws: DecodingError.model(.noTokenizer(model: "table"))) { try ByteModel(table) }
    (table.bosID, table.eosID) = (nil, nil)
    #expect(throws: DecodingError.noBeginning(model: "table")) {
      try ByteModel(table, tokenizer: tokenizer)
    }
    let codes: [DecodingError] = [
      .noBeginning(model: "m"), .notEncodable(place: 1, tokenizer: "t"),
      .impossibleByte(byte: 1, place: 2, model: "m"), .ensemble(reason: "r"),
    ]
    #expect(codes.map(\.code) == ["E0651", "E0652", "E0653", "E0654"])
    // A model with fewer embeddings than the vocabulary has tokens.
    let small = TableModel(rows: [[0]], bosID: 0)
    #expect(throws: DecodingError.self) { try ByteModel(small, tokenizer: tokenizer) }
  }
}
