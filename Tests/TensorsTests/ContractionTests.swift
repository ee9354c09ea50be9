import Testing

@testable import Tensors

@Suite("Contraction") struct ContractionTests {
  /// Two operands by the stated order: one chain of fused multiply-adds over the contracted names.
  func naive(_ a: Tensor, _ an: [String], _ b: Tensor, _ bn: [String], _ out: [String])
    throws -> Tensor
  {
    var extents: [String: Int] = [:]
    for (name, extent) in zip(an + bn, a.shape + b.shape) { extents[name] = extent }
    let inner = (an + bn).reduce(into: [String]()) {
      if !out.contains($1) && !$0.contains($1) { $0.append($1) }
    }
    func all(_ names: [String]) -> [[String: Int]] {
      names.reduce([[:]]) { found, name in
        found.flatMap { place in
          (0..<(extents[name] ?? 0)).map { place.merging([name: $0]) { $1 } }
        }
      }
    }
    let values = try all(out).map { place in
      var sum: Float = 0
      for step in all(inner) {
        let full = place.merging(step) { $1 }
        func element(_ tensor: Tensor, _ names: [String]) throws -> Float {
          try tensor.indexed(names.map { .at(full[$0] ?? 0) }).floats[0]
        }
        sum = try sum.addingProduct(element(a, an), element(b, bn))
      }
      return sum + 0
    }
    return try Tensor(values, shape: out.map { extents[$0] ?? 0 })
  }

  static let patterns = [
    "b h q d, b h k d -> b h q k", "b h q k, b h k d -> b q h d", "i j, j k -> i k",
    "i j, k j -> k i", "j i, j k -> i k", "i, j -> i j", "i j, i j -> i", "i j, i j ->",
    "a b c, c a d -> d b", "a b c, b a c -> c", "i i, i j -> j", "i j i, j -> i",
    "a b c d, d c e -> b e a",
  ]

  @Test("two operands give the bits of plain loops, views and all", arguments: patterns)
  func pairs(pattern: String) throws {
    for seed in 0..<4 {
      var random = RandomViews(seed)
      var extents: [String: Int] = [:]
      let parsed = try ContractionPattern(pattern)
      var tensors: [Tensor] = []
      for names in parsed.operands {
        let shape = names.map { name in
          let extent = extents[name] ?? 1 + random.int(below: 4)
          extents[name] = extent
          return extent
        }
        tensors.append(try random.view(shape))
      }
      let expected = try naive(
        tensors[0], parsed.operands[0], tensors[1], parsed.operands[1], parsed.output)
      #expect(try Tensor.contract(pattern, tensors) == expected, "\(pattern)")
      let exact = try tensors.map { try $0.cast(to: .i8) }
      #expect(
        try Tensor.contract(pattern, exact)
          == naive(
            exact[0], parsed.operands[0], exact[1], parsed.operands[1], parsed.output
          ).cast(to: .i32))
    }
  }

  @Test("one operand: transposes, diagonals, traces, sums")
  func single() throws {
    var random = RandomViews(5)
    let m = try random.view([4, 4])
    #expect(try Tensor.contract("i j -> j i", m) == m.transposed())
    let diagonal = try Tensor(
      (0..<4).map { try m.indexed([.at($0), .at($0)]).floats[0] }, shape: [4])
    #expect(try Tensor.contract("i i -> i", m) == diagonal)
    #expect(try Tensor.contract("i i ->", m) == diagonal.reduced(.sum))
    #expect(try Tensor.contract("i j -> i", m) == m.reduced(.sum, axis: 1))
    #expect(try Tensor.contract("i j -> j", m) == m.reduced(.sum, axis: 0))
    #expect(try Tensor.contract("i j ->", m) == m.reduced(.sum))
    let t = try random.view([3, 4, 5])
    #expect(
      try Tensor.contract("a b c -> b", t)
        == t.transposed([1, 0, 2]).reshaped([4, 15]).reduced(.sum, axis: 1))
    #expect(try Tensor.contract("->", Tensor.full([], .int(3), .f32)).floats == [3])
  }

  @Test("names of one operand alone are summed before; further operands follow from the left")
  func order() throws {
    var random = RandomViews(6)
    let (a, b, c) = (
      try random.view([3, 4]), try random.view([4, 5, 2]), try random.view([5, 3])
    )
    #expect(
      try Tensor.contract("i j, j k x -> i k", a, b) == a.matmul(b.reduced(.sum, axis: 2)))
    #expect(
      try Tensor.contract("i j, j k x, k l -> i l", a, b, c)
        == a.matmul(b.reduced(.sum, axis: 2)).matmul(c))
    #expect(
      try Tensor.contract("x i, j k y, l m ->", a, b, c)
        == Tensor.apply(
          .multiply, Tensor.apply(.multiply, a.reduced(.sum), b.reduced(.sum)), c.reduced(.sum)))
    let v = try random.view([3])
    let first = try Tensor.contract("i, i -> i", v, v)
    #expect(try Tensor.contract("i, i, i -> i", v, v, v) == Tensor.apply(.multiply, first, v))
  }

  @Test("attention in three lines")
  func attention() throws {
    var random = RandomViews(8)
    let (q, k, v) = (
      try random.tensor([2, 3, 4]), try random.tensor([2, 5, 4]), try random.tensor([2, 5, 4])
    )
    let weights = try Tensor.contract("h q d, h k d -> h q k", q, k).softmax()
    let mixed = try Tensor.contract("h q k, h k d -> q h d", weights, v)
    let expected = try q.matmul(k.transposed([0, 2, 1])).softmax().matmul(v).transposed([1, 0, 2])
    #expect(mixed == expected)
  }

  @Test("patterns that cannot be read are errors with their place")
  func malformed() throws {
    for (pattern, column) in [
      ("i j", 4), ("i j, k", 7), ("i j - k", 6), ("i j -> k", 8), ("i j -> i i", 10),
      ("i 2j -> i", 3), ("i.j -> i", 2), ("i j -> i, j", 9), ("", 1), ("i -> j é", 6),
    ] {
      #expect {
        try ContractionPattern(pattern)
      } throws: { error in
        guard case .malformedPattern(pattern, let found, _)? = error as? TensorError else {
          return false
        }
        return found == column
      }
    }
    let m = try Tensor.zeros([2, 3])
    #expect(
      throws: TensorError.shapeMismatch(
        operation: "contract (axis 'j')", left: [2, 3], right: [2, 3])
    ) { try Tensor.contract("i j, j k -> i k", m, m) }
    #expect(throws: TensorError.self) { try Tensor.contract("i -> i", m) }
    #expect(throws: TensorError.self) { try Tensor.contract("i i -> i", m) }
    #expect(throws: TensorError.self) { try Tensor.contract("i j, k l -> i l", m) }
    let deep = try Tensor.zeros([1, 1, 1, 1, 1])
    #expect(throws: TensorError.self) {
      try Tensor.contract("a b c d e, f g h i j -> a b c d e f g h i j", deep, deep)
    }
    #expect(try Tensor.contract("i j, j -> i", Tensor.zeros([2, 0]), .zeros([0])) == .zeros([2]))
    #expect(throws: TensorError.overflow(operation: "'@'", elementType: .i32)) {
      try Tensor.contract("i, i ->", Tensor([Int32.max, 1]), Tensor([Int32.max, 1]))
    }
  }
}
