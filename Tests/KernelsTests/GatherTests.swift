import Testing

@testable import Kernels

@Suite("Elements by index") struct GatherTests {
  struct Case {
    var outer, axis, picks, inner: Int
    var x: [Float], y: [Float]
    var ids: [Int32], indices: [Int32]

    /// x `[outer, axis, inner]`, y `[outer, picks, inner]`.
    init(seed: Int, wild: Bool = true) {
      var numbers = TestNumbers(seed)
      (outer, axis) = (1 + numbers.below(4), 1 + numbers.below(9))
      (picks, inner) = (numbers.below(30), [1, 3, 64, 65, 130][seed % 5])
      if seed == 0 { (outer, axis, picks, inner) = (3, 50, 300, 200) }
      x = wild ? numbers.wild(outer * axis * inner) : numbers.floats(outer * axis * inner)
      y = wild ? numbers.wild(outer * picks * inner) : numbers.floats(outer * picks * inner)
      ids = numbers.indices(picks, below: axis)
      indices = numbers.indices(outer * picks * inner, below: axis)
    }

    /// Calls body with (place in y, place in x), picks ascending, by one index a pick or one an element.
    func places(byElement: Bool, _ body: (Int, Int) -> Void) {
      for o in 0..<outer {
        for p in 0..<picks {
          for i in 0..<inner {
            let place = (o * picks + p) * inner + i
            let index = Int(byElement ? indices[place] : ids[p])
            body(place, (o * axis + index) * inner + i)
          }
        }
      }
    }
  }

  @Test("copies and chains are those of plain loops", arguments: 0..<10)
  func loops(seed: Int) throws {
    let c = Case(seed: seed)
    let (x, y) = (TestMemory(c.x), TestMemory(c.y))
    let (ids, indices) = (TestMemory(c.ids), TestMemory(c.indices))
    var (select, gather) = (c.y, c.y)
    var (selectBack, scatterAdd, scatter) = (c.x, c.x, c.x)
    c.places(byElement: false) {
      select[$0] = c.x[$1]
      selectBack[$1] += c.y[$0]
    }
    c.places(byElement: true) {
      gather[$0] = c.x[$1]
      scatterAdd[$1] += c.y[$0]
      scatter[$1] = c.y[$0]
    }
    let found = try KernelTesting.everywhere {
      var results: [[UInt32]] = []
      results.append(
        canonical(
          try written(y.view.count, over: 7) {
            try Gather.select(
              x.view, ids: ids.view, into: $0, outer: c.outer, axis: c.axis, inner: c.inner)
          }))
      results.append(
        canonical(
          try written(y.view.count, over: 7) {
            try Gather.gather(
              x.view, indices: indices.view, into: $0, outer: c.outer, axis: c.axis,
              picks: c.picks, inner: c.inner)
          }))
      let back = TestMemory(c.x)
      try Gather.selectGradient(
        y.view, ids: ids.view, into: back.mutable, outer: c.outer, axis: c.axis, inner: c.inner)
      let added = TestMemory(c.x)
      try Gather.scatterAdd(
        y.view, indices: indices.view, into: added.mutable, outer: c.outer, axis: c.axis,
        picks: c.picks, inner: c.inner)
      let put = TestMemory(c.x)
      try Gather.scatter(
        y.view, indices: indices.view, into: put.mutable, outer: c.outer, axis: c.axis,
        picks: c.picks, inner: c.inner)
      return results + [back.values, added.values, put.values].map(canonical)
    }
    #expect(found == [select, gather, selectBack, scatterAdd, scatter].map(canonical))
    // f64: the same loops.
    let wide = TestMemory(c.x.map { Double($0) })
    let wideY = TestMemory(c.y.map { Double($0) })
    var expected = wide.values
    c.places(byElement: true) { expected[$1] += Double(c.y[$0]) }
    try Gather.scatterAdd(
      wideY.view, indices: indices.view, into: wide.mutable, outer: c.outer, axis: c.axis,
      picks: c.picks, inner: c.inner)
    #expect(KernelTesting.bits(wide.values) == KernelTesting.bits(expected))
  }

  @Test("rows of a table, and their gradient micro-batch by micro-batch", arguments: 0..<4)
  func rows(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let (count, width, tokens) = (11, 37, 40)
    let (table, dy) = (numbers.floats(count * width), numbers.floats(tokens * width))
    let ids = numbers.indices(tokens, below: count)
    let (tableMemory, dyMemory, idMemory) = (TestMemory(table), TestMemory(dy), TestMemory(ids))
    let y = try written(tokens * width, over: Float.nan) {
      try Gather.rows(
        of: tableMemory.view, ids: idMemory.view, into: $0, count: count, width: width)
    }
    #expect(y == ids.flatMap { table[Int($0) * width..<Int($0 + 1) * width] })
    let whole = TestMemory(count * width, Float(0))
    try Gather.rowsGradient(
      dyMemory.view, ids: idMemory.view, into: whole.mutable, count: count, width: width)
    let parts = TestMemory(count * width, Float(0))
    for range in [0..<13, 13..<tokens] {
      try Gather.rowsGradient(
        .init(rebasing: dyMemory.view[range.lowerBound * width..<range.upperBound * width]),
        ids: .init(rebasing: idMemory.view[range]), into: parts.mutable, count: count,
        width: width)
    }
    #expect(canonical(whole.values) == canonical(parts.values))
  }

  @Test("the gradient of scatter is that of the element that stayed")
  func scatterGradient() throws {
    let c = Case(seed: 6, wild: false)
    let indices = TestMemory(c.indices)
    var numbers = TestNumbers(60)
    let weights = numbers.floats(c.x.count)
    let (dy, dx) = (TestMemory(weights), TestMemory(c.y.count, Float.nan))
    try Gather.scatterGradient(
      dy.mutable, indices: indices.view, into: dx.mutable, outer: c.outer, axis: c.axis,
      picks: c.picks, inner: c.inner)
    var (owner, base) = ([Int: Int](), weights)
    c.places(byElement: true) { owner[$1] = $0 }
    var expected = [Float](repeating: 0, count: c.y.count)
    for (place, pick) in owner {
      expected[pick] = weights[place]
      base[place] = 0
    }
    #expect(dx.values == expected && dy.values == base)
  }

  @Test("an index out of range is an error with its place, and nothing is written")
  func badIndices() throws {
    let x = TestMemory<Float>([1, 2, 3, 4, 5, 6])
    for (bad, place) in [([0, 3, -1], 1), ([0, 1, -1], 2)] as [([Int32], Int)] {
      let (ids, y) = (TestMemory(bad), TestMemory(6, Float(9)))
      #expect(
        throws: KernelError.index(
          kernel: "select", argument: "ids", place: place, index: Int(bad[place]), count: 3)
      ) {
        try Gather.select(x.view, ids: ids.view, into: y.mutable, outer: 1, axis: 3, inner: 2)
      }
      #expect(
        throws: KernelError.index(
          kernel: "scatter-add", argument: "indices", place: place, index: Int(bad[place]),
          count: 2)
      ) {
        let source = TestMemory<Float>([1, 1, 1])
        let bad = TestMemory(bad.map { $0 == 1 ? 0 : $0 == 3 ? bad[1] : $0 })
        try Gather.scatterAdd(
          source.view, indices: bad.view, into: .init(rebasing: y.mutable[0..<2]), outer: 1,
          axis: 2, picks: 3, inner: 1)
      }
      #expect(y.values == [9, 9, 9, 9, 9, 9])
    }
    let ids = TestMemory<Int32>([0])
    #expect(throws: KernelError.size(kernel: "select", argument: "x", needed: 8, found: 6)) {
      try Gather.select(x.view, ids: ids.view, into: x.mutable, outer: 1, axis: 4, inner: 2)
    }
    let none = TestMemory<Float>([])
    let noIDs = TestMemory<Int32>([])
    try Gather.select(none.view, ids: noIDs.view, into: none.mutable, outer: 0, axis: 4, inner: 2)
    try Gather.selectGradient(
      none.view, ids: noIDs.view, into: x.mutable, outer: 1, axis: 3, inner: 2)
  }
}
