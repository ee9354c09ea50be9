import Kernels
import Testing

@testable import Tensors

@Suite("Views") struct ViewTests {
  @Test("rearranging makes no copies")
  func sharing() throws {
    let base = try Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    for view in [
      try base.transposed(), try base.transposed([1, 0, 2]), try base.indexed([.at(1)]),
      try base.indexed([.all, .steps(start: nil, end: nil, step: -2), .range(start: 1, end: 3)]),
      try base.indexed([.at(0), .at(0)]).broadcast(to: [5, 4]), try base.reshaped([6, -1]),
      try base.transposed([1, 0, 2]).reshaped([3, 2, 2, 2]),
      try base.indexed([.all, .range(start: 0, end: 2)]).reshaped([2, 8]),
    ] {
      #expect(view.buffer === base.buffer, "\(view.shape)")
    }
    #expect(try base.transposed().reshaped([24]).buffer !== base.buffer)
  }

  @Test("a view's elements are those that the indexes name", arguments: 0..<40)
  func elements(seed: Int) throws {
    var random = RandomViews(seed)
    let shape = random.shape(rank: 1 + random.int(below: 3))
    let base = try random.tensor(shape, .i32)
    let values = try #require(base.int32s)
    var indexes: [TensorIndex] = []
    var chosen: [[Int]] = []
    for extent in shape {
      let step = random.int(below: 7) - 3
      if step == 0 {
        indexes.append(.all)
        chosen.append(Array(0..<extent))
      } else {
        indexes.append(.steps(start: nil, end: nil, step: step))
        chosen.append(
          Array(stride(from: step > 0 ? 0 : extent - 1, to: step > 0 ? extent : -1, by: step)))
      }
    }
    var places = [0]
    for (axis, positions) in chosen.enumerated() {
      places = places.flatMap { place in positions.map { place * shape[axis] + $0 } }
    }
    let view = try base.indexed(indexes)
    #expect(view.shape == chosen.map(\.count))
    #expect(view.int32s == places.map { values[$0] })
    #expect(try view == view.naiveCopy())
    #expect(try view.copied().isContiguous)
  }

  @Test("steps are taken as in Python", arguments: -4...4)
  func steps(step: Int) throws {
    let line = Tensor((0..<7).map { Int32($0) })
    for start in -7...6 {
      for end in -7...6 {
        let index = TensorIndex.steps(start: start, end: end, step: step)
        if step == 0 {
          #expect(throws: TensorError.self) { try line.indexed([index]) }
          continue
        }
        let (from, to) = (start < 0 ? start + 7 : start, end < 0 ? end + 7 : end)
        let expected = stride(from: from, to: to, by: step).map { Int32($0) }
        #expect(try line.indexed([index]).int32s == expected)
      }
    }
    for index in [
      TensorIndex.steps(start: 7, end: nil, step: -1), .steps(start: -8, end: nil, step: 1),
      .steps(start: nil, end: 8, step: 2), .steps(start: nil, end: .min, step: .min),
    ] {
      #expect(throws: TensorError.self) { try line.indexed([index]) }
    }
    #expect(try line.indexed([.steps(start: 2, end: nil, step: .max)]).int32s == [2])
    #expect(try line.indexed([.steps(start: 2, end: nil, step: .min)]).int32s == [2])
  }

  @Test("every operation gives on a view the bits it gives on its copy", arguments: 0..<150)
  func operations(seed: Int) throws {
    var random = RandomViews(seed)
    let type = ElementType.allCases[seed % ElementType.allCases.count]
    let shape = random.shape(rank: random.int(below: 4), upTo: seed % 5 == 0 ? 40 : 6)
    let view = try random.view(shape, type)
    let copy = try view.naiveCopy()
    #expect(view == copy)
    let other = try random.view(
      shape.map { random.int(below: 3) == 0 ? 1 : $0 }, ElementType.allCases[random.int(below: 8)])
    let otherCopy = try other.naiveCopy()

    func same(_ name: String, _ body: (Tensor, Tensor) throws -> Tensor) {
      let (a, b) = (Result { try body(view, other) }, Result { try body(copy, otherCopy) })
      switch (a, b) {
      case (.success(let a), .success(let b)):
        #expect(a == b, "\(name) of \(type) \(shape) and \(other.shape)")
      case (.failure(let a), .failure(let b)):
        #expect(a as? TensorError == b as? TensorError, "\(name)")
      default: Issue.record("\(name) fails on one of them: \(a), \(b)")
      }
    }
    for operation in BinaryOperation.allCases {
      same("\(operation)") { try .apply(operation, $0, $1) }
      same("\(operation) 2") { a, _ in try .apply(operation, .tensor(a), .scalar(.int(2))) }
      same("0.5 \(operation)") { a, _ in try .apply(operation, .scalar(.float(0.5)), .tensor(a)) }
    }
    for operation in UnaryOperation.allCases {
      same("\(operation)") { a, _ in try .apply(operation, a) }
    }
    for reduction in Reduction.allCases {
      same("\(reduction)") { a, _ in try a.reduced(reduction) }
      for axis in shape.indices {
        same("\(reduction) \(axis)") { a, _ in try a.reduced(reduction, axis: axis) }
      }
    }
    for axis in shape.indices {
      same("softmax") { a, _ in try a.softmax(axis: axis) }
      same("log-softmax") { a, _ in try a.logSoftmax(axis: axis) }
      same("argsort") { a, _ in try a.sortedIndices(axis: axis, descending: seed % 2 == 0) }
      same("concatenate") { a, _ in try .concatenated([a, a], axis: axis) }
      same("stack") { a, _ in try .stack([a, a], axis: axis) }
    }
    for target in ElementType.allCases { same("cast \(target)") { a, _ in try a.cast(to: target) } }
    same("matmul") { a, b in try a.matmul(b) }
    same("matmul of itself") { a, _ in try a.matmul(a.transposed()) }
    same("choose") { a, b in try .choose(.apply(.greater, a, b), a, b) }
    same("reshape") { a, _ in try a.reshaped([a.count]) }
    same("transpose") { a, _ in try a.transposed() }
    same("take") { a, _ in try a.taking([0, -1, 0]) }
    same("one-hot") { a, _ in try Tensor.apply(.abs, a).cast(to: .i32).oneHot(classes: 20) }
    same("replace") { a, b in try a.replacing(at: [], with: .tensor(b)) }
    same("npy") { a, _ in try NPY.decode(NPY.encode(a), path: "x") }
    #expect(view.floats.map(\.bitPattern) == copy.floats.map(\.bitPattern))
    #expect(view.doubles.map(\.bitPattern) == copy.doubles.map(\.bitPattern))
    #expect(view.int32s == copy.int32s)
    #expect(view.bools == copy.bools)
  }

  @Test("large transposed planes are copied as they should", arguments: ElementType.allCases)
  func tiles(type: ElementType) throws {
    var random = RandomViews(7)
    let base = try random.tensor([3, 37, 50], type)
    let view = try base.transposed([0, 2, 1])
    #expect(try view.copied() == view.naiveCopy())
    #expect(try base.transposed().copied() == base.transposed().naiveCopy())
  }

  @Test("sums follow the logical order over many blocks, however the elements lie")
  func sums() throws {
    var random = RandomViews(3)
    let base = try random.tensor([5_000, 3])
    let column = try base.indexed([.all, .at(1)])
    #expect(column.strides == [3])
    #expect(try column.reduced(.sum).floats == [Sums.sum(column.floats)])
    #expect(try base.reduced(.sum, axis: 0).floats[1] == Sums.sum(column.floats))
    let down = try column.indexed([.steps(start: nil, end: nil, step: -1)])
    #expect(try down.reduced(.sum).floats == [Sums.sum(Array(column.floats.reversed()))])
  }

  @Test("nobody sees a change through another tensor")
  func values() throws {
    var a = Tensor((0..<6).map { Float($0) })
    let view = try a.indexed([.steps(start: nil, end: nil, step: 2)])
    let own = a.buffer.memory
    try a.replace(at: [.at(0)], with: .scalar(.int(9)))
    #expect(a.floats == [9, 1, 2, 3, 4, 5])
    #expect(view.floats == [0, 2, 4])
    #expect(a.buffer.memory != own)
    let held = a.buffer.memory
    try a.replace(at: [.at(1)], with: .scalar(.int(8)))
    #expect(a.buffer.memory == held, "changed in place where nobody else looks")
    try a.replace(at: [], with: .tensor(a.indexed([.steps(start: nil, end: nil, step: -1)])))
    #expect(a.floats == [5, 4, 3, 2, 8, 9])
    var repeated = try Tensor([Float(1)]).broadcast(to: [3])
    try repeated.replace(at: [.at(1)], with: .scalar(.int(2)))
    #expect(repeated.floats == [1, 2, 1])
  }

  @Test("elements are given without a copy where they stand in order")
  func access() throws {
    let a = try Tensor((0..<6).map { Float($0) }, shape: [2, 3])
    let row = try a.indexed([.at(1)])
    try row.withElements(of: Float.self) { values in
      #expect(values.baseAddress == row.pointer(Float.self))
      #expect(Array(values) == [3, 4, 5])
    }
    try a.transposed().withElements(of: Float.self) {
      #expect(Array($0) == [0, 3, 1, 4, 2, 5])
    }
    #expect(throws: TensorError.self) { try a.withElements(of: Double.self) { _ in } }
    let made = try Tensor(shape: [2], of: Int8.self) { $0[1] = -3 }
    #expect(made == Tensor([Int8(0), -3]))
  }

  @Test("bad shapes are errors on views too")
  func refusals() throws {
    let view = try Tensor.zeros([2, 3]).transposed()
    #expect(throws: TensorError.shapeMismatch(operation: "reshape", left: [3, 2], right: [4])) {
      try view.reshaped([4])
    }
    #expect(
      throws: TensorError.shapeMismatch(operation: "broadcast", left: [3, 2], right: [3, 3])
    ) {
      try view.broadcast(to: [3, 3])
    }
    #expect(throws: TensorError.self) { try view.broadcast(to: [1, 1, 1, 1, 1, 1, 1, 3, 2]) }
    #expect(throws: TensorError.self) { try view.broadcast(to: [1 << 50, 3, 2]) }
    #expect(throws: TensorError.self) { try view.broadcast(to: [1 << 62, 3, 2]) }
    #expect(throws: TensorError.self) { try view.reshaped([1, 1, 1, 1, 1, 1, 1, 3, 2]) }
  }
}
