import Tensors
import Testing
import Tokenizers

@testable import Models

@Suite("What ids become before the first block") struct InputMapTests {
  static func affine(_ size: Int, seed: UInt64 = 3) throws -> TokenCodes {
    var stream = RandomStream(seed: seed, path: ["codes"])
    return try TokenCodes(affine: size, words: { stream.next() })
  }

  @Test("codes repeated over the width, on the fly as in the table", arguments: [24, 26])
  func tiles(width: Int) throws {
    for codes in [try TokenCodes(vocabularySize: 50), try Self.affine(50)] {
      let bits = try codes.table()
      for values in InputMap.CodeValues.allCases {
        let map = InputMap.codes(codes, values: values, scale: 0.5)
        let table = try map.table(vocabulary: 50, width: width, weights: .init(seed: 1))
        #expect(table.shape == [50, width])
        let found = table.floats
        for id in 0..<50 {
          let row = try InputMap.row(
            of: Int32(id), codes, values: values, scale: 0.5, width: width)
          #expect(row == Array(found[id * width..<(id + 1) * width]))
          for place in 0..<width {
            let bit = bits[id * codes.bits + place % codes.bits]
            let expected: Float = bit == 1 ? 0.5 : values == .signs ? -0.5 : 0
            #expect(row[place] == expected)
          }
        }
      }
    }
  }

  @Test("tables are the same again, and others with another seed")
  func seeds() throws {
    for map in [InputMap.learned, .frozen, .normalPerSequence, .semiLexinvariant(probability: 0.2)]
    {
      func table(_ seed: UInt64) throws -> Tensor {
        try map.table(vocabulary: 7, width: 6, weights: .init(seed: seed))
      }
      #expect(try table(1) == table(1))
      #expect(try table(1) != table(2))
    }
  }

  @Test("the arms of a comparison differ by the input's weights exactly")
  func parameterCounts() throws {
    let sizes = ModelSizes(
      layers: 2, width: 24, heads: 2, vocabulary: 50, context: 16, activation: .gelu, isTied: false)
    let codes = try TokenCodes(vocabularySize: 50)
    let maps: [InputMap] = [
      .learned, .frozen, .codes(codes), .codes(try Self.affine(50)),
    ]
    let counts = try maps.map {
      try MadeModel(sizes, input: $0, fresh: .init(seed: 1)).parameterCounts
    }
    #expect(counts[0].input == 50 * 24)
    for count in counts.dropFirst() { #expect(count == (0, counts[0].body, counts[0].head)) }
    #expect(counts[0].head == 50 * 24)
  }

  @Test("a tied head does not bring the table back")
  func untied() throws {
    let sizes = ModelSizes(layers: 1, width: 8, heads: 2, vocabulary: 20, context: 8, isTied: true)
    let codes = try TokenCodes(vocabularySize: 20)
    let made = try MadeModel(sizes, input: .codes(codes), fresh: .init(seed: 1))
    #expect(made.network.head?.isTied == false)
    #expect(made.weights[WeightKey(.head)]?.shape == [20, 8])
    let own = try MadeModel(sizes, input: .normalPerSequence, fresh: .init(seed: 1))
    #expect(own.network.head?.isTied == true)
    #expect(own.network.head?.scoreScale == 1 / Float(8).squareRoot())
    #expect(own.sizes.format == .tessera)
    var scaled = sizes
    scaled.scoreScale = 0.125
    let other = try MadeModel(scaled, input: .normalPerSequence, fresh: .init(seed: 1))
    #expect(other.network.head?.scoreScale == 0.125)
  }

  @Test("ids that share a code have one score each, whatever the weights")
  func collisions() throws {
    let sizes = ModelSizes(
      layers: 2, width: 16, heads: 2, vocabulary: 32, context: 8, isTied: false)
    let made = try MadeModel(
      sizes, input: .codes(try TokenCodes(vocabularySize: 32, bits: 4)), fresh: .init(seed: 2))
    let model = try made.model()
    let low = try model.logits(ids: [3, 9, 15, 0])
    #expect(try model.logits(ids: [19, 9, 31, 16]) == low)
    #expect(try model.logits(ids: [18, 9, 31, 16]) != low)
  }

  @Test("a semi-lexinvariant table: learned rows, or drawn ones, by the probability")
  func semiLexinvariant() throws {
    let learned = Variable(constant: try .full([2000, 3], .int(7), .f32))
    let stream = RandomStream(seed: 4, path: ["sequence"])
    for probability in [0, 0.2, 1] {
      let table = try InputMap.semiLexinvariant(probability: probability)
        .sequenceTable(learned, stream: stream).value.floats
      let drawn = stride(from: 0, to: 6000, by: 3).count { start in
        let row = table[start..<start + 3]
        let kept = row.count { $0 == 7 }
        #expect(kept == 0 || kept == 3)
        return kept == 0
      }
      #expect(abs(Double(drawn) / 2000 - probability) < 0.03)
    }
    let all = try InputMap.normalPerSequence.sequenceTable(learned, stream: stream).value
    let one = try InputMap.semiLexinvariant(probability: 1)
      .sequenceTable(learned, stream: stream).value
    #expect(all == one)
    let other = try InputMap.normalPerSequence
      .sequenceTable(learned, stream: RandomStream(seed: 5, path: ["sequence"])).value
    #expect(all != other)
  }

  @Test("maps that cannot be are refused")
  func refused() throws {
    let codes = try TokenCodes(vocabularySize: 4)
    for map in [
      InputMap.codes(codes), .codes(codes, scale: 0), .semiLexinvariant(probability: 1.5),
    ] {
      #expect(throws: ModelError.self) {
        try map.table(vocabulary: map == .codes(codes) ? 5 : 4, width: 4, weights: .init(seed: 1))
      }
    }
  }
}
