import Files
import Kernels
import Tensors
import Testing

@testable import Models

@Suite("T5") struct T5Tests {
  @Test("states and scores agree with the reference library", arguments: ["t5", "t5_gated"])
  func reference(name: String) throws {
    let fixture = try EncoderFixture(name)
    let model = try fixture.encoderDecoder()
    let memory = try model.encode(fixture.ids("ids"))
    expectNear(memory, try fixture.tensor("encoder_last_hidden"), 1e-5, "\(name) encoder")
    var cache = model.makeCache()
    let scores = try model.logits(
      ids: fixture.ids("decoder_ids"), memory: memory, cache: &cache)
    expectNear(scores, try fixture.tensor("logits"), 1e-5, "\(name) decoder")
  }

  @Test("prefill and steps give the same bits, for any number of threads")
  func steps() throws {
    let fixture = try EncoderFixture("t5_gated")
    let model = try fixture.encoderDecoder()
    let memory = try model.encode(fixture.ids("ids"))
    let ids = (0..<40).map { Int32($0 * 11 % 48) }
    var cache = model.makeCache()
    let whole = try model.logits(ids: ids, memory: memory, cache: &cache)
    for shares in 1...3 {
      try Machine.with(variant: Machine.variant, shares: shares) {
        #expect(try model.encode(fixture.ids("ids")) == memory)
        for step in [1, 7] {
          var cache = model.makeCache()
          var rows: [Tensor] = []
          for start in stride(from: 0, to: ids.count, by: step) {
            let part = Array(ids[start..<min(start + step, ids.count)])
            rows.append(try model.logits(ids: part, memory: memory, cache: &cache))
          }
          #expect(try Tensor.concatenated(rows) == whole)
        }
      }
    }
    // The read text is kept with the first step: a later one's memory changes nothing.
    var kept = model.makeCache()
    _ = try model.logits(ids: [0], memory: memory, cache: &kept)
    let other = try Tensor.zeros([2, 16], .f32)
    var fork = kept
    #expect(
      try model.logits(ids: [5], memory: memory, cache: &kept)
        == model.logits(ids: [5], memory: other, cache: &fork))
    kept.truncate(to: 1)
    #expect(
      try model.logits(ids: [11], memory: memory, cache: &kept)
        == whole.indexed([.range(start: 1, end: 2)]))
  }

  @Test("read texts of a batch have the bits of each alone")
  func batches() throws {
    let fixture = try EncoderFixture("t5")
    let model = try fixture.encoderDecoder()
    let batch = [try fixture.ids("ids"), [5], [7, 8, 9, 1]]
    let state = try model.run(encoding: batch)
    for (range, ids) in zip(state.sequences, batch) {
      let own = try state.x.value.indexed([.range(start: range.lowerBound, end: range.upperBound)])
      #expect(try own == model.encode(ids))
    }
  }

  @Test("hooks that change nothing change no bit, and see cross-attention")
  func hooks() throws {
    let fixture = try EncoderFixture("t5")
    let model = try fixture.encoderDecoder()
    let memory = try model.encode(fixture.ids("ids"))
    let ids = try fixture.ids("decoder_ids")
    var cache = model.makeCache()
    let plain = try model.logits(ids: ids, memory: memory, cache: &cache)
    let captures = HookCaptures()
    var options = PassOptions()
    try options.hooks.capture("*", into: captures)
    var fresh = model.makeCache()
    let hooked = try model.logits(ids: ids, memory: memory, cache: &fresh, options: options)
    #expect(hooked == plain)
    #expect(captures.first(.crossProbabilities, layer: 1)?.value.shape == [1, 2, 8, 13])
    let read = try model.run(encoding: [try fixture.ids("ids")], options: options)
    #expect(read.x.value == memory)
  }

  @Test("the likeliest tokens are those of the scores")
  func greedy() throws {
    let fixture = try EncoderFixture("t5")
    let model = try fixture.encoderDecoder()
    let ids = try fixture.ids("ids")
    let written = try model.greedy(ids, limit: 6)
    #expect(!written.isEmpty && written.count <= 6)
    let memory = try model.encode(ids)
    var cache = model.makeCache()
    let scores = try model.logits(
      ids: [model.startID] + written.dropLast(), memory: memory, cache: &cache)
    for (row, id) in written.enumerated() {
      let values = try scores.indexed([.at(row)]).floats
      #expect(values.firstIndex(of: values.max() ?? 0) == Int(id))
    }
    #expect(try model.greedy(ids, limit: 0) == [])
  }

  private static let twoSided = [
    15, 15, 15, 14, 13, 12, 10, 9, 8, 8, 7, 1, 0, 17, 24, 26, 30, 31,
  ]
  private static let oneSided = [
    31, 31, 31, 26, 26, 21, 16, 15, 9, 8, 7, 1, 0, 0, 0, 0, 0, 0,
  ]

  /// The buckets of transformers 5.23.0 for T5's own 32 up to a distance of 128.
  @Test("distances fall into the buckets that the reference library gives them")
  func buckets() {
    let two = RelativeBuckets(count: 32, maximumDistance: 128, isBidirectional: true)
    let one = RelativeBuckets(count: 32, maximumDistance: 128, isBidirectional: false)
    let distances = [
      -200, -128, -127, -64, -63, -32, -16, -15, -9, -8, -7, -1, 0, 1, 8, 16, 64, 91,
    ]
    #expect(distances.map { two.bucket($0) } == Self.twoSided)
    #expect(distances.map { one.bucket($0) } == Self.oneSided)
  }

  @Test("what a configuration asks for and is not built is refused by name")
  func refusals() throws {
    func check(_ member: JSON.Member, _ feature: String) {
      #expect {
        try EncoderFixture.loaded("t5", fields: [member])
      } throws: { error in
        (error as? ModelError)?.message.contains(feature) == true
      }
    }
    check(
      JSON.Member("architectures", .array([.string("T5EncoderModel")])),
      "the class 'T5EncoderModel'")
    check(
      JSON.Member("feed_forward_proj", .string("gated-mish")), "the feed-forward part 'gated-mish'")
    check(JSON.Member("relative_attention_num_buckets", .integer(9)), "has the shape [8, 2]")
    check(JSON.Member("relative_attention_max_distance", .integer(4)), "distances up to 4")
    check(JSON.Member("num_decoder_layers", .integer(1)), "has no place for it")
    check(JSON.Member("num_layers", .integer(3)), "lacks the tensor 'encoder.block.2")
    check(JSON.Member("decoder_start_token_id", .integer(48)), "outside the vocabulary of 48")
    let model = try EncoderFixture("t5").encoderDecoder()
    var cache = model.makeCache()
    #expect(throws: ModelError.self) {
      try model.logits(ids: [1], memory: .zeros([3, 15], .f32), cache: &cache)
    }
    #expect(throws: ModelError.noTokens(operation: "an encoder")) { try model.encode([]) }
    #expect(throws: ModelError.idOutsideVocabulary(id: 48, position: 0, size: 48)) {
      try model.encode([48])
    }
  }
}
