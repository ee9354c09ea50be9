import Testing

@testable import Kernels

/// The numbers of one attention and what it makes of them; also by plain loops.
struct AttentionTrial<T: TestReal>: Sendable {
  var shape: AttentionShape
  var visibility = AttentionVisibility.all
  var scale = 0.375
  var softcap: Double?
  var queries: [T] = []
  var keys: [T] = []
  var values: [T] = []
  var bias: [T]?
  var biasBatches = 1
  var biasHeads = 1
  var dOut: [T] = []
  var dProbabilities: [T]?

  init(_ shape: AttentionShape, _ numbers: inout TestNumbers, wild: Bool = false) {
    self.shape = shape
    queries = T.draw(shape.queryCount, &numbers, wild: wild)
    keys = T.draw(shape.keyCount, &numbers, wild: wild)
    values = T.draw(shape.valueCount, &numbers, wild: wild)
    dOut = T.draw(shape.resultCount, &numbers, wild: wild)
  }

  mutating func addBias(batches: Int, heads: Int, _ numbers: inout TestNumbers) {
    (biasBatches, biasHeads) = (batches, heads)
    bias = T.draw(batches * heads * shape.queryRows * shape.keyRows, &numbers, wild: false)
  }

  /// Bits, so that NaN equals NaN.
  struct Results: Equatable, Sendable {
    var out: [UInt64] = []
    var probabilities: [UInt64] = []
    var scores: [UInt64] = []
    var dQueries: [UInt64] = []
    var dKeys: [UInt64] = []
    var dValues: [UInt64] = []
    var dBias: [UInt64] = []
  }

  struct Numbers: Sendable {
    var out: [T], probabilities: [T], scores: [T]
    var dQueries: [T], dKeys: [T], dValues: [T], dBias: [T]

    var bits: Results {
      func bits(_ x: [T]) -> [UInt64] { x.map(\.canonicalBits) }
      return Results(
        out: bits(out), probabilities: bits(probabilities), scores: bits(scores),
        dQueries: bits(dQueries), dKeys: bits(dKeys), dValues: bits(dValues), dBias: bits(dBias))
    }

    init(_ shape: AttentionShape, bias: Int) {
      func garbage(_ count: Int) -> [T] { [T](repeating: .nan, count: count) }
      out = garbage(shape.resultCount)
      probabilities = garbage(shape.matrixCount)
      scores = garbage(shape.matrixCount)
      dQueries = garbage(shape.queryCount)
      dKeys = garbage(shape.keyCount)
      dValues = garbage(shape.valueCount)
      dBias = garbage(bias)
    }
  }

  func run() throws -> Numbers {
    let attention = try Attention(shape, visibility: visibility, scale: scale, softcap: softcap)
    var r = Numbers(shape, bias: bias?.count ?? 0)
    try withBias { bias in
      try queries.withUnsafeBufferPointer { q in
        try keys.withUnsafeBufferPointer { k in
          try values.withUnsafeBufferPointer { v in
            try r.out.withUnsafeMutableBufferPointer { out in
              try r.probabilities.withUnsafeMutableBufferPointer { p in
                try r.scores.withUnsafeMutableBufferPointer { s in
                  try attention.forward(
                    queries: q, keys: k, values: v, bias: bias, into: out, probabilities: p,
                    scores: s)
                }
              }
            }
            try runBackward(attention, q, k, v, bias, &r)
          }
        }
      }
    }
    return r
  }

  private func runBackward(
    _ attention: Attention, _ q: UnsafeBufferPointer<T>, _ k: UnsafeBufferPointer<T>,
    _ v: UnsafeBufferPointer<T>, _ bias: AttentionBias<T>?, _ r: inout Numbers
  ) throws {
    try dOut.withUnsafeBufferPointer { dOut in
      try (dProbabilities ?? []).withUnsafeBufferPointer { dP in
        try r.dQueries.withUnsafeMutableBufferPointer { dq in
          try r.dKeys.withUnsafeMutableBufferPointer { dk in
            try r.dValues.withUnsafeMutableBufferPointer { dv in
              try r.dBias.withUnsafeMutableBufferPointer { db in
                try attention.backward(
                  queries: q, keys: k, values: v, bias: bias, dOut: dOut,
                  dProbabilities: dProbabilities == nil ? nil : dP, dQueries: dq, dKeys: dk,
                  dValues: dv, dBias: bias == nil ? nil : db)
              }
            }
          }
        }
      }
    }
  }

  private func withBias(_ body: (AttentionBias<T>?) throws -> Void) throws {
    guard let bias else { return try body(nil) }
    try bias.withUnsafeBufferPointer {
      try body(AttentionBias($0, batches: biasBatches, heads: biasHeads))
    }
  }

  /// The definition, by plain loops over the keys that `sees` (batch, head, row, key) lets be seen.
  func naive(_ sees: (Int, Int, Int, Int) -> Bool) -> Numbers {
    let s = shape
    var r = Numbers(s, bias: bias?.count ?? 0)
    r.probabilities = r.probabilities.map { _ in 0 }
    r.scores = r.scores.map { _ in -.infinity }
    (r.dQueries, r.dKeys) = (r.dQueries.map { _ in 0 }, r.dKeys.map { _ in 0 })
    (r.dValues, r.dBias) = (r.dValues.map { _ in 0 }, r.dBias.map { _ in 0 })
    let (scale, cap) = (T(scale), T(softcap ?? 0))
    for batch in 0..<s.batches {
      for head in 0..<s.heads {
        let shared = head / (s.heads / s.keyValueHeads)
        for row in 0..<s.queryRows {
          let line = (batch * s.queryRows + row) * s.heads + head
          let matrix = ((batch * s.heads + head) * s.queryRows + row) * s.keyRows
          let biasHead = (biasBatches == 1 ? 0 : batch) * biasHeads + (biasHeads == 1 ? 0 : head)
          let biasRow = (biasHead * s.queryRows + row) * s.keyRows
          let seen = (0..<s.keyRows).filter { sees(batch, head, row, $0) }
          func keyRow(_ key: Int) -> Int {
            (batch * s.keyRows + key) * s.keyValueHeads + shared
          }
          var bent: [T] = []
          var scores = seen.map { key in
            var chain: T = 0
            for i in 0..<s.width {
              chain.addProduct(queries[line * s.width + i], keys[keyRow(key) * s.width + i])
            }
            var score = (chain + 0) * scale
            if softcap != nil {
              bent.append(T.tanh([score / cap])[0])
              score = cap * bent[bent.count - 1]
            }
            return bias.map { score + $0[biasRow + key] } ?? score
          }
          for (score, key) in zip(scores, seen) { r.scores[matrix + key] = score }
          var largest = -T.infinity
          for score in scores where score > largest { largest = score }
          scores = T.exp(scores.map { $0 - largest })
          var sum: T = 0
          for e in scores { sum += e }
          let p = scores.map { $0 * (1 / sum) }
          for (p, key) in zip(p, seen) { r.probabilities[matrix + key] = p }
          for i in 0..<s.valueWidth {
            var chain: T = 0
            for (p, key) in zip(p, seen) {
              chain.addProduct(p, values[keyRow(key) * s.valueWidth + i])
            }
            r.out[line * s.valueWidth + i] = chain + 0
          }
          var slopes = seen.map { key in
            var chain: T = 0
            for i in 0..<s.valueWidth {
              chain.addProduct(
                dOut[line * s.valueWidth + i], values[keyRow(key) * s.valueWidth + i])
            }
            return dProbabilities.map { (chain + 0) + $0[matrix + key] } ?? (chain + 0)
          }
          var d: T = 0
          for (p, slope) in zip(p, slopes) { d.addProduct(p, slope) }
          for place in seen.indices {
            var slope = p[place] * (slopes[place] - d)
            if bias != nil { r.dBias[biasRow + seen[place]] += slope }
            if softcap != nil {
              var factor: T = 1
              factor.addProduct(-bent[place], bent[place])
              slope *= factor
            }
            slopes[place] = slope * scale
          }
          for (place, key) in seen.enumerated() {
            for i in 0..<s.width {
              r.dQueries[line * s.width + i].addProduct(
                slopes[place], keys[keyRow(key) * s.width + i])
              r.dKeys[keyRow(key) * s.width + i].addProduct(
                slopes[place], queries[line * s.width + i])
            }
            for i in 0..<s.valueWidth {
              r.dValues[keyRow(key) * s.valueWidth + i].addProduct(
                p[place], dOut[line * s.valueWidth + i])
            }
          }
        }
      }
    }
    r.dQueries = r.dQueries.map { $0 + 0 }
    r.dKeys = r.dKeys.map { $0 + 0 }
    r.dValues = r.dValues.map { $0 + 0 }
    return r
  }
}

/// What the twin needs of a type beside arithmetic.
protocol TestReal: KernelReal {
  static func exp(_ x: [Self]) -> [Self]
  static func tanh(_ x: [Self]) -> [Self]
  static func draw(_ count: Int, _ numbers: inout TestNumbers, wild: Bool) -> [Self]
  /// Bits with all NaNs as one.
  var canonicalBits: UInt64 { get }
}

extension Float: TestReal {
  static func exp(_ x: [Float]) -> [Float] { ElementaryFunction.exp(x) }
  static func tanh(_ x: [Float]) -> [Float] { ElementaryFunction.tanh(x) }
  static func draw(_ count: Int, _ numbers: inout TestNumbers, wild: Bool) -> [Float] {
    wild ? numbers.wild(count) : numbers.floats(count)
  }
  var canonicalBits: UInt64 { isNaN ? 0x7FC0_0000 : UInt64(bitPattern) }
}

extension Double: TestReal {
  static func exp(_ x: [Double]) -> [Double] { ElementaryFunction.exp(x) }
  static func tanh(_ x: [Double]) -> [Double] { ElementaryFunction.tanh(x) }
  static func draw(_ count: Int, _ numbers: inout TestNumbers, wild: Bool) -> [Double] {
    (wild ? numbers.wild(count) : numbers.floats(count)).map { Double($0) / 3 }
  }
  var canonicalBits: UInt64 { isNaN ? 0x7FF8_0000_0000_0000 : bitPattern }
}
