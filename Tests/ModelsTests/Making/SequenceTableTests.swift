import Files
import Tensors
import Testing

@testable import Models

@Suite("Models whose sequences have tables of their own") struct SequenceTableTests {
  static let maps = [
    InputMap.normalPerSequence, .semiLexinvariant(probability: 0.4),
  ]

  static func made(_ input: InputMap) throws -> MadeModel {
    try MadeModel(
      ModelSizes(layers: 2, width: 16, heads: 2, mlp: 24, vocabulary: 12, context: 16),
      input: input, fresh: .init(seed: 3, deviation: 0.3))
  }

  private let ids: [Int32] = [3, 5, 5, 11, 0, 3]

  @Test("a drawn table is that of training, in the input and in the scores", arguments: maps)
  func drawn(input: InputMap) throws {
    let made = try Self.made(input)
    let model = try made.model()
    for seed in 1...3 as ClosedRange<UInt64> {
      let stream = RandomStream(seed: seed, path: ["sequence"])
      let key = WeightKey(.embedding)
      var other = made
      other.weights[key] = try input.sequenceTable(
        Variable(constant: try #require(made.weights[key])), stream: stream
      ).value
      let drawn = try model.drawingTable(stream: stream)
      #expect(try drawn.logits(ids: ids) == other.model().logits(ids: ids))
      #expect(try drawn.logits(ids: ids) != model.logits(ids: ids))
      #expect(try drawn.weight(key.name) == other.weights[key])
      #expect(try drawn.digest() != model.digest())
      // What was drawn can be drawn again, from the same trained rows where those stay.
      #expect(drawn.sequenceInput == input)
    }
  }

  @Test("renamed ids with their rows renamed have the renamed scores, to the bit")
  func invariance() throws {
    let model = try Self.made(.normalPerSequence).model()
      .drawingTable(stream: RandomStream(seed: 5))
    var stream = RandomStream(seed: 8, path: ["names"])
    let names = stream.permutation(12)
    var places = [Int](repeating: 0, count: 12)
    for (id, name) in names.enumerated() { places[name] = id }
    let table = try model.weight(WeightKey(.embedding).name)
    let renamed = try model.replacingTable(table.taking(places))
    let scores = try model.logits(ids: ids).floats
    let others = try renamed.logits(ids: ids.map { Int32(names[Int($0)]) }).floats
    for row in ids.indices {
      for id in 0..<12 { #expect(scores[row * 12 + id] == others[row * 12 + names[id]]) }
    }
  }

  @Test("a saved model knows its input", arguments: maps)
  func saved(input: InputMap) throws {
    let made = try Self.made(input)
    let folder = MadeModelTests.folder()
    try made.save(folder: folder)
    let loaded = try #require(ModelLoader.load(path: folder) as? TransformerModel)
    #expect(loaded.sequenceInput == input)
    let stream = RandomStream(seed: 2)
    #expect(
      try loaded.drawingTable(stream: stream).logits(ids: ids)
        == made.model().drawingTable(stream: stream).logits(ids: ids))
  }

  @Test("other models have nothing to draw, and tables of other shapes are refused")
  func refused() throws {
    for input in [InputMap.learned, .frozen] {
      let model = try Self.made(input).model()
      #expect(model.sequenceInput == nil)
      #expect(throws: ModelError.self) { try model.drawingTable(stream: RandomStream(seed: 1)) }
    }
    let model = try Self.made(.normalPerSequence).model()
    #expect(throws: ModelError.self) { try model.replacingTable(.zeros([12, 8], .f32)) }
    #expect(InputMap(sequenceFields: [.init("input", .string("semilex"))]) == nil)
    #expect(InputMap(sequenceFields: [.init("input", .string("learned"))]) == nil)
  }
}
