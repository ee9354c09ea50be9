import Testing

@testable import Tensors

@Suite("Tapes") struct TapeTests {
  static func tensor(_ shape: [Int], _ name: String) throws -> Tensor {
    try GradientChecking.tensor(shape, name).cast(to: .f32)
  }

  @Test("exact identities")
  func identities() throws {
    let tape = Tape()
    let x = try tape.variable(Self.tensor([3, 4], "x"))
    let ones = try Tensor.full([3, 4], .int(1), .f32)
    #expect(try tape.gradients(of: x.sum(), with: [x]) == [ones])
    #expect(try tape.gradients(of: (x + x).sum(), with: [x]) == [ones.plus(ones)])
    #expect(
      try tape.gradients(of: (x - x).sum(), with: [x])[0]?.floats.allSatisfy { $0 == 0 } == true)
    // Through a stopped gradient nothing goes; beside it the rest does.
    let stopped = try x * x.stoppingGradient()
    #expect(try tape.gradients(of: stopped.sum(), with: [x]) == [x.value])
    let constant = Variable(constant: ones)
    #expect(try tape.gradients(of: (x + constant).sum(), with: [x]) == [ones])
    #expect(!(try constant + constant).isRecorded)
    // An output is its own gradient; what it does not depend on has none.
    let other = try tape.variable(ones)
    #expect(try tape.gradients(of: x, cotangent: ones, with: [x, other]) == [ones, nil])
    #expect(
      try tape.gradients(of: x.stoppingGradient().sum().isRecorded ? x : x.sum(), with: [x]) == [
        ones
      ])
  }

  @Test("straight-through: another value, the same gradient")
  func straightThrough() throws {
    let tape = Tape()
    let x = try tape.variable(Self.tensor([5], "x"))
    let rounded = try x.straightThrough(to: Tensor.apply(.round, x.value))
    #expect(rounded.value == (try Tensor.apply(.round, x.value)))
    let y = try (rounded * rounded).sum()
    #expect(try tape.gradients(of: y, with: [x]) == [rounded.value.plus(rounded.value)])
    #expect(throws: TensorError.self) { try x.straightThrough(to: .zeros([4])) }
  }

  @Test("custom gradients by closures")
  func custom() throws {
    let reversing = CustomOperation("reversed gradient") { inputs throws(TensorError) in
      inputs[0]
    } backward: { cotangent, _, _ throws(TensorError) in
      [try cotangent.negated()]
    }
    let tape = Tape()
    let x = try tape.variable(Self.tensor([5], "x"))
    let y = try Variable.result(of: reversing, x)
    #expect(y.value == x.value)
    #expect(try tape.gradients(of: y.sum(), with: [x]) == [.full([5], .int(-1), .f32)])
    let wrong = CustomOperation("wrong") { inputs throws(TensorError) in
      inputs[0]
    } backward: { cotangent, _, _ throws(TensorError) in
      [try cotangent.reshaped([1, 5])]
    }
    let z = try Variable.result(of: wrong, x)
    #expect(
      throws: TensorError.shapeMismatch(
        operation: "the gradient of wrong", left: [5], right: [1, 5])
    ) { try tape.gradients(of: z.sum(), with: [x]) }
  }

  /// Two layers, a shared matrix, dropout: a bit of everything.
  static func network(_ x: Variable, _ w: Variable, _ b: Variable, _ tape: Tape?) throws -> Variable
  {
    var x = x
    for layer in 0..<3 {
      let input = x
      func block() throws(TensorError) -> Variable {
        let inner = try (input.matmul(w) + b).tanh()
        let stream = RandomStream(seed: 1, path: ["step 3", "layer \(layer)"])
        return try input + inner.dropout(0.3, stream: stream).matmul(w)
      }
      x = try tape?.checkpoint(block) ?? block()
    }
    return try (x * x).sum(axes: [-1])
  }

  @Test("a checkpoint changes no bit and holds less")
  func checkpoints() throws {
    let values = [
      try Self.tensor([6, 4], "x"), try Self.tensor([4, 4], "w"), try Self.tensor([4], "b"),
    ]
    var gradients: [[Tensor?]] = []
    var held: [Int] = []
    for isCheckpointed in [false, true] {
      let tape = Tape()
      let v = try values.map { try tape.variable($0) }
      let losses = try Self.network(v[0], v[1], v[2], isCheckpointed ? tape : nil)
      held.append(tape.heldValues)
      let cotangent = try Self.tensor([6], "cotangent")
      gradients.append(try tape.gradients(of: losses, cotangent: cotangent, with: v))
      #expect(tape.heldValues == held.last)
    }
    #expect(gradients[0] == gradients[1])
    #expect(!gradients[0].contains(nil))
    #expect(held[1] < held[0] - 9)
  }

  @Test("a value smuggled out of a checkpoint is kept; an error inside leaves the tape usable")
  func checkpointCorners() throws {
    let tape = Tape()
    let x = try tape.variable(Self.tensor([4], "x"))
    var inner: Variable?
    let y = try tape.checkpoint { () throws(TensorError) -> Variable in
      let doubled = try x * 2
      inner = doubled
      return try tape.checkpoint { () throws(TensorError) -> Variable in try doubled * doubled }
    }
    let smuggled = try #require(inner)
    let total = try (y * smuggled).sum()
    // (2x)³ has the slope 24x².
    let gradient = try tape.gradients(of: total, with: [x])[0]
    for (found, x) in zip(gradient?.floats ?? [], x.value.floats) {
      #expect(abs(found - 24 * x * x) < 1e-4)
    }
    let atInner = try tape.gradients(of: total, with: [smuggled])[0]
    for (found, x) in zip(atInner?.floats ?? [], x.value.floats) {
      #expect(abs(found - 12 * x * x) < 1e-4)
    }
    #expect(throws: TensorError.self) {
      try tape.checkpoint { () throws(TensorError) -> Variable in try x.reshaped([3]) }
    }
    let after = try tape.checkpoint { () throws(TensorError) -> Variable in try x.exp() }
    #expect(try tape.gradients(of: after.sum(), with: [x]) == [after.value])
  }

  @Test("a tape is replayed with the same bits, and with any cotangent")
  func replay() throws {
    let tape = Tape()
    let x = try tape.variable(Self.tensor([6, 4], "x"))
    let w = try tape.variable(Self.tensor([4, 4], "w"))
    let b = try tape.variable(Self.tensor([4], "b"))
    let losses = try Self.network(x, w, b, nil)
    let cotangent = try Tensor.full([6], .int(1), .f32)
    let first = try tape.gradients(of: losses, cotangent: cotangent, with: [x, w, b])
    let count = tape.count
    // Per-row gradients: the full Jacobian, each row by itself.
    let jacobian = try tape.jacobian(of: losses, with: b)
    #expect(jacobian.shape == [6, 4])
    let rows = try (0..<6).map { row in
      try #require(
        try tape.gradients(
          of: losses,
          cotangent: .zeros([6]).replacing(at: [.at(row)], with: .scalar(.int(1))), with: [b])[0])
    }
    #expect(jacobian == (try Tensor.stack(rows)))
    #expect(try tape.gradients(of: losses, cotangent: cotangent, with: [x, w, b]) == first)
    #expect(tape.count == count)
  }

  @Test("a linear map is its own Jacobian")
  func jacobian() throws {
    let tape = Tape()
    let x = try tape.variable(Self.tensor([4], "x"))
    let matrix = try Self.tensor([3, 4], "m")
    let y = try Variable(constant: matrix).matmul(x)
    #expect(try tape.jacobian(of: y, with: x) == matrix)
    #expect(try tape.jacobian(of: x, with: y) == .zeros([4, 3]))
  }

  @Test("uses are added in reverse order")
  func orderOfUses() throws {
    let tape = Tape()
    let x = try tape.variable(Tensor([Float(1)]))
    // ((1e8 + 1) - 1e8) in f32 is 0, (−1e8 + 1e8) + 1 would be 1.
    let parts = try [-1e8, 1, 1e8].map { try x * $0 }
    let total = try (parts[0] + parts[1]) + parts[2]
    #expect(try tape.gradients(of: total, with: [x])[0]?.floats == [0])
    let other = try [1, -1e8, 1e8].map { try x * $0 }
    let sum = try (other[0] + other[1]) + other[2]
    #expect(try tape.gradients(of: sum, with: [x])[0]?.floats == [1])
  }

  @Test("micro-batches equal the full batch to the bit", arguments: [ElementType.f32, .f64])
  func microBatches(type: ElementType) throws {
    let table = try GradientChecking.tensor([7, 4], "table").cast(to: type)
    let w = try GradientChecking.tensor([4, 4], "w").cast(to: type)
    let b = try GradientChecking.tensor([4], "b").cast(to: type)
    let ids: [Int32] = [3, 1, 6, 3, 3, 0, 2, 5, 1, 1, 3, 4]
    func accumulate(_ range: Range<Int>, into accumulator: inout GradientAccumulator) throws
      -> [Tensor?]
    {
      let tape = Tape()
      let v = try [table, w, b].map { try tape.variable($0) }
      let rows = try v[0].rows(Tensor(Array(ids[range])))
      // The matrix is used twice, the table as embedding and as head.
      let hidden = try (rows.matmul(v[1]) * v[2] + v[2]).tanh().linear(v[1])
      let losses = try (hidden.linear(v[0]).exp()).sum(axes: [1])
      let weights = try Tensor.full([range.count], .float(0.1), type)
      try tape.accumulateGradients(of: losses, cotangent: weights, with: v, into: &accumulator)
      return try tape.gradients(of: losses, cotangent: weights, with: v)
    }
    var full = GradientAccumulator()
    let direct = try accumulate(0..<12, into: &full)
    #expect(try full.gradients() == direct)
    for cuts in [[0, 5, 12], [0, 1, 2, 3, 12], Array(0...12)] {
      var parts = GradientAccumulator()
      for (start, end) in zip(cuts, cuts.dropFirst()) {
        _ = try accumulate(start..<end, into: &parts)
      }
      #expect(try parts.gradients() == direct, "\(cuts)")
    }
    var cleared = full
    cleared.clear()
    #expect(try cleared.gradients() == [])
  }

  @Test("what cannot be asked is an error")
  func misuse() throws {
    let (tape, other) = (Tape(), Tape())
    let x = try tape.variable(.zeros([3]))
    let y = try other.variable(.zeros([3]))
    #expect(throws: TensorError.self) { try x + y }
    #expect(throws: TensorError.self) { try tape.gradients(of: x, with: [x]) }
    #expect(throws: TensorError.self) { try tape.gradients(of: x.sum(), with: [y]) }
    #expect(throws: TensorError.self) {
      try tape.gradients(of: Variable(constant: x.value), with: [x])
    }
    #expect(throws: TensorError.self) {
      try tape.gradients(of: x, cotangent: .zeros([4]), with: [x])
    }
    #expect(throws: TensorError.self) {
      try tape.gradients(of: x, cotangent: .zeros([3], .f64), with: [x])
    }
    var accumulator = GradientAccumulator()
    #expect(throws: TensorError.self) {
      try tape.accumulateGradients(of: x.sum(), with: [x, x], into: &accumulator)
    }
    let doubled = try x * 2
    #expect(throws: TensorError.self) {
      try tape.accumulateGradients(of: x.sum(), with: [doubled], into: &accumulator)
    }
  }
}
