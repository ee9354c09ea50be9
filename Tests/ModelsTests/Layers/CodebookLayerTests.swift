import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Codebooks and learned queries") struct CodebookLayerTests {
  typealias Check = LayerChecking

  /// The first code nearest to each row.
  static func nearest(_ rows: NaiveLayers.Rows, _ codes: NaiveLayers.Rows) -> [Int] {
    rows.map { row in
      let distances: [Double] = codes.map { NaiveLayers.distance(row, $0) }
      return distances.indices.reduce(0) { distances[$1] < distances[$0] ? $1 : $0 }
    }
  }

  @Test("rows become their nearest codes, with the rows' gradient and two losses")
  func straightThrough() throws {
    let layer = try CodebookLayer(5, width: 3, commitment: 0.25)
    let x = try Check.tensor([2, 4, 3], "x")
    let codes = try Check.tensor([5, 3], "codes")
    let (rows, table) = (NaiveLayers.rows(x), NaiveLayers.rows(codes))
    let ids = Self.nearest(rows, table)
    #expect(Set(ids).count > 1)
    let tape = Tape()
    let (variable, parameter) = (try tape.variable(x), try tape.variable(codes))
    var pass = LayerPass(["codes": parameter], isTraining: true)
    let result = try layer.forward(variable, in: &pass)
    #expect(result.value.doubles == ids.flatMap { table[$0] })
    #expect(try layer.codes(of: x, in: pass).int32s == ids.map { Int32($0) })
    #expect(try layer.codes(of: x, in: pass).shape == [2, 4])
    #expect(try layer.rows(of: layer.codes(of: x, in: pass), in: pass).value == result.value)

    let cotangent = try Check.tensor([2, 4, 3], "cotangent")
    let passed = try tape.gradients(of: result, cotangent: cotangent, with: [variable, parameter])
    #expect(passed == [cotangent, nil])

    #expect(pass.losses.map(\.place) == ["commitment", "codes"])
    let errors: [Double] = zip(rows, ids).map { row, id in
      let squares: [Double] = zip(row, table[id]).map { ($0 - $1) * ($0 - $1) }
      return squares.reduce(0, +) / 3
    }
    Check.expectClose(pass.losses[0].loss.terms.value, errors.map { 0.25 * $0 }, shape: [8])
    Check.expectClose(pass.losses[1].loss.terms.value, errors, shape: [8])
    #expect(pass.losses.map(\.loss.weight) == [8, 8])
    // The commitment moves rows alone, the other loss codes alone.
    let sums = try pass.losses.map { try $0.loss.terms.sum() }
    let both = try sums.map { try tape.gradients(of: $0, with: [variable, parameter]) }
    #expect(both[0][1] == nil && both[1][0] == nil)
    var wanted = [Double](repeating: 0, count: 15)
    for (row, id) in zip(rows, ids) {
      for place in 0..<3 {
        let apart: Double = table[id][place] - row[place]
        wanted[3 * id + place] += 2 * apart / 3
      }
    }
    Check.expectClose(try #require(both[1][1]), wanted, shape: [5, 3])
    let share: Double = 0.25 * 2 / 3
    let pulled: [Double] = zip(rows, ids).flatMap { row, id -> [Double] in
      (0..<3).map { place -> Double in share * (row[place] - table[id][place]) }
    }
    Check.expectClose(try #require(both[0][0]), pulled, shape: [2, 4, 3])
  }

  @Test("without training nothing is lost and nothing moves")
  func inference() throws {
    let layer = try CodebookLayer(4, width: 2, learning: .average(decay: 0.9))
    var pass = LayerPass(layer, values: try layer.freshValues(seed: 1))
    _ = try layer.forward(
      Variable(constant: try Check.tensor([3, 2], "x").cast(to: .f32)), in: &pass)
    #expect(pass.losses.isEmpty && pass.updates.isEmpty)
  }

  @Test("running means are those of all rows a code was taken for")
  func averages() throws {
    let decay = 0.75
    let layer = try CodebookLayer(3, width: 2, learning: .average(decay: decay))
    #expect(layer.parameters.allSatisfy { !$0.isTrained })
    let codes: [Double] = [-1, 0, 1, 0, 50, 50]
    var values = [
      try Tensor(codes, shape: [3, 2]), try Tensor.zeros([3], .f64), try .zeros([3, 2], .f64),
    ]
    var (counts, sums) = ([0.0, 0, 0], [[0.0, 0], [0, 0], [0, 0]])
    for step in 0..<3 {
      let x = try Check.tensor([6, 2], "step \(step)", bound: 2)
      let rows = NaiveLayers.rows(x)
      let ids = Self.nearest(rows, NaiveLayers.rows(values[0]))
      for code in 0..<3 {
        let own: [[Double]] = rows.indices.filter { ids[$0] == code }.map { rows[$0] }
        counts[code] = decay * counts[code] + (1 - decay) * Double(own.count)
        for place in 0..<2 {
          let batch: Double = own.map { $0[place] }.reduce(0, +)
          sums[code][place] = decay * sums[code][place] + (1 - decay) * batch
        }
      }
      var pass = LayerPass(
        Dictionary(zip(layer.parameters.map(\.name), values.map { Variable(constant: $0) })) {
          first, _ in first
        }, isTraining: true)
      _ = try layer.forward(Variable(constant: x), in: &pass)
      values = try layer.parameters.map { try #require(pass.updates[$0.name]) }
      let means: [Double] = (0..<3).flatMap { code -> [Double] in
        let own: [Double] = sums[code].map { $0 / counts[code] }
        return counts[code] > 0 ? own : Array(codes[2 * code..<2 * code + 2])
      }
      Check.expectClose(values[0], means, shape: [3, 2])
      Check.expectClose(values[1], counts, shape: [3])
    }
    // The last code is far off, was never taken and stayed.
    #expect(values[0].doubles.suffix(2) == [50, 50])
    #expect(throws: ModelError.self) {
      try CodebookLayer(3, width: 2, learning: .average(decay: 1))
    }
    #expect(throws: ModelError.self) { try CodebookLayer(3, width: 2, commitment: -1) }
  }

  static func queries(isCausal: Bool, crossEvery: Int = 1) throws -> QueryTransformer {
    try QueryTransformer(
      queries: 3, memoryWidth: 5,
      sizes: .init(width: 4, heads: 2, layers: 2, inner: 5, hasBias: false),
      isCausal: isCausal, crossEvery: crossEvery)
  }

  @Test("queries read features in any order, those that are seen")
  func features() throws {
    let layer = try Self.queries(isCausal: false)
    let values = try Check.values(of: layer)
    let x = try Check.tensor([2, 4, 5], "features")
    let found = try Check.run(layer, x, values: values)
    #expect(found.shape == [2, 3, 4])
    let turned = try Variable(constant: x).selected(Tensor([Int32(2), 0, 3, 1]), axis: 1).value
    Check.expectClose(
      try Check.run(layer, turned, values: values), found.doubles, shape: [2, 3, 4])
    let part: [TensorIndex] = [.all, .range(start: 0, end: 2)]
    let hidden = try Check.run(layer, x, values: values) { pass in
      pass.memory = .init(
        Variable(constant: x), visibility: .ranges([Range<Int>](repeating: 0..<2, count: 3)))
    }
    #expect(try hidden == Check.run(layer, x.indexed(part), values: values))
  }

  @Test("causal queries do not see later ones", arguments: [false, true])
  func causal(isCausal: Bool) throws {
    let layer = try Self.queries(isCausal: isCausal, crossEvery: 2)
    var values = try Check.values(of: layer)
    let x = try Check.tensor([1, 4, 5], "features")
    let before = try Check.run(layer, x, values: values)
    let place = try #require(layer.parameters.firstIndex { $0.name == "queries" })
    values[place] = try values[place].replacing(at: [.at(1)], with: .scalar(.float(0.3)))
    let after = try Check.run(layer, x, values: values)
    for query in 0..<3 {
      let own: [TensorIndex] = [.at(0), .at(query)]
      #expect(try (before.indexed(own) == after.indexed(own)) == (isCausal && query < 1))
    }
    // Every second block reads the features.
    let names = layer.parameters.map(\.name)
    #expect(names.contains { $0.hasPrefix("blocks.0.cross.") })
    #expect(!names.contains { $0.hasPrefix("blocks.1.cross.") })
  }

  @Test("queries have the gradients of their slopes")
  func gradients() throws {
    try Check.checkGradients(
      of: Self.queries(isCausal: true), Check.tensor([2, 3, 5], "features"))
  }
}
