import Kernels
import Models
import Tensors
import Testing
import Tokenizers

@testable import Decoding

@Suite("Decoding by bytes") struct ByteDecoderTests {
  private let toy = ByteToys.all[5]  // "ab ", words

  /// Pearson's statistic of drawn strings against the source's probabilities behind a prompt, and the
  /// number of outcomes that enough strings are expected of; the rest is one.
  private func chiSquare(_ drawn: [[UInt8]], _ source: MarkovSource, prompt: [UInt8], length: Int)
    -> (statistic: Double, freedom: Int)
  {
    var expected: [[UInt8]: Double] = [:]
    var open: [([UInt8], Double)] = [([], 1)]
    while let (text, probability) = open.popLast() {
      let next = source.next(after: prompt + text)
      if text.count == length {
        expected[text] = probability
        continue
      }
      expected[text + [0]] = probability * next.end
      for (letter, share) in zip(source.alphabet, next.letters) {
        open.append((text + [letter], probability * share))
      }
    }
    var counts: [[UInt8]: Double] = [:]
    for text in drawn {
      counts[text.count < length ? text + [0] : Array(text.prefix(length)), default: 0] += 1
    }
    let total = Double(drawn.count)
    var (statistic, freedom, rest, restExpected) = (0.0, 0, total, total)
    for (text, probability) in expected where probability * total >= 5 {
      let found = counts[text] ?? 0
      statistic +=
        (found - probability * total) * (found - probability * total)
        / (probability * total)
      (freedom, rest, restExpected) = (
        freedom + 1, rest - found, restExpected - probability * total
      )
    }
    if restExpected > 1 {
      statistic += (rest - restExpected) * (rest - restExpected) / restExpected
    }
    return (statistic, freedom)
  }

  @Test("drawn bytes have the source's probabilities", arguments: ["", "a", "ab"])
  func drawing(prompt: String) throws {
    let source = try toy.source()
    let model = try ByteModel(toy.model())
    let sampler = try Sampler()
    let drawn = try (0..<1500).map { turn in
      try ByteDecoder.decode(
        model, prompt: Array(prompt.utf8), sampler: sampler,
        stream: RandomStream(seed: UInt64(turn), path: ["chi"]), maximum: 2
      ).bytes
    }
    let (statistic, freedom) = chiSquare(
      drawn, source, prompt: Array(prompt.utf8), length: 2)
    // 1 in 10,000 above: freedom + 4.5 deviations, for these degrees of freedom.
    #expect(freedom >= 8 && statistic < Double(freedom) + 5.5 * Double(2 * freedom).squareRoot())
  }

  @Test("bytes and then tokens make the same strings as bytes alone", arguments: ["a", "b "])
  func joining(prompt: String) throws {
    let source = try toy.source()
    let model = try ByteModel(toy.model())
    let sampler = try Sampler()
    var tokens = 0
    let drawn = try (0..<1500).map { turn in
      let made = try ByteDecoder.decode(
        model, joining: Array(prompt.utf8), sampler: sampler,
        stream: RandomStream(seed: UInt64(turn), path: ["join"]), options: .init(maximum: 4))
      tokens += made.tokens?.ids.count ?? 0
      let new = Array((made.text ?? "?").utf8)
      #expect(new.starts(with: made.bytes.bytes))
      return Array(new.prefix(2))
    }
    let (statistic, freedom) = chiSquare(
      drawn, source, prompt: Array(prompt.utf8), length: 2)
    #expect(freedom >= 5 && statistic < Double(freedom) + 5.5 * Double(2 * freedom).squareRoot())
    #expect(tokens > 300)
  }

  @Test("greedy bytes are the best ones, and stop at the end")
  func greedy() throws {
    let source = try toy.source()
    let model = try ByteModel(toy.model())
    let made = try ByteDecoder.decode(
      model, prompt: Array("a".utf8), sampler: .greedy, stream: RandomStream(seed: 0))
    var text = Array("a".utf8)
    for (byte, log) in zip(made.bytes, made.logProbabilities) {
      let letters = source.next(after: text).letters
      let best = letters.max() ?? 0
      #expect(source.alphabet[letters.firstIndex(of: best) ?? 0] == byte)
      #expect(abs(log - ElementaryFunction.log(best)) < 1e-12)
      text.append(byte)
    }
    #expect(text.count == toy.longest && made.endsText)
    #expect(throws: DecodingError.setting(name: "max", value: -1, range: "at least 0")) {
      try ByteDecoder.decode(
        model, prompt: [], sampler: .greedy, stream: RandomStream(seed: 0), maximum: -1)
    }
    #expect(throws: DecodingError.setting(name: "max", value: -1, range: "at least 0")) {
      try ByteDecoder.decode(
        model, joining: [], sampler: .greedy, stream: RandomStream(seed: 0),
        options: .init(maximum: -1))
    }
  }

  @Test("the loss of a text is that of its covers, whole or with its end; windows cover all of it")
  func loss() throws {
    let source = try toy.source()
    let model = try ByteModel(toy.model())
    let text = Array("ab a".utf8)
    let loss = try ByteLoss(model, text: text, countsEnd: true)
    var expected = -ElementaryFunction.log(source.next(after: text).end)
    for place in text.indices {
      let letters = source.next(after: Array(text[..<place])).letters
      let index = try #require(source.alphabet.firstIndex(of: text[place]))
      expected -= ElementaryFunction.log(letters[index])
    }
    #expect(abs(loss.nats - expected) < 1e-12 && loss.perByte.count == 5 && loss.bytes == 4)
    #expect(abs(loss.bitsPerByte - expected / ElementaryFunction.log(2) / 4) < 1e-12)
    let prompted = try ByteLoss(model, text: [text[3]], prompt: Array(text[..<3]))
    #expect(abs(prompted.perByte[0] - loss.perByte[3]) < 1e-12)
    // Where a window of 4 bytes is full, its later 2 bytes are the prompt of the next one.
    var done = 0
    let windows = try ByteLoss(model, text: Array("ab abb".utf8), window: 4) { done = $0 }
    #expect(windows.perByte.count == 6 && done == 6)
    #expect(windows.perByte[..<4] == loss.perByte[..<4])
    let last = try ByteLoss(model, text: Array("bb".utf8), prompt: Array(" a".utf8))
    #expect(windows.perByte[4...] == last.perByte[...])
    #expect(throws: DecodingError.setting(name: "bytes", value: 0, range: "at least 1")) {
      try ByteLoss(model, text: [])
    }
    #expect(throws: DecodingError.setting(name: "window", value: 1, range: "at least 2")) {
      try ByteLoss(model, text: text, window: 1)
    }
  }

  @Test("an ensemble is the mean of its members, each with its own vocabulary")
  func ensemble() throws {
    let tokenizer = try toy.tokenizer()
    let other = try BPETrainer(vocabularySize: 256).train(texts: ["ab"]).tokenizer
    let a = try ByteModel(ByteToys.leaking(tokenizer), tokenizer: tokenizer)
    let b = try ByteModel(ByteToys.leaking(other, seed: 2), tokenizer: other)
    let mean = try ByteEnsemble([a, b], weights: [1, 3])
    #expect(mean.weights == [0.25, 0.75])
    let prompt = Array("ab ".utf8)
    var (first, second, both) = (try a.start(prompt), try b.start(prompt), try mean.start(prompt))
    for byte in "ba ".utf8 {
      let expected = zip(try first.next(), try second.next()).map { 0.25 * $0 + 0.75 * $1 }
      #expect(distance(try both.next(), expected) < 1e-15)
      try first.advance(byte)
      try second.advance(byte)
      try both.advance(byte)
    }
    let text = Array("ab ba".utf8)
    let twice = try ByteEnsemble([a, a])
    #expect(abs(try ByteLoss(twice, text: text).nats - ByteLoss(a, text: text).nats) < 1e-12)
    // Jensen: the mean loses no more than its members on average.
    let losses = try [a, b].map { try ByteLoss($0, text: text).nats }
    #expect(try ByteLoss(ByteEnsemble([a, b]), text: text).nats < (losses[0] + losses[1]) / 2)
    for (members, weights) in [
      ([], nil), ([a, b], [1.0]), ([a, b], [-1, 2]), ([a, b], [0, 0]),
    ]
      as [([ByteModel], [Double]?)]
    {
      #expect(throws: DecodingError.self) { try ByteEnsemble(members, weights: weights) }
    }
  }

  @Test("raw and healed readings are what their tokens say, and healing repairs the last token")
  func readings() throws {
    let tokenizer = try toy.tokenizer()
    let table = ByteToys.leaking(tokenizer)
    let model = try ByteModel(table, tokenizer: tokenizer)
    let prompt = Array("ab ab".utf8)
    let ids = try tokenizer.encode(bytes: prompt)
    let end = try #require(table.eosID)
    func softmax(_ ids: [Int32]) throws -> [Double] {
      var cache = table.makeCache()
      let logs = try table.lastLogProbabilities(ids: [end] + ids, cache: &cache)
      return ElementaryFunction.exp(logs)
    }
    var raw = [Double](repeating: 0, count: NextByte.count)
    for (id, p) in try softmax(ids).enumerated() {
      raw[id == Int(end) ? NextByte.end : Int(try tokenizer.tokenBytes(Int32(id))[0])] += p
    }
    #expect(
      distance(raw, try TokenHealing.nextByte(model, after: prompt, reading: .raw)) < 1e-12)

    let kept = Array(ids.dropLast())
    let dropped = try tokenizer.tokenBytes(ids[ids.count - 1])
    var healed = [Double](repeating: 0, count: NextByte.count)
    for (id, p) in try softmax(kept).enumerated() where id != Int(end) {
      let bytes = try tokenizer.tokenBytes(Int32(id))
      guard bytes.starts(with: dropped) else { continue }
      if bytes.count > dropped.count {
        healed[Int(bytes[dropped.count])] += p
      } else {
        for (next, share) in try softmax(kept + [Int32(id)]).enumerated() {
          let byte = next == Int(end) ? NextByte.end : Int(try tokenizer.tokenBytes(Int32(next))[0])
          healed[byte] += p * share
        }
      }
    }
    let total = healed.reduce(0, +)
    #expect(
      distance(
        healed.map { $0 / total }, try TokenHealing.nextByte(model, after: prompt, reading: .healed)
      )
        < 1e-12)
    var state = try model.start(prompt)
    #expect(
      distance(
        try state.next(), try TokenHealing.nextByte(model, after: prompt, reading: .exact)) == 0)
    for reading in PromptReading.allCases {
      let empty = try TokenHealing.nextByte(model, after: [], reading: reading)
      #expect(abs(empty.reduce(0, +) - 1) < 1e-12)
    }

    let made = try TokenHealing.decode(
      model, prompt: prompt, sampler: .greedy, stream: RandomStream(seed: 1),
      options: .init(maximum: 5))
    let all = try tokenizer.bytes(of: kept + made.decoded.ids)
    #expect(made.dropped == dropped && all.starts(with: prompt))
    #expect(made.text == String(decoding: all.dropFirst(prompt.count), as: UTF8.self))
    #expect(made.decoded.ids.count == made.decoded.logProbabilities.count)
    let best = try softmax(kept).enumerated().filter { id, _ in
      try id != Int(end) && tokenizer.tokenBytes(Int32(id)).starts(with: dropped)
    }.max { $0.element < $1.element }
    #expect(made.decoded.ids.first == best.map { Int32($0.offset) })
    let none = try TokenHealing.decode(
      model, prompt: [], sampler: .greedy, stream: RandomStream(seed: 1),
      options: .init(maximum: 3))
    #expect(none.dropped.isEmpty && none.decoded.promptIDs == [end])
  }
}
