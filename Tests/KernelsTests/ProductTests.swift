import Testing

@testable import Kernels

@Suite("Kernels give the reference's bits") struct ProductTests {
  static let settings: [(variant: String, shares: Int)] = Machine.variants.flatMap { variant in
    (variant == Machine.variants[0] ? [1, 3] : KernelTesting.shares).map { (variant, $0) }
  }

  /// The same work under each variant and number of shares.
  func everywhere<R: Sendable>(_ body: () throws -> R) throws -> [R] {
    try Self.settings.compactMap { variant, shares in
      try Machine.with(variant: variant, shares: shares, body)
    }
  }

  @Test("a matrix product is one chain of fused multiply-adds an output", arguments: 0..<40)
  func product(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let (rows, inner, columns) = (numbers.below(15), numbers.below(1100), numbers.below(140))
    let x = seed % 2 == 0 ? numbers.floats(rows * inner) : numbers.wild(rows * inner)
    let w = seed % 3 == 0 ? numbers.wild(columns * inner) : numbers.floats(columns * inner)
    var expected = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var chain: Float = 0
        for i in 0..<inner { chain.addProduct(x[row * inner + i], w[column * inner + i]) }
        expected[row * columns + column] = chain + 0
      }
    }
    let matrix = try PackedMatrix.packing(weight: w, outputs: columns, inputs: inner)
    for result in try everywhere({
      var y = [Float](repeating: .nan, count: rows * columns)
      try matrix.multiply(x, into: &y)
      return y
    }) {
      #expect(canonical(result) == canonical(expected))
    }
    if rows > 0 {
      var one = [Float](repeating: .nan, count: columns)
      try matrix.multiply(Array(x.prefix(inner)), into: &one)
      #expect(canonical(one) == canonical(Array(expected.prefix(columns))))
    }
  }

  @Test("large products agree for any number of shares")
  func shares() throws {
    var numbers = TestNumbers(1)
    let (x, w) = (numbers.floats(33 * 600), numbers.floats(700 * 600))
    let matrix = try PackedMatrix.packing(weight: w, outputs: 700, inputs: 600)
    let results = try everywhere {
      var y = [Float](repeating: 0, count: 33 * 700)
      try matrix.multiply(x, into: &y)
      return canonical(y)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test("an f64 product is the same chain", arguments: 0..<10)
  func wideProduct(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let (rows, inner, columns) = (numbers.below(9), numbers.below(50), numbers.below(30))
    let a = numbers.floats(rows * inner).map { Double($0) / 3 }
    let b = numbers.floats(inner * columns).map { Double($0) / 7 }
    var expected = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var chain = 0.0
        for i in 0..<inner { chain.addProduct(a[row * inner + i], b[i * columns + column]) }
        expected[row * columns + column] = chain + 0
      }
    }
    for result in try everywhere({
      try WideProducts.multiply(a, b, rows: rows, inputs: inner, outputs: columns)
    }) {
      #expect(result.map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  @Test(
    "sums go by blocks, lanes and a balanced tree",
    arguments: [0, 1, 15, 16, 17, 1023, 1024, 1025, 5000, 7 * 1024 + 3])
  func sums(count: Int) throws {
    var numbers = TestNumbers(count)
    let x = numbers.floats(count)
    func block(_ values: ArraySlice<Float>) -> Float {
      var lanes = [Float](repeating: 0, count: 16)
      for (i, value) in values.enumerated() { lanes[i % 16] += value }
      while lanes.count > 1 {
        let half = lanes.count / 2
        lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
      }
      return lanes[0]
    }
    var level = stride(from: 0, to: count, by: 1024).map { block(x[$0..<min($0 + 1024, count)]) }
    while level.count > 1 {
      let pairs = (0..<level.count / 2).map { level[2 * $0] + level[2 * $0 + 1] }
      level = level.count % 2 == 1 ? pairs + [level[level.count - 1]] : pairs
    }
    for result in try everywhere({ Sums.sum(x) }) { #expect(result == level.first ?? 0) }
    let dots = try everywhere { try Sums.dot(x, x) }
    let deviations = try everywhere { Sums.squaredDeviations(x, from: 0) }
    #expect(dots.allSatisfy { $0 == dots[0] } && deviations.allSatisfy { $0 == dots[0] })
  }

  @Test("row kernels", arguments: 0..<20)
  func rows(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let (rows, width) = (1 + numbers.below(5), 1 + numbers.below(2100))
    let wild = seed % 4 == 3
    let x = wild ? numbers.wild(rows * width) : numbers.floats(rows * width).map { $0 * 20 }
    let gain = numbers.floats(width)
    let softmax = try everywhere { canonical(try Rows.softmax(x, width: width)) }
    #expect(softmax.allSatisfy { $0 == softmax[0] })
    let norms = try everywhere {
      var y = x
      try Rows.rmsNorm(x, gain: gain, epsilon: 1e-5, into: &y)
      return canonical(y)
    }
    #expect(norms.allSatisfy { $0 == norms[0] })
    let losses = try everywhere {
      canonical([try Rows.negativeLogLikelihood(x, row: rows - 1, width: width, target: width / 2)])
    }
    #expect(losses.allSatisfy { $0 == losses[0] })
    let gates = try everywhere {
      var y = x
      try Rows.swiglu(gate: &y, up: x)
      return canonical(y)
    }
    #expect(gates.allSatisfy { $0 == gates[0] })
    if !wild {
      let p = softmax[0].prefix(width).map { Float(bitPattern: $0) }
      #expect(abs(p.reduce(0) { $0 + Double($1) } - 1) < 1e-5)
      let loss = Float(bitPattern: losses[0][0])
      let row = x.suffix(width).map(Double.init)
      let largest = row.max() ?? 0
      let sum = row.reduce(0) { $0 + ElementaryFunction.exp($1 - largest) }
      let exact = largest - row[width / 2] + ElementaryFunction.log(sum)
      #expect(abs(Double(loss) - exact) < 1e-5 * max(1, exact))
    }
  }

  @Test("functions are the same in every variant")
  func functions() throws {
    var numbers = TestNumbers(5)
    let x = numbers.wild(4000)
    let wide = x.map { Double($0) } + (0..<500).map { Double($0) * 1e5 }
    for function in ElementaryFunction.allCases {
      let narrow = try everywhere { canonical(function(x)) }
      #expect(narrow.allSatisfy { $0 == narrow[0] })
      let results = try everywhere { function(wide).map { $0.isNaN ? 0 : $0.bitPattern } }
      #expect(results.allSatisfy { $0 == results[0] })
      #expect(
        zip(wide, function(wide)).allSatisfy {
          function($0).bitPattern == $1.bitPattern || $1.isNaN
        })
    }
  }

  @Test("attention: definition, any split into prefill and steps", arguments: 0..<12)
  func attention(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let cached = 1 + numbers.below(3)
    let (heads, width) = (cached * (1 + numbers.below(3)), [1, 3, 8, 16, 20, 33][seed % 6])
    let count = 1 + numbers.below(60)
    let q = numbers.floats(count * heads * width)
    let k = numbers.floats(count * cached * width)
    let v = numbers.floats(count * cached * width)
    let scale = 1 / Float(width).squareRoot()

    var expected: [Float] = []
    for row in 0..<count {
      for head in 0..<heads {
        let group = head / (heads / cached)
        func at(_ key: Int, _ i: Int) -> Int { (key * cached + group) * width + i }
        var scores = (0...row).map { key in
          var chain: Float = 0
          for i in 0..<width {
            chain.addProduct(q[(row * heads + head) * width + i], k[at(key, i)])
          }
          return (chain + 0) * scale
        }
        let largest = scores.max() ?? 0
        scores = ElementaryFunction.exp(scores.map { $0 - largest })
        let factor = 1 / scores.reduce(0, +)
        for i in 0..<width {
          var chain: Float = 0
          for key in 0...row { chain.addProduct(scores[key] * factor, v[at(key, i)]) }
          expected.append(chain + 0)
        }
      }
    }
    for step in [1, 2, 7, count] {
      let results = try everywhere {
        var store = KeyValueStore(heads: cached, headWidth: width)
        var out: [Float] = []
        for start in stride(from: 0, to: count, by: step) {
          let end = min(start + step, count)
          func rows(_ x: [Float], _ heads: Int) -> [Float] {
            Array(x[start * heads * width..<end * heads * width])
          }
          try store.append(keys: rows(k, cached), values: rows(v, cached))
          var part = [Float](repeating: .nan, count: (end - start) * heads * width)
          try store.attend(queries: rows(q, heads), queryHeads: heads, scale: scale, into: &part)
          out += part
        }
        return out
      }
      for result in results { #expect(canonical(result) == canonical(expected)) }
    }
  }

  @Test("a truncated store is as one that never had the rest")
  func truncation() throws {
    var numbers = TestNumbers(9)
    let keys = numbers.floats(40 * 8)
    let query = numbers.floats(8)
    func answer(_ store: KeyValueStore) throws -> [UInt32] {
      var out = [Float](repeating: 0, count: 8)
      try store.attend(queries: query, queryHeads: 1, scale: 0.5, into: &out)
      return canonical(out)
    }
    var short = KeyValueStore(heads: 1, headWidth: 8)
    try short.append(keys: Array(keys[..<160]), values: Array(keys[..<160]))
    var long = KeyValueStore(heads: 1, headWidth: 8)
    try long.append(keys: keys, values: keys)
    long.truncate(to: 20)
    #expect(long.count == 20)
    #expect(try answer(long) == (try answer(short)))
  }

  @Test("rotary positions turn pairs by their angles")
  func rotary() throws {
    let table = try RotaryTable(base: 10_000, pairs: 4, positions: 600)
    var numbers = TestNumbers(3)
    let x = numbers.floats(2 * 3 * 8)
    let results = try everywhere {
      var y = x
      try table.rotate(&y, heads: 3, first: 511)
      return canonical(y)
    }
    #expect(results.allSatisfy { $0 == results[0] })
    let y = results[0].map { Float(bitPattern: $0) }
    for row in 0..<2 {
      for i in 0..<4 {
        let angle = Double(511 + row) * Arithmetic.power(10_000, -Double(i) / 4)
        let (c, s) = (ElementaryFunction.cos(angle), ElementaryFunction.sin(angle))
        let (a, b) = (Double(x[row * 24 + i]), Double(x[row * 24 + i + 4]))
        #expect(abs(Double(y[row * 24 + i]) - (a * c - b * s)) < 1e-6)
        #expect(abs(Double(y[row * 24 + i + 4]) - (a * s + b * c)) < 1e-6)
      }
    }
    var short = x
    #expect(throws: KernelError.self) { try table.rotate(&short, heads: 3, first: 599) }
  }

  @Test("argmax takes the lowest index and refuses NaN")
  func argmax() {
    #expect(Rows.argmax([1, 3, 2, 3]) == 1)
    #expect(Rows.argmax([-.infinity, -.infinity]) == 0)
    #expect(Rows.argmax([1, .nan]) == nil)
    #expect(Rows.argmax([.nan, 1]) == nil)
    #expect(Rows.argmax([]) == nil)
  }

  @Test("sizes that do not fit are errors")
  func sizes() throws {
    #expect(throws: KernelError.self) {
      try PackedMatrix.packing(weight: [1, 2, 3], outputs: 2, inputs: 2)
    }
    #expect(throws: KernelError.self) {
      try PackedMatrix.packing(weight: [], outputs: Int.max, inputs: Int.max)
    }
    let matrix = try PackedMatrix.packing(weight: [1, 2, 3, 4], outputs: 2, inputs: 2)
    var y = [Float](repeating: 0, count: 3)
    #expect(throws: KernelError.self) { try matrix.multiply([1, 2], into: &y) }
    #expect(throws: KernelError.self) { try Rows.softmax([1, 2, 3], width: 2) }
    #expect(throws: KernelError.self) {
      try Rows.negativeLogLikelihood([1, 2], row: 0, width: 2, target: 2)
    }
    #expect(throws: KernelError.self) {
      var x: [Float] = [1]
      try Rows.add([1, 2], to: &x)
    }
  }
}
