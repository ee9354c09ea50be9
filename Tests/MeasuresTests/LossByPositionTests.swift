import Kernels
import Models
import Tensors
import Testing

@testable import Measures

@Suite("Losses by position") struct LossByPositionTests {
  private let sequences: [[Int32]] = [[0, 2, 1, 1, 0], [2, 2, 1], [1, 0, 0, 2, 2, 1, 0]]

  static func lexinvariant() throws -> TransformerModel {
    try MadeModel(
      ModelSizes(layers: 1, width: 16, heads: 2, mlp: 16, vocabulary: 7, context: 32),
      input: .normalPerSequence, fresh: .init(seed: 3, deviation: 0.3)
    ).model()
  }

  @Test("of any model: each sequence's own losses")
  func twin() throws {
    let model = TableModel(rows: [[0.5, 1, -1], [2, 0, 0.25], [-0.5, 0.75, 1]])
    let result = try LossByPosition(model, sequences: sequences, draws: 5)
    #expect(result.draws == 0)
    for (ids, losses) in zip(sequences, result.losses) {
      #expect(try NegativeLogLikelihood(model, ids: ids).perToken.map(Double.init) == losses)
    }
    #expect(try result.means == PositionMeans(result.losses))
    // Place 1 is the second id.
    let first = sequences.map { ids in
      let row = model.rows[Int(ids[0])].map { ElementaryFunction.exp(Double($0)) }
      return -ElementaryFunction.log(row[Int(ids[1])] / row.reduce(0, +))
    }
    #expect(abs(result.means.places[0].mean - first.reduce(0, +) / 3) < 1e-6)
  }

  @Test("of a model with drawn tables: the mean over the draws that the seed names")
  func draws() throws {
    let model = try Self.lexinvariant()
    let result = try LossByPosition(model, sequences: sequences, draws: 3, seed: 9)
    #expect(result.draws == 3)
    for (index, ids) in sequences.enumerated() {
      var sums = [Double](repeating: 0, count: ids.count - 1)
      for draw in 0..<3 {
        let stream = RandomStream(
          seed: 9, path: ["measure.nll_by_position", "sequence \(index)", "draw \(draw)"])
        let own = try NegativeLogLikelihood(model.drawingTable(stream: stream), ids: ids)
        for (place, loss) in own.perToken.enumerated() { sums[place] += Double(loss) }
      }
      #expect(result.losses[index] == sums.map { $0 / 3 })
    }
    #expect(try LossByPosition(model, sequences: sequences, draws: 3, seed: 9) == result)
    #expect(try LossByPosition(model, sequences: sequences, draws: 3, seed: 8) != result)
    let part = try LossByPosition(model, sequences: [sequences[0]], draws: 3, seed: 9)
    #expect(part.losses[0] == result.losses[0])
    let own = try LossByPosition(model, sequences: sequences, draws: 0)
    #expect(
      try own.losses[1] == NegativeLogLikelihood(model, ids: sequences[1]).perToken.map(Double.init)
    )
  }

  @Test("over many draws renamed sequences lose as much")
  func invariance() throws {
    let model = try Self.lexinvariant()
    let ids: [Int32] = [0, 1, 2, 1, 2, 2, 5, 1, 2]
    let names: [Int32] = [4, 6, 0, 1, 2, 3, 5]
    // One draw for each of many copies, so that what is drawn is what varies.
    let copies = [[Int32]](repeating: ids, count: 400)
    let plain = try LossByPosition(model, sequences: copies, seed: 1).losses
    let renamed = try LossByPosition(
      model, sequences: copies.map { $0.map { names[Int($0)] } }, seed: 2
    ).losses
    for place in plain[0].indices {
      let (a, b) = (
        try MeanInterval(plain.map { $0[place] }), try MeanInterval(renamed.map { $0[place] })
      )
      let error = [a, b].reduce(0) { $0 + ($1.deviation ?? 0) * ($1.deviation ?? 0) / 400 }
      #expect(abs(a.mean - b.mean) < 4 * error.squareRoot(), "\(place)")
    }
  }

  @Test("nothing, too little and too much are refused")
  func refused() throws {
    let model = try Self.lexinvariant()
    #expect(throws: MeasureError.empty(measure: "a loss by position")) {
      try LossByPosition(model, sequences: [])
    }
    #expect(throws: MeasureError.setting(name: "draws", value: -1, range: "0 or more")) {
      try LossByPosition(model, sequences: sequences, draws: -1)
    }
    for ids in [[1], [Int32](repeating: 1, count: 33), [1, 7]] as [[Int32]] {
      #expect(throws: MeasureError.self) { try LossByPosition(model, sequences: [ids]) }
      #expect(throws: MeasureError.self) { try LossByPosition(model, sequences: [ids], draws: 0) }
    }
  }
}
