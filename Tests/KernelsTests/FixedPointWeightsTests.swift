import Testing

@testable import Kernels

@Suite("Weights to draw from") struct FixedPointWeightsTests {
  @Test("weights are rounded to multiples of 2⁻⁴⁰, halves to the even one")
  func rounding() {
    let unit = 0x1p-40
    let weights: [Double] = [
      0, -0.0, unit, 1.5 * unit, 2.5 * unit, 0.5 * unit, 0.4999 * unit, 1, 2, .infinity, -1, .nan,
    ]
    let memory = TestMemory(weights)
    let fixed = FixedPointWeights(of: memory.view)
    #expect(fixed.values == [0, 0, 1, 2, 2, 0, 0, 1 << 40, 1 << 40, 1 << 40, 0, 0])
    #expect(fixed.total == 3 << 40 + 5)
    #expect(FixedPointWeights(weights.map { Float($0) }).values.count == weights.count)
    #expect(FixedPointWeights([Float(0.5), 0x1p-41, 0x1.8p-40]).values == [1 << 39, 0, 2])
    #expect(FixedPointWeights([]).total == 0)
  }

  @Test("f32 and f64 weights agree; the sum is that of any order")
  func agreement() {
    var numbers = TestNumbers(2)
    let narrow = numbers.wild(999)
    let wide = TestMemory(narrow.map { Double($0) })
    let fixed = FixedPointWeights(narrow)
    #expect(fixed == FixedPointWeights(of: wide.view))
    #expect(fixed.total == fixed.values.reversed().reduce(0, +))
  }

  @Test("drawing finds the same index by the tree as by walking, also after removals")
  func drawing() throws {
    var numbers = TestNumbers(4)
    for count in [1, 2, 7, 8, 9, 100] {
      var values = numbers.floats(count).map { abs($0) }
      if count > 3 { values[2] = 0 }
      var drawing = WeightedDrawing(FixedPointWeights(values))
      while drawing.total > 0 {
        let walked = FixedPointWeights(values)
        #expect(walked.total == drawing.total)
        var points = (0..<20).map { _ in numbers.bits() % drawing.total }
        points += [0, drawing.total - 1]
        for point in points { #expect(drawing.index(at: point) == walked.index(at: point)) }
        #expect(drawing.index(at: drawing.total) == nil)
        #expect(walked.index(at: drawing.total) == nil)
        let gone = try #require(drawing.index(at: points[0]))
        values[gone] = 0
        drawing.remove(gone)
      }
    }
    var nothing = WeightedDrawing(FixedPointWeights([]))
    nothing.remove(3)
    #expect(nothing.total == 0 && nothing.index(at: 0) == nil)
  }
}
