import Glibc
import Testing

@testable import Kernels

@Suite("Attention's gradients") struct AttentionGradientTests {
  /// A weighted sum of the result and the probabilities, and its gradients by the kernel.
  static func trial(_ kind: Int) throws -> AttentionTrial<Double> {
    var numbers = TestNumbers(kind + 20)
    let shape = try AttentionShape(
      batches: 2, queryRows: 3, keyRows: 5, heads: 4, keyValueHeads: [2, 4, 1][kind % 3], width: 3,
      valueWidth: 2)
    var trial = AttentionTrial<Double>(shape, &numbers)
    trial.scale = 1.25
    trial.softcap = kind % 2 == 1 ? 0.5 : nil
    trial.visibility =
      [
        .all, .causal(offset: 1),
        .mask(try AttentionTests.mask(shape, batches: 2, heads: 4, &numbers)),
      ][kind % 3]
    trial.addBias(batches: kind % 2 == 0 ? 1 : 2, heads: kind < 3 ? 4 : 1, &numbers)
    if kind != 4 { trial.dProbabilities = Double.draw(shape.matrixCount, &numbers, wild: false) }
    return trial
  }

  static func loss(_ trial: AttentionTrial<Double>) throws -> Double {
    let results = try trial.run()
    let p = zip(results.probabilities, trial.dProbabilities ?? []).map { $0 * $1 }
    return zip(results.out, trial.dOut).map { $0 * $1 }.reduce(0, +) + p.reduce(0, +)
  }

  @Test("are slopes", arguments: 0..<6)
  func slopes(kind: Int) throws {
    let trial = try Self.trial(kind)
    let found = try trial.run()
    func error(
      _ gradient: [Double], _ path: WritableKeyPath<AttentionTrial<Double>, [Double]>
    ) throws -> Double {
      try KernelTesting.gradientError(gradient, at: trial[keyPath: path]) { point in
        var moved = trial
        moved[keyPath: path] = point
        return try Self.loss(moved)
      }
    }
    #expect(try error(found.dQueries, \.queries) < 1e-6)
    #expect(try error(found.dKeys, \.keys) < 1e-6)
    #expect(try error(found.dValues, \.values) < 1e-6)
    let biasError = try KernelTesting.gradientError(found.dBias, at: trial.bias ?? []) { point in
      var moved = trial
      moved.bias = point
      return try Self.loss(moved)
    }
    #expect(biasError < 1e-6)
  }

  @Test("f32 follows f64", arguments: 0..<6)
  func single(kind: Int) throws {
    let wide = try Self.trial(kind)
    var numbers = TestNumbers(0)
    var narrow = AttentionTrial<Float>(wide.shape, &numbers)
    narrow.queries = wide.queries.map { Float($0) }
    narrow.keys = wide.keys.map { Float($0) }
    narrow.values = wide.values.map { Float($0) }
    narrow.dOut = wide.dOut.map { Float($0) }
    narrow.bias = wide.bias?.map { Float($0) }
    (narrow.biasBatches, narrow.biasHeads) = (wide.biasBatches, wide.biasHeads)
    narrow.dProbabilities = wide.dProbabilities?.map { Float($0) }
    (narrow.scale, narrow.softcap) = (wide.scale, wide.softcap)
    narrow.visibility = wide.visibility
    let (a, b) = (try narrow.run(), try wide.run())
    for (a, b) in [
      (a.out, b.out), (a.dQueries, b.dQueries), (a.dKeys, b.dKeys), (a.dValues, b.dValues),
      (a.dBias, b.dBias),
    ] {
      #expect(zip(a, b).allSatisfy { abs(Double($0) - $1) < 2e-6 })
    }
  }

  @Test("given probabilities: the same bits as computed ones, and their gradients are slopes")
  func given() throws {
    let trial = try Self.trial(2)
    let (found, shape) = (try trial.run(), trial.shape)
    let attention = try Attention(shape, visibility: trial.visibility, scale: 1)
    func out(_ p: [Double], _ v: [Double]) throws -> [Double] {
      var out = [Double](repeating: .nan, count: shape.resultCount)
      try p.withUnsafeBufferPointer { p in
        try v.withUnsafeBufferPointer { v in
          try out.withUnsafeMutableBufferPointer {
            try attention.forward(probabilities: p, values: v, into: $0)
          }
        }
      }
      return out
    }
    #expect(try out(found.probabilities, trial.values) == found.out)
    // What a row does not see is not used.
    let hidden = found.scores.map { $0 == -.infinity }
    let poisoned = zip(found.probabilities, hidden).map { $1 ? .nan : $0 }
    #expect(try out(poisoned, trial.values) == found.out)
    #expect(hidden.contains(true))

    var dP = [Double](repeating: .nan, count: shape.matrixCount)
    var dV = [Double](repeating: .nan, count: shape.valueCount)
    try found.probabilities.withUnsafeBufferPointer { p in
      try trial.values.withUnsafeBufferPointer { v in
        try trial.dOut.withUnsafeBufferPointer { dOut in
          try dP.withUnsafeMutableBufferPointer { dP in
            try dV.withUnsafeMutableBufferPointer { dV in
              try attention.backward(
                probabilities: p, values: v, dOut: dOut, dProbabilities: dP, dValues: dV)
            }
          }
        }
      }
    }
    func loss(_ p: [Double], _ v: [Double]) throws -> Double {
      zip(try out(p, v), trial.dOut).map { $0 * $1 }.reduce(0, +)
    }
    #expect(dV == found.dValues)
    let pError = try KernelTesting.gradientError(dP, at: found.probabilities) {
      try loss($0, trial.values)
    }
    #expect(pError < 1e-6)
    let vError = try KernelTesting.gradientError(dV, at: trial.values) {
      try loss(found.probabilities, $0)
    }
    #expect(vError < 1e-6)

    // Two steps, scores to probabilities to result, are the one step.
    var (dQueries, dKeys) = (found.dQueries, found.dKeys)
    var both = trial
    both.dProbabilities = nil
    both.softcap = nil
    let expected = try both.run()
    let plain = try Attention(shape, visibility: trial.visibility, scale: trial.scale)
    try trial.queries.withUnsafeBufferPointer { q in
      try trial.keys.withUnsafeBufferPointer { k in
        try (trial.bias ?? []).withUnsafeBufferPointer { bias in
          try dP.withUnsafeBufferPointer { dP in
            try dQueries.withUnsafeMutableBufferPointer { dQueries in
              try dKeys.withUnsafeMutableBufferPointer { dKeys in
                try plain.backward(
                  queries: q, keys: k, values: nil,
                  bias: AttentionBias(bias, batches: both.biasBatches, heads: both.biasHeads),
                  dOut: nil, dProbabilities: dP, dQueries: dQueries, dKeys: dKeys, dValues: nil)
              }
            }
          }
        }
      }
    }
    #expect(dQueries == expected.dQueries)
    #expect(dKeys == expected.dKeys)
  }

  @Test("nothing behind a buffer is read or written", arguments: [1, 3, 8, 16, 17, 32])
  func guards(width: Int) throws {
    var numbers = TestNumbers(width)
    for keys in [1, 5, 16, 67] {
      let shape = try AttentionShape(
        batches: 1, queryRows: 1 + keys / 3, keyRows: keys, heads: 2, keyValueHeads: 1,
        width: width, valueWidth: 33 - width)
      var trial = AttentionTrial<Float>(shape, &numbers)
      trial.addBias(batches: 1, heads: 2, &numbers)
      trial.visibility = .mask(try AttentionTests.mask(shape, batches: 1, heads: 2, &numbers))
      let expected = try trial.run()
      let attention = try Attention(shape, visibility: trial.visibility, scale: trial.scale)
      let inputs = try [
        trial.queries, trial.keys, trial.values, trial.bias ?? [], trial.dOut,
      ].map(Guarded.init)
      let results = try [
        expected.out, expected.probabilities, expected.scores, expected.dQueries,
        expected.dKeys, expected.dValues, expected.dBias,
      ].map(Guarded.init)
      for result in results { result.view.update(repeating: .nan) }
      let bias = AttentionBias(inputs[3].numbers, heads: 2)
      try attention.forward(
        queries: inputs[0].numbers, keys: inputs[1].numbers, values: inputs[2].numbers, bias: bias,
        into: results[0].view, probabilities: results[1].view, scores: results[2].view)
      try attention.backward(
        queries: inputs[0].numbers, keys: inputs[1].numbers, values: inputs[2].numbers, bias: bias,
        dOut: inputs[4].numbers, dQueries: results[3].view, dKeys: results[4].view,
        dValues: results[5].view, dBias: results[6].view)
      #expect(Array(results[0].view) == expected.out)
      #expect(Array(results[6].view) == expected.dBias)
    }
  }

  /// Numbers that end where memory ends.
  final class Guarded {
    let view: UnsafeMutableBufferPointer<Float>
    private let pages: UnsafeMutableRawPointer
    private let size: Int

    init(_ values: [Float]) throws {
      let page = Int(sysconf(Int32(_SC_PAGESIZE)))
      let room = (values.count * 4 + page - 1) / page * page
      size = room + page
      let found = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      pages = try #require(found)
      #expect(mprotect(pages + room, page, PROT_NONE) == 0)
      let start = (pages + room - values.count * 4).bindMemory(
        to: Float.self, capacity: values.count)
      view = UnsafeMutableBufferPointer(start: start, count: values.count)
      _ = view.update(fromContentsOf: values)
    }

    deinit { munmap(pages, size) }

    var numbers: UnsafeBufferPointer<Float> { UnsafeBufferPointer(view) }
  }
}
