import Testing

@testable import Kernels

@Suite("The selective scan") struct SelectiveScanTests {
  struct Input<T: TestReal> {
    var sequences, length, channels, states: Int
    var x, delta, a, b, c, d, state, dy, last: [T]
    var hasD = true

    init(_ seed: Int, _ sequences: Int, _ length: Int, _ channels: Int, _ states: Int, wild: Bool) {
      var numbers = TestNumbers(seed)
      (self.sequences, self.length) = (sequences, length)
      (self.channels, self.states) = (channels, states)
      func draw(_ count: Int) -> [T] { numbers.reals(count, as: T.self, wild: wild) }
      let (wide, mixed) = (sequences * length * channels, sequences * length * states)
      (x, delta) = (draw(wide), draw(wide).map { wild ? $0 : abs($0) })
      a = draw(channels * states).map { wild ? $0 : -abs($0) }
      (b, c, d) = (draw(mixed), draw(mixed), draw(channels))
      (state, last) = (draw(sequences * channels * states), draw(sequences * channels * states))
      dy = draw(wide)
    }

    init(_ other: Input<Double>) where T == Float {
      self.init(
        0, other.sequences, other.length, other.channels, other.states, wild: false)
      func narrow(_ values: [Double]) -> [Float] { values.map { Float($0) } }
      (x, delta, a) = (narrow(other.x), narrow(other.delta), narrow(other.a))
      (b, c, d) = (narrow(other.b), narrow(other.c), narrow(other.d))
      (state, last, dy) = (narrow(other.state), narrow(other.last), narrow(other.dy))
    }
  }

  /// y, the last states, and the gradients of x, Δ, A, B, C, D and the first states; A's and D's start at 1.
  func kernels<T: TestReal>(_ input: Input<T>) throws -> [[T]] {
    let (x, delta, a) = (TestMemory(input.x), TestMemory(input.delta), TestMemory(input.a))
    let (b, c, d) = (TestMemory(input.b), TestMemory(input.c), TestMemory(input.d))
    let (dy, last, first) = (
      TestMemory(input.dy), TestMemory(input.last), TestMemory(input.state)
    )
    let scan = SelectiveScan(
      x: x.view, delta: delta.view, a: a.view, b: b.view, c: c.view, d: input.hasD ? d.view : nil,
      sequences: input.sequences, length: input.length, channels: input.channels,
      states: input.states)
    let (state, y) = (TestMemory(input.state), TestMemory(input.x.count, T.nan))
    try scan.run(state: state.mutable, into: y.mutable)
    func like(_ values: [T], _ start: T = .nan) -> TestMemory<T> { TestMemory(values.count, start) }
    let to = [
      like(input.x), like(input.x), like(input.a, 1), like(input.b), like(input.c),
      like(input.d, 1), like(input.state),
    ]
    try scan.gradient(
      dy: dy.view, state: first.view, lastState: last.view,
      into: .init(
        x: to[0].mutable, delta: to[1].mutable, a: to[2].mutable, b: to[3].mutable,
        c: to[4].mutable, d: to[5].mutable, state: to[6].mutable))
    return [y.values, state.values] + to.map(\.values)
  }

  /// The same, place by place, states kept.
  func twin<T: TestReal>(_ p: Input<T>) -> [[T]] {
    func row(_ n: Int, _ t: Int) -> Int { n * p.length + t }
    var (y, h) = (p.x, p.state)
    // [place][channel, state]
    var (before, decays): ([[T]], [[T]]) = ([], [])
    for n in 0..<p.sequences {
      for t in 0..<p.length {
        let part = n * p.channels * p.states..<(n + 1) * p.channels * p.states
        before.append(Array(h[part]))
        var decay: [T] = []
        for ch in 0..<p.channels {
          let at = row(n, t) * p.channels + ch
          let u = p.delta[at] * p.x[at]
          for s in 0..<p.states {
            let e = T.exp(p.delta[at] * p.a[ch * p.states + s])
            decay.append(e)
            let place = part.lowerBound + ch * p.states + s
            h[place] = (u * p.b[row(n, t) * p.states + s]).addingProduct(e, h[place])
          }
          let sum: T = chain(p.states) {
            (p.c[row(n, t) * p.states + $0], h[part.lowerBound + ch * p.states + $0])
          }
          y[at] = p.hasD ? sum.addingProduct(p.d[ch], p.x[at]) : sum
        }
        decays.append(decay)
      }
    }
    var (dx, dDelta, dFirst) = (p.x, p.x, p.last)
    var (da, dd) = (p.a.map { _ in T(1) }, p.d.map { _ in T(1) })
    var (db, dc) = (p.b, p.b)
    for n in 0..<p.sequences {
      let size = p.channels * p.states
      var carry = Array(p.last[n * size..<(n + 1) * size])
      var g = [[T]](repeating: [], count: p.length)
      for t in (0..<p.length).reversed() {
        for place in 0..<size {
          let (ch, s) = (place / p.states, place % p.states)
          let value = carry[place].addingProduct(
            p.c[row(n, t) * p.states + s], p.dy[row(n, t) * p.channels + ch])
          g[t].append(value)
          carry[place] = decays[row(n, t)][place] * value
        }
      }
      dFirst.replaceSubrange(n * size..<(n + 1) * size, with: carry)
      for t in 0..<p.length {
        let (old, decay) = (before[row(n, t)], decays[row(n, t)])
        func after(_ place: Int) -> T {
          t + 1 < p.length ? before[row(n, t + 1)][place] : h[n * size + place]
        }
        for ch in 0..<p.channels {
          let at = row(n, t) * p.channels + ch
          var (sum, other) = (T.zero, T.zero)
          for s in 0..<p.states {
            let place = ch * p.states + s
            let change = g[t][place] * (old[place] * decay[place])
            da[place] = da[place].addingProduct(change, p.delta[at])
            sum = sum.addingProduct(change, p.a[place])
            other = other.addingProduct(g[t][place], p.b[row(n, t) * p.states + s])
          }
          dDelta[at] = sum.addingProduct(other, p.x[at])
          dx[at] =
            p.hasD ? (p.d[ch] * p.dy[at]).addingProduct(other, p.delta[at]) : other * p.delta[at]
          dd[ch] = dd[ch].addingProduct(p.dy[at], p.x[at])
        }
        for s in 0..<p.states {
          db[row(n, t) * p.states + s] = chain(p.channels) {
            let at = row(n, t) * p.channels + $0
            return (g[t][$0 * p.states + s], p.delta[at] * p.x[at])
          }
          dc[row(n, t) * p.states + s] = chain(p.channels) {
            (p.dy[row(n, t) * p.channels + $0], after($0 * p.states + s))
          }
        }
      }
    }
    return [y, h, dx, dDelta, da.map { $0 + 0 }, db, dc, dd.map { $0 + 0 }, dFirst]
  }

  func agree<T: TestReal>(_ input: Input<T>) throws {
    let found = try KernelTesting.everywhere("\(T.self)") { try kernels(input).map(testBits) }
    #expect(found == twin(input).map(testBits))
  }

  @Test("results and gradients are the definition's chains")
  func chains() throws {
    for wild in [false, true] {
      for (seed, shape) in [(2, 5, 3, 4), (1, 17, 2, 16), (1, 1, 5, 19), (2, 3, 1, 1)].enumerated()
      {
        let (n, l, c, s) = shape
        try agree(Input<Float>(seed, n, l, c, s, wild: wild))
        try agree(Input<Double>(seed, n, l, c, s, wild: wild))
        var bare = Input<Float>(seed, n, l, c, s, wild: wild)
        bare.hasD = false
        try agree(bare)
      }
    }
    for (n, l, c, s) in [(0, 3, 2, 2), (2, 0, 2, 2), (2, 3, 0, 2), (2, 3, 2, 0)] {
      try agree(Input<Float>(1, n, l, c, s, wild: false))
    }
  }

  @Test("a large one agrees on any number of shares")
  func shares() throws {
    let input = Input<Float>(9, 2, 40, 24, 12, wild: false)
    try KernelTesting.everywhere { try kernels(input).map(testBits) }
  }

  @Test("f64 gradients are slopes, f32 ones are near")
  func gradients() throws {
    let input = Input<Double>(4, 2, 4, 3, 3, wild: false)
    let result = try kernels(input)
    let paths: [WritableKeyPath<Input<Double>, [Double]>] = [
      \.x, \.delta, \.a, \.b, \.c, \.d, \.state,
    ]
    for (index, path) in paths.enumerated() {
      let start = index == 2 || index == 5 ? 1.0 : 0
      let error = try KernelTesting.gradientError(
        result[index + 2].map { $0 - start }, at: input[keyPath: path]
      ) {
        var moved = input
        moved[keyPath: path] = $0
        let result = try kernels(moved)
        return loosely(result[0], input.dy) + loosely(result[1], input.last)
      }
      #expect(error < 1e-6, "input \(index)")
    }
    for (f32, f64) in zip(try kernels(Input<Float>(input)), result) {
      #expect(distance(f32, f64) < 1e-5)
    }
  }

  @Test("step by step is the whole; misfits are errors")
  func steps() throws {
    let input = Input<Float>(6, 1, 9, 5, 7, wild: false)
    let whole = try kernels(input)
    let (x, delta, a) = (TestMemory(input.x), TestMemory(input.delta), TestMemory(input.a))
    let (b, c, d) = (TestMemory(input.b), TestMemory(input.c), TestMemory(input.d))
    let (state, y) = (TestMemory(input.state), TestMemory(input.x.count, Float.nan))
    for t in 0..<9 {
      let (wide, mixed) = (t * 5..<(t + 1) * 5, t * 7..<(t + 1) * 7)
      let step = SelectiveScan(
        x: .init(rebasing: x.view[wide]), delta: .init(rebasing: delta.view[wide]), a: a.view,
        b: .init(rebasing: b.view[mixed]), c: .init(rebasing: c.view[mixed]), d: d.view,
        sequences: 1, length: 1, channels: 5, states: 7)
      try step.run(state: state.mutable, into: .init(rebasing: y.mutable[wide]))
    }
    #expect(testBits(y.values) == testBits(whole[0]))
    #expect(testBits(state.values) == testBits(whole[1]))
    let wrong = SelectiveScan(
      x: x.view, delta: delta.view, a: a.view, b: b.view, c: c.view, d: d.view, sequences: 1,
      length: 9, channels: 5, states: 6)
    #expect(
      throws: KernelError.size(kernel: "selective scan", argument: "A", needed: 30, found: 35)
    ) { try wrong.run(state: state.mutable, into: y.mutable) }
  }
}
