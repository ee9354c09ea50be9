import Testing

@testable import Kernels

@Suite("Scans along an axis") struct ScansTests {
  enum Kind: CaseIterable, Sendable { case sum, product, logSum, recurrence }

  struct Shape: Sendable {
    var outer, axis, inner: Int
    var count: Int { outer * axis * inner }

    /// The places of each line, ascending.
    var lines: [[Int]] {
      (0..<outer).flatMap { o in
        (0..<inner).map { i in (0..<axis).map { (o * axis + $0) * inner + i } }
      }
    }
  }

  static let shapes: [Shape] = [
    Shape(outer: 1, axis: 1, inner: 1), Shape(outer: 3, axis: 7, inner: 5),
    Shape(outer: 2, axis: 6, inner: 16), Shape(outer: 1, axis: 9, inner: 33),
    Shape(outer: 2, axis: 3, inner: 130), Shape(outer: 19, axis: 4, inner: 1),
    Shape(outer: 2, axis: 0, inner: 3),
    Shape(outer: 0, axis: 4, inner: 3),
  ]

  /// What goes in: x is the factor of a recurrence, b what it adds.
  struct Input<T: TestReal> {
    var x, b, initial, dy: [T]

    init(_ shape: Shape, seed: Int, wild: Bool) {
      var numbers = TestNumbers(seed)
      x = numbers.reals(shape.count, as: T.self, wild: wild)
      b = numbers.reals(shape.count, as: T.self, wild: wild)
      initial = numbers.reals(shape.outer * shape.inner, as: T.self, wild: wild)
      dy = numbers.reals(shape.count, as: T.self, wild: wild)
    }
  }

  /// y, dx, db and the gradient of the first values, by the kernels.
  func kernels<T: TestReal>(_ kind: Kind, _ shape: Shape, _ input: Input<T>) throws -> [[T]] {
    let (o, a, i) = (shape.outer, shape.axis, shape.inner)
    let (x, b, first) = (TestMemory(input.x), TestMemory(input.b), TestMemory(input.initial))
    let dy = TestMemory(input.dy)
    let (y, dx) = (TestMemory(shape.count, T.nan), TestMemory(shape.count, T.nan))
    let (db, dFirst) = (TestMemory(shape.count, T.zero), TestMemory(o * i, T.zero))
    switch kind {
    case .sum:
      try Scans.sum(x.view, into: y.mutable, outer: o, axis: a, inner: i)
      try Scans.sumGradient(dy.view, into: dx.mutable, outer: o, axis: a, inner: i)
    case .product:
      try Scans.product(x.view, into: y.mutable, outer: o, axis: a, inner: i)
      try Scans.productGradient(
        x: x.view, y: y.view, dy: dy.view, into: dx.mutable, outer: o, axis: a, inner: i)
    case .logSum:
      try Scans.logSum(x.view, into: y.mutable, outer: o, axis: a, inner: i)
      try Scans.logSumGradient(
        x: x.view, y: y.view, dy: dy.view, into: dx.mutable, outer: o, axis: a, inner: i)
    case .recurrence:
      try Scans.recurrence(
        a: x.view, b: b.view, initial: first.view, into: y.mutable, outer: o, axis: a, inner: i)
      try Scans.recurrenceGradient(
        a: x.view, h: y.view, initial: first.view, dh: dy.view, da: dx.mutable, db: db.mutable,
        initialGradient: dFirst.mutable, outer: o, axis: a, inner: i)
    }
    return [y.values, dx.values, db.values, dFirst.values]
  }

  /// The same, line by line, as the definition says.
  func twin<T: TestReal>(_ kind: Kind, _ shape: Shape, _ input: Input<T>) -> [[T]] {
    var y = [T](repeating: 0, count: shape.count)
    var (dx, db) = (y, y)
    var dFirst = [T](repeating: 0, count: shape.outer * shape.inner)
    func weight(_ a: T, _ b: T) -> T { a == b ? 1 : T.exp(a - b) }
    for (line, places) in shape.lines.enumerated() {
      let (x, b, dy) = (
        places.map { input.x[$0] }, places.map { input.b[$0] }, places.map { input.dy[$0] }
      )
      let first = input.initial[line]
      var before: [T] = []
      var (state, sum) = (kind == .product ? 1 : kind == .recurrence ? first : T.zero, T.zero)
      var largest = -T.infinity
      for (t, place) in places.enumerated() {
        before.append(state)
        switch kind {
        case .sum: state += x[t]
        case .product: state *= x[t]
        case .recurrence: state = b[t].addingProduct(x[t], state)
        case .logSum:
          if x[t] > largest {
            sum = T(1).addingProduct(sum, weight(largest, x[t]))
            largest = x[t]
          } else {
            sum += weight(x[t], largest)
          }
          state = largest + T.log(sum)
        }
        y[place] = state
      }
      var (carry, next) = (T.zero, T.zero)
      for (t, place) in places.enumerated().reversed() {
        switch kind {
        case .sum:
          carry += dy[t]
          dx[place] = carry
        case .product, .recurrence:
          carry = dy[t].addingProduct(next, carry)
          next = x[t]
          dx[place] = before[t] * carry
          if kind == .recurrence { db[place] = carry }
        case .logSum:
          let last = t == places.count - 1
          carry = dy[t].addingProduct(last ? 1 : weight(y[place], next), carry)
          next = y[place]
          dx[place] = y[place] == -.infinity ? 0 : weight(x[t], y[place]) * carry
        }
      }
      if kind == .recurrence { dFirst[line] = places.isEmpty ? 0 : next * carry }
    }
    return [y, dx, db, dFirst]
  }

  func agree<T: TestReal>(_ kind: Kind, as _: T.Type) throws {
    for (seed, shape) in Self.shapes.enumerated() {
      for wild in [false, true] {
        let input = Input<T>(shape, seed: seed + 7, wild: wild)
        let found = try KernelTesting.everywhere("\(kind) \(shape)") {
          try kernels(kind, shape, input).map(testBits)
        }
        #expect(found == twin(kind, shape, input).map(testBits), "\(kind) \(shape) \(T.self)")
      }
    }
  }

  @Test("scans and their gradients are the definition's chains", arguments: Kind.allCases)
  func chains(kind: Kind) throws {
    try agree(kind, as: Float.self)
    try agree(kind, as: Double.self)
  }

  @Test("many lines agree on any number of shares", arguments: Kind.allCases)
  func shares(kind: Kind) throws {
    let shape = Shape(outer: 7, axis: kind == .logSum ? 20 : 160, inner: 100)
    let input = Input<Float>(shape, seed: 3, wild: false)
    try KernelTesting.everywhere { try kernels(kind, shape, input).map(testBits) }
  }

  @Test("f64 gradients are slopes; f32 ones are near", arguments: Kind.allCases)
  func gradients(kind: Kind) throws {
    let shape = Shape(outer: 2, axis: 5, inner: 3)
    var input = Input<Double>(shape, seed: 11, wild: false)
    if kind == .product { input.x[3] = 0 }
    let result = try kernels(kind, shape, input)
    func loss(_ keyPath: WritableKeyPath<Input<Double>, [Double]>, _ value: [Double]) throws
      -> Double
    {
      var moved = input
      moved[keyPath: keyPath] = value
      return loosely(try kernels(kind, shape, moved)[0], input.dy)
    }
    #expect(
      try KernelTesting.gradientError(result[1], at: input.x) { try loss(\.x, $0) } < 1e-6)
    if kind == .recurrence {
      #expect(
        try KernelTesting.gradientError(result[2], at: input.b) { try loss(\.b, $0) } < 1e-6)
      #expect(
        try KernelTesting.gradientError(result[3], at: input.initial) {
          try loss(\.initial, $0)
        } < 1e-6)
    }
    var narrow = Input<Float>(shape, seed: 11, wild: false)
    (narrow.x, narrow.b) = (input.x.map { Float($0) }, input.b.map { Float($0) })
    narrow.initial = input.initial.map { Float($0) }
    narrow.dy = input.dy.map { Float($0) }
    for (f32, f64) in zip(try kernels(kind, shape, narrow), result) {
      #expect(distance(f32, f64) < 1e-5)
    }
  }

  @Test("log-sum-exp of large and infinite numbers, and what flows back")
  func infinities() throws {
    let shape = Shape(outer: 1, axis: 5, inner: 1)
    var input = Input<Double>(shape, seed: 1, wild: false)
    input.x = [-.infinity, -.infinity, 1000, 1000, .infinity]
    input.dy = [1, 1, 1, 1, 0]
    let result = try kernels(.logSum, shape, input)
    #expect(
      result[0] == [-.infinity, -.infinity, 1000, 1000 + ElementaryFunction.log(2), .infinity])
    for (found, expected) in zip(result[1], [0, 0, 1.5, 0.5, 0]) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test("a recurrence cut in two is the whole one; misfits are errors")
  func pieces() throws {
    var numbers = TestNumbers(5)
    let (a, b) = (TestMemory(numbers.floats(40)), TestMemory(numbers.floats(40)))
    let (whole, parts) = (TestMemory(40, Float.nan), TestMemory(40, Float.nan))
    let cut = 4 * 3
    try Scans.recurrence(
      a: a.view, b: b.view, into: whole.mutable, outer: 1, axis: 10, inner: 4)
    try Scans.recurrence(
      a: .init(rebasing: a.view[..<cut]), b: .init(rebasing: b.view[..<cut]),
      into: .init(rebasing: parts.mutable[..<cut]), outer: 1, axis: 3, inner: 4)
    try Scans.recurrence(
      a: .init(rebasing: a.view[cut...]), b: .init(rebasing: b.view[cut...]),
      initial: .init(rebasing: parts.view[cut - 4..<cut]),
      into: .init(rebasing: parts.mutable[cut...]), outer: 1, axis: 7, inner: 4)
    #expect(canonical(whole.values) == canonical(parts.values))
    #expect(throws: KernelError.size(kernel: "recurrence", argument: "a", needed: 44, found: 40)) {
      try Scans.recurrence(a: a.view, b: b.view, into: whole.mutable, outer: 1, axis: 11, inner: 4)
    }
    #expect(
      throws: KernelError.size(kernel: "recurrence", argument: "initial", needed: 4, found: 40)
    ) {
      try Scans.recurrence(
        a: a.view, b: b.view, initial: a.view, into: whole.mutable, outer: 1, axis: 10, inner: 4)
    }
    #expect(throws: KernelError.self) {
      try Scans.sum(a.view, into: whole.mutable, outer: -4, axis: -10, inner: 1)
    }
  }
}
