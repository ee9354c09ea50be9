import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Attention as a layer") struct AttentionLayerTests {
  typealias Check = LayerChecking

  nonisolated(unsafe) static let memory = LayerPass.Memory(
    Variable(constant: (try? LayerChecking.tensor([2, 5, 6], "memory")) ?? Tensor([0.0])))

  /// Own, causal, grouped, and over a memory.
  static func layers() throws -> [AttentionLayer] {
    [
      try AttentionLayer(8, heads: 2, hasBias: true),
      try AttentionLayer(8, heads: 4, keyValueHeads: 2, isCausal: true),
      try AttentionLayer(8, heads: 2, memoryWidth: 6, hasBias: true),
    ]
  }

  @Test("is softmax(q k / √d) v behind four maps", arguments: 0..<3)
  func twin(kind: Int) throws {
    let layer = try Self.layers()[kind]
    let x = try Check.tensor([2, 4, 8], "x")
    let values = try Check.values(of: layer)
    let found = try Check.run(layer, x, values: values) { $0.memory = Self.memory }
    let named = NamedValues(layer, values)
    var wanted: [Double] = []
    for entry in 0..<2 {
      let own = NaiveLayers.entry(x, entry)
      let source = kind == 2 ? NaiveLayers.entry(Self.memory.states.value, entry) : own
      let z = NaiveLayers.attention(
        own.map { named.linear("query", $0) }, source.map { named.linear("key", $0) },
        source.map { named.linear("value", $0) }, heads: layer.heads,
        keyHeads: layer.keyValueHeads
      ) { row, key in kind != 1 || key <= row }
      wanted += z.flatMap { named.linear("output", $0) }
    }
    Check.expectClose(found, wanted, shape: [2, 4, 8])
  }

  @Test("has the gradients of its slopes", arguments: 0..<3)
  func gradients(kind: Int) throws {
    let layer = try Self.layers()[kind]
    // All bias gradients of keys are 0: softmax does not see them.
    let without = try AttentionLayer(
      8, heads: layer.heads, keyValueHeads: layer.keyValueHeads, memoryWidth: layer.memoryWidth,
      isCausal: layer.isCausal)
    try Check.checkGradients(of: without, Check.tensor([2, 3, 8], "x")) { $0.memory = Self.memory }
  }

  @Test("norms of queries and keys, turned by places, have theirs too")
  func turnedGradients() throws {
    for positions in [
      AttentionLayer.Positions.rotary(base: 100), .grid(height: 1, width: 2, base: 100),
    ] {
      let layer = try AttentionLayer(
        8, heads: 2, positions: positions, normsQueriesAndKeys: true)
      try Check.checkGradients(of: layer, Check.tensor([1, 3, 8], "x"))
    }
  }

  @Test("a mask that hides nothing changes no bit, and one that hides is as if the keys were gone")
  func masks() throws {
    let layer = try AttentionLayer(8, heads: 2)
    let values = try Check.values(of: layer)
    let x = try Check.tensor([2, 5, 8], "x")
    let plain = try Check.run(layer, x, values: values)
    let full = try AttentionMask(
      queryRows: 5, keyRows: 5, visible: [Bool](repeating: true, count: 25))
    #expect(try Check.run(layer, x, values: values) { $0.visibility = .mask(full) } == plain)
    // Three tokens that see each other alone, in a row of five, are three tokens.
    let three = try AttentionMask(
      queryRows: 5, keyRows: 5, visible: (0..<25).map { $0 % 5 < 3 })
    let hidden = try Check.run(layer, x, values: values) { $0.visibility = .mask(three) }
    let part: [TensorIndex] = [.all, .range(start: 0, end: 3)]
    let short = try Check.run(layer, x.indexed(part), values: values)
    #expect(try hidden.indexed(part) == short)
    // A causal layer is a layer with the triangle as a mask.
    let causal = try Check.run(AttentionLayer(8, heads: 2, isCausal: true), x, values: values)
    let triangle = try AttentionMask(
      queryRows: 5, keyRows: 5, visible: (0..<25).map { $0 % 5 <= $0 / 5 })
    #expect(try Check.run(layer, x, values: values) { $0.visibility = .mask(triangle) } == causal)
    #expect(causal != plain)
  }

  @Test("turned by places it sees distances alone")
  func rotary() throws {
    let layer = try AttentionLayer(8, heads: 2, positions: .rotary(base: 50))
    let values = try Check.values(of: layer)
    // Two equal tokens before the others: the others' distances stay.
    let x = try Check.tensor([1, 3, 8], "x")
    let still = try Check.run(AttentionLayer(8, heads: 2), x, values: values)
    let turned = try Check.run(layer, x, values: values)
    #expect(still != turned)
    let sees = try AttentionMask(
      queryRows: 4, keyRows: 4, visible: (0..<16).map { $0 % 4 > 0 || $0 < 4 })
    let first = try x.indexed([.all, .range(start: 0, end: 1)])
    let longer = try Tensor.concatenated([first, x], axis: 1)
    let moved = try Check.run(layer, longer, values: values) { $0.visibility = .mask(sees) }
    Check.expectClose(
      try moved.indexed([.all, .range(start: 1, end: nil)]), turned.doubles, shape: [1, 3, 8])
  }

  @Test("turned by rows and columns it is symmetric in them")
  func grid() throws {
    // Heads whose halves change places see a grid whose rows and columns change places.
    let layer = try AttentionLayer(8, heads: 1, positions: .grid(height: 2, width: 2, base: 10))
    var values = try Check.values(of: layer)
    let x = try Check.tensor([1, 4, 8], "x")
    let plain = try Check.run(layer, x, values: values)
    for place in 0..<2 {  // query and key
      values[place] = try values[place].taking([4, 5, 6, 7, 0, 1, 2, 3])
    }
    let order = Tensor([Int32(0), 2, 1, 3])
    let turned = try Variable(constant: x).selected(order, axis: 1).value
    let other = try Check.run(layer, turned, values: values)
    let back = try Variable(constant: other).selected(order, axis: 1).value
    Check.expectClose(back, plain.doubles, shape: [1, 4, 8])
    let still = try Check.run(AttentionLayer(8, heads: 1), x, values: values)
    #expect(other != still)
  }

  @Test("shows its probabilities, whose rows add up to 1, and takes others")
  func observed() throws {
    let layer = try AttentionLayer(8, heads: 2, isCausal: true)
    let values = try Check.values(of: layer)
    let x = try Check.tensor([1, 4, 8], "x")
    var seen: [String] = []
    let watched = try Check.run(layer, x, values: values) { pass in
      pass.observer = { place, value in
        seen.append(place)
        if place == "probabilities" {
          let sums = try value.sum(axes: [-1]).value.doubles
          #expect(sums.allSatisfy { abs($0 - 1) < 1e-12 })
        }
        return value
      }
    }
    #expect(watched == (try Check.run(layer, x, values: values)))
    #expect(seen == ["query", "key", "value", "probabilities", "output"])
    let even = try Check.run(layer, x, values: values) { pass in
      pass.observer = { place, value in
        place == "probabilities"
          ? Variable(constant: try .full(value.shape, .float(0.25), .f64)) : value
      }
    }
    #expect(even != watched)
  }

  @Test("what cannot be is refused")
  func refusals() throws {
    #expect(
      throws: ModelError.layer(name: "attention", reason: "3 heads do not divide the width 8")
    ) { try AttentionLayer(8, heads: 3) }
    #expect(throws: ModelError.self) { try AttentionLayer(8, heads: 4, keyValueHeads: 3) }
    #expect(throws: ModelError.self) {
      try AttentionLayer(6, heads: 2, positions: .rotary(base: 10))
    }
    #expect(throws: ModelError.self) {
      try AttentionLayer(8, heads: 2, memoryWidth: 8, positions: .rotary(base: 10))
    }
    #expect(throws: ModelError.self) { try AttentionLayer(0, heads: 1) }
    let cross = try AttentionLayer(8, heads: 2, memoryWidth: 6)
    let error = #expect(throws: ModelError.self) {
      try Check.run(cross, Check.tensor([1, 2, 8], "x"), values: Check.values(of: cross))
    }
    #expect(error?.code == "E0620")
    #expect(error?.message == "the layer 'network': the pass has no memory")
    #expect(throws: TensorError.self) {
      try Check.run(
        Self.layers()[0], Check.tensor([2, 8], "x"), values: Check.values(of: Self.layers()[0]))
    }
  }
}
