import Kernels
import Testing

@testable import Tensors

@Suite("Random streams") struct RandomStreamTests {
  @Test("Philox4x32-10 gives the known answers of Random123")
  func knownAnswers() {
    #expect(
      Philox.block(.zero, key: .zero) == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    #expect(
      Philox.block(SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      Philox.block(
        SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
        key: SIMD2(0xA409_3822, 0x299F_31D0))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test("a number depends on seed, path and position alone")
  func purity() {
    var stream = RandomStream(seed: 5, path: ["a", "b"])
    let drawn = (0..<10).map { _ in stream.next() }
    let again = RandomStream(seed: 5, path: ["a"]).child("b")
    #expect(drawn == (0..<10).map { again.value(at: $0) })
    for other in [
      RandomStream(seed: 6, path: ["a", "b"]), RandomStream(seed: 5, path: ["ab"]),
      RandomStream(seed: 5, path: ["b", "a"]), RandomStream(seed: 5, path: ["a", "b", ""]),
    ] {
      #expect(other.value(at: 0) != drawn[0])
    }
  }

  @Test("uniform, integer and normal numbers have their moments")
  func moments() {
    var stream = RandomStream(seed: 1)
    let n = 40_000
    let uniforms = (0..<n).map { _ in stream.uniform() }
    #expect(abs(uniforms.reduce(0, +) / Double(n) - 0.5) < 0.01)
    #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
    let normals = (0..<n).map { _ in stream.normal() }
    #expect(abs(normals.reduce(0, +) / Double(n)) < 0.03)
    #expect(abs(normals.reduce(0) { $0 + $1 * $1 } / Double(n) - 1) < 0.05)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<n { counts[stream.int(below: 7)] += 1 }
    // Chi-square with 6 degrees of freedom: 22.5 is exceeded once in a thousand streams.
    let expected = Double(n) / 7
    #expect(
      counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected } < 22.5)
  }

  @Test("a permutation holds each number once, and all orders come up")
  func permutations() {
    var stream = RandomStream(seed: 3)
    #expect(stream.permutation(100).sorted() == Array(0..<100))
    #expect(stream.permutation(0) == [])
    var seen: Set<[Int]> = []
    for _ in 0..<200 { seen.insert(stream.permutation(3)) }
    #expect(seen.count == 6)
  }

  @Test("categorical draws follow the weights; zero weights are never drawn")
  func categorical() {
    var stream = RandomStream(seed: 9)
    let weights = FixedPointWeights([0.5, 0, 0.25, .nan, 1, -1])
    #expect(weights.values == [1 << 39, 0, 1 << 38, 0, 1 << 40, 0])
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<14_000 { if let index = stream.categorical(weights) { counts[index] += 1 } }
    #expect(counts[1] + counts[3] + counts[5] == 0)
    #expect(abs(counts[0] - 4_000) < 250 && abs(counts[2] - 2_000) < 200)
    #expect(stream.categorical(FixedPointWeights([0, 0])) == nil)
  }

  @Test("multinomial draws are named by their number; without replacement none comes twice")
  func multinomial() throws {
    let stream = RandomStream(seed: 3, path: ["draws"])
    let weights = FixedPointWeights([0.5, 0, 0.25, 1, 0.125])
    let many = try #require(stream.multinomial(weights, count: 4_000))
    var counts = [Int](repeating: 0, count: 5)
    for index in many { counts[index] += 1 }
    #expect(counts[1] == 0 && abs(counts[3] - 2_133) < 200 && abs(counts[0] - 1_067) < 150)
    // The n-th draw is that of its own stream, whatever came before it.
    for draw in [0, 1, 17, 3_999] {
      var own = stream.child(String(draw))
      #expect(own.categorical(weights) == many[draw])
    }
    let all = try #require(stream.multinomial(weights, count: 4, replacement: false))
    #expect(all.sorted() == [0, 2, 3, 4])
    #expect(all[0] == many[0])
    #expect(stream.multinomial(weights, count: 5, replacement: false) == nil)
    #expect(stream.multinomial(FixedPointWeights([0]), count: 1) == nil)
    #expect(stream.multinomial(FixedPointWeights([0]), count: 0) == [])
  }
}
