import Testing

@testable import Tensors

@Suite("Gradients of operations") struct OperationGradientTests {
  typealias Check = GradientChecking

  @Test("arithmetic, broadcast in every way")
  func arithmetic() throws {
    let shapes: [([Int], [Int])] = [
      ([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1, 3], [4, 1]), ([], [2, 2]), ([3, 1], [1, 4]),
      ([2, 3, 1, 2], [3, 5, 1]), ([1, 1], [5]),
    ]
    for (left, right) in shapes {
      let a = try Check.tensor(left, "a")
      let b = try Check.tensor(right, "b", from: 0.5, to: 2)
      try Check.check("+", [a, b]) { try $0[0] + $0[1] }
      try Check.check("-", [a, b]) { try $0[0] - $0[1] }
      try Check.check("*", [a, b]) { try $0[0] * $0[1] }
      try Check.check("/", [a, b]) { try $0[0] / $0[1] }
      try Check.check("power", [b, a]) { try $0[0].power($0[1]) }
      try Check.check("minimum", [a, b]) { try $0[0].minimum($0[1]) }
      try Check.check("maximum", [a, b]) { try $0[0].maximum($0[1]) }
      try Check.check("power", [a]) { try $0[0].power(3) }
      try Check.check("numbers", [b]) { try 1 - (2 / ($0[0] * 3 + 1) - 0.5) }
    }
  }

  @Test func functions() throws {
    let x = try Check.tensor([3, 4], "x", from: -2, to: 2)
    let positive = try Check.tensor([3, 4], "positive", from: 0.3, to: 3)
    try Check.check("negate", [x]) { try -$0[0] }
    try Check.check("abs", [x]) { try $0[0].abs() }
    try Check.check("exp", [x]) { try $0[0].exp() }
    try Check.check("tanh", [x]) { try $0[0].tanh() }
    try Check.check("sin", [x]) { try $0[0].sin() }
    try Check.check("cos", [x]) { try $0[0].cos() }
    try Check.check("log", [positive]) { try $0[0].log() }
    try Check.check("sqrt", [positive]) { try $0[0].squareRoot() }
    try Check.check("clamp", [x]) { try $0[0].clamped(from: -1.1, to: 0.7) }
    let condition = try Tensor([true, false, false, true], shape: [4])
    let row = try Check.tensor([3, 1], "row")
    try Check.check("where", [x, row]) { try Variable.choose(condition, $0[0], $0[1]) }
    try Check.check("cast", [x], tolerance: 1e-6) { try $0[0].cast(to: .f64) }
  }

  @Test("matrix products: vectors, batches, shared matrices on both sides")
  func products() throws {
    let shapes: [([Int], [Int])] = [
      ([3, 4], [4, 2]), ([4], [4]), ([4], [4, 2]), ([3, 4], [4]), ([2, 3, 4], [4, 2]),
      ([2, 3, 4], [2, 4, 5]), ([3, 4], [2, 4, 5]), ([2, 1, 3, 4], [3, 4, 2]),
      ([2, 3, 3, 4], [3, 4, 2]), ([2, 3, 4], [4]), ([4], [2, 4, 3]), ([1, 3, 4], [2, 4, 1]),
    ]
    for (left, right) in shapes {
      let (a, b) = (try Check.tensor(left, "a"), try Check.tensor(right, "b"))
      try Check.check("\(left) @ \(right)", [a, b]) { try $0[0].matmul($0[1]) }
    }
    let weight = try Check.tensor([5, 4], "weight")
    for shape in [[4], [3, 4], [2, 3, 4]] {
      try Check.check("linear", [try Check.tensor(shape, "x"), weight]) {
        try $0[0].linear($0[1])
      }
    }
  }

  @Test func reductions() throws {
    let x = try Check.tensor([2, 3, 4], "x")
    for axes in [nil, [0], [1], [-1], [0, 2], [2, 1], [0, 1, 2], []] as [[Int]?] {
      for keeps in [false, true] {
        try Check.check("sum", [x]) { try $0[0].sum(axes: axes, keepingAxes: keeps) }
        try Check.check("mean", [x]) { try $0[0].mean(axes: axes, keepingAxes: keeps) }
        try Check.check("greatest", [x]) { try $0[0].greatest(axes: axes, keepingAxes: keeps) }
        try Check.check("least", [x]) { try $0[0].least(axes: axes, keepingAxes: keeps) }
      }
    }
  }

  @Test func rearrangements() throws {
    let x = try Check.tensor([2, 3, 4], "x")
    let y = try Check.tensor([2, 1, 4], "y")
    try Check.check("reshape", [x]) { try $0[0].reshaped([4, -1]) }
    try Check.check("transpose", [x]) { try $0[0].transposed() }
    try Check.check("transpose", [x]) { try $0[0].transposed([1, -1, 0]) }
    try Check.check("broadcast", [y]) { try $0[0].broadcast(to: [3, 2, 5, 4]) }
    try Check.check("indexing", [x]) { try $0[0].indexed([.at(-1), .range(start: 1, end: nil)]) }
    try Check.check("concatenate", [x, y]) { try Variable.concatenated($0, axis: 1) }
    try Check.check("concatenate", [x, x]) { try Variable.concatenated($0, axis: -1) }
    try Check.check("stack", [x, x]) { try Variable.stack($0, axis: 1) }
    try Check.check("stack", [x, x]) { try Variable.stack($0, axis: -1) }
  }

  @Test("tokens as ids, embeddings and mixtures")
  func tokens() throws {
    let table = try Check.tensor([5, 3], "table")
    let ids = try Tensor([Int32(4), 0, 4, 2, 4, 1], shape: [2, 3])
    try Check.check("ids", [table]) { try TokenInput.ids(ids).embedded(by: $0[0]) }
    let weights = try Check.tensor([2, 3, 5], "weights")
    try Check.check("mixture", [weights, table]) {
      try TokenInput.mixture($0[0]).embedded(by: $0[1])
    }
    // A mixture that is one-hot is the id.
    let tape = Tape()
    let variable = try tape.variable(table)
    let oneHot = Variable(constant: try ids.oneHot(classes: 5).cast(to: .f64))
    #expect(
      try TokenInput.mixture(oneHot).embedded(by: variable).value
        == TokenInput.ids(ids).embedded(by: variable).value)
    let given = try tape.variable(Check.tensor([2, 3], "given"))
    #expect(try TokenInput.embeddings(given).embedded(by: variable).value == given.value)
    #expect(throws: TensorError.indexOutOfRange(index: 5, axis: 0, shape: [5, 3])) {
      try variable.rows(Tensor([Int32(5)]))
    }
  }

  @Test("dropout keeps the share it says and repeats itself")
  func dropout() throws {
    let stream = RandomStream(seed: 2, path: ["step 1", "mlp"])
    let x = try Check.tensor([4, 5], "x")
    try Check.check("dropout", [x]) { try $0[0].dropout(0.4, stream: stream) }
    let ones = Variable(constant: try .full([10_000], .int(1), .f32))
    let thinned = try ones.dropout(0.25, stream: stream).value.floats
    #expect(Set(thinned) == [0, 1 / 0.75])
    #expect(abs(thinned.count { $0 == 0 } - 2_500) < 200)
    #expect(try ones.dropout(0.25, stream: stream).value.floats == thinned)
    #expect(try ones.dropout(0.25, stream: stream.child("other")).value.floats != thinned)
    #expect(throws: TensorError.self) { try ones.dropout(1, stream: stream) }
  }

  @Test("the way back through a broadcast is one ascending chain")
  func foldedOrder() throws {
    let rows: [Float] = [1e8, 1, 0.3, 1, -1e8, 3, 0.1, -7, 0, 11]
    let tape = Tape()
    let bias = try tape.variable(Tensor([Float(0), 0]))
    let x = Variable(constant: try Tensor([Float](repeating: 0, count: 10), shape: [5, 2]))
    let g = try tape.gradients(
      of: x + bias, cotangent: Tensor(rows, shape: [5, 2]), with: [bias])[0]
    var expected: [Float] = [0, 0]
    for (index, value) in rows.enumerated() { expected[index % 2] += value }
    #expect(g?.floats == expected)
  }

  @Test("shapes and types that do not fit are errors")
  func misfits() throws {
    let tape = Tape()
    let x = try tape.variable(Check.tensor([2, 3], "x"))
    let narrow = try tape.variable(Tensor([Float(1), 2, 3]))
    let ints = Variable(constant: Tensor([Int32(1), 2, 3]))
    #expect(throws: TensorError.self) { try x + narrow }
    #expect(throws: TensorError.self) { try x + ints }
    #expect(throws: TensorError.self) { try x.matmul(x) }
    #expect(throws: TensorError.self) { try x.linear(try x.reshaped([3, 2])) }
    #expect(throws: TensorError.self) { try x.linear(try x.sum()) }
    #expect(throws: TensorError.self) { try x.sum(axes: [2]) }
    #expect(throws: TensorError.self) { try x.sum(axes: [1, -1]) }
    #expect(throws: TensorError.self) { try x.reshaped([4]) }
    #expect(throws: TensorError.self) { try x.transposed([0, 0]) }
    #expect(throws: TensorError.self) { try x.rows(Tensor([Float(1)])) }
    #expect(throws: TensorError.self) { try x.cast(to: .i32) }
    #expect(throws: TensorError.self) { try x.clamped(from: 1, to: 0) }
    #expect(throws: TensorError.self) { try Variable.concatenated([]) }
    #expect(throws: TensorError.self) { try Variable.stack([x, narrow]) }
    #expect(throws: TensorError.self) { try tape.variable(Tensor([Int32(1)])) }
    let none = try tape.variable(.zeros([0, 3], .f64))
    #expect(try tape.gradients(of: none.sum(), with: [none])[0]?.shape == [0, 3])
    #expect(throws: TensorError.self) { try none.greatest(axes: [0]) }
  }
}
