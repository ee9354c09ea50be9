import Tensors
import Testing

@testable import Training

@Suite("Layouts of the inverse permutation task") struct InversePermutationLayoutTests {
  /// Which answers can be known, by what an answer needs and what its row sees, over all permutations.
  static func enumeratedShare(_ layout: InversePermutationLayout) -> Double {
    let n = layout.size
    var (known, all) = (0, 0)
    for permutation in InversePermutationExample.permutations(n) {
      for (i, j) in permutation.enumerated() {
        // Row i of the permuted string is answer j.
        let row = layout.readRows[j]
        let holder = layout.before + n + i
        if !layout.isCausal || holder <= row { known += 1 }
        all += 1
      }
    }
    return Double(known) / Double(all)
  }

  @Test("floors in closed form are those of all permutations", arguments: 1...4)
  func floors(n: Int) throws {
    for isCausal in [true, false] {
      for reading in InversePermutationLayout.Reading.allCases {
        for (before, after) in (0...n).flatMap({ a in (0...n).map { (a, $0) } }) {
          let layout = try InversePermutationLayout(
            size: n, isCausal: isCausal, before: before, after: after, reading: reading)
          let share = Self.enumeratedShare(layout)
          #expect(abs(layout.solvableShare - share) < 1e-12)
          #expect(abs(layout.leastSquaredError - (1 - share) / 4) < 1e-12)
          #expect(abs(layout.greatestAccuracy - (share + (1 - share) / 2)) < 1e-12)
        }
      }
    }
  }

  @Test("the published floors: (n + 1)/2n at the string, nothing at P", arguments: 1...8)
  func published(n: Int) throws {
    let string = try InversePermutationLayout(size: n)
    #expect(abs(string.solvableShare - Double(n + 1) / Double(2 * n)) < 1e-12)
    #expect(abs(string.leastSquaredError - Double(n - 1) / Double(8 * n)) < 1e-12)
    let permutation = try InversePermutationLayout(size: n, reading: .permutation)
    #expect(permutation.leastSquaredError == 0.25 && permutation.greatestAccuracy == 0.5)
    #expect(try InversePermutationLayout(size: n, before: n).solvableShare == string.solvableShare)
    #expect(try InversePermutationLayout(size: n, after: n).leastSquaredError == 0)
    #expect(try InversePermutationLayout(size: n, isCausal: false).leastSquaredError == 0)
  }

  @Test("no guess of what cannot be seen does better than the floor", arguments: [2, 3])
  func bayes(n: Int) throws {
    // The best answer to all that a row sees is the mean over all inputs that look the same there.
    let layout = try InversePermutationLayout(size: n)
    for j in 0..<n {
      var sums: [[Double]: [Double]] = [:]
      var examples: [(seen: [Double], target: Double)] = []
      for permutation in InversePermutationExample.permutations(n) {
        for bits in 0..<(1 << (n * n)) {
          let example = InversePermutationExample(
            permutation: permutation, string: (0..<n * n).map { bits >> $0 & 1 == 1 })
          let seen = try Array(example.content(layout)[..<((layout.readRow(j) + 1) * n)])
          let target = example.targets[j * n]
          sums[seen, default: [0, 0]][0] += target
          sums[seen, default: [0, 0]][1] += 1
          examples.append((seen, target))
        }
      }
      let error = examples.reduce(0.0) { total, example in
        let sum = sums[example.seen] ?? [0, 1]
        let miss = sum[0] / sum[1] - example.target
        return total + miss * miss
      }
      #expect(
        abs(error / Double(examples.count) - (1 - Double(j + 1) / Double(n)) / 4) < 1e-12)
    }
  }

  @Test("rows of the content are P, P Y and zeros")
  func content() throws {
    let layout = try InversePermutationLayout(size: 2, before: 1, after: 1)
    let example = InversePermutationExample(
      permutation: [1, 0], string: [true, false, true, true])
    #expect(
      try example.content(layout) == [0, 0] + [0, 1, 1, 0] + [1, 1, 1, 0] + [0, 0])
    #expect(layout.readRows == [5, 4])
    #expect(layout.rows == 6)
  }

  @Test("examples come again by seed and number, and permutations are balanced")
  func examples() throws {
    let batches = InversePermutationBatches(size: 3, count: 400, seed: 7)
    #expect(batches.batch(2) == batches.batch(2))
    #expect(batches.batch(2) != batches.batch(3))
    let drawn = batches.batch(0)
    #expect(Set(drawn.map(\.permutation)).count == 6)
    let ones = drawn.reduce(0) { $0 + $1.string.count { $0 } }
    #expect(abs(Double(ones) / 3600 - 0.5) < 0.05)
    let stream = RandomStream(seed: 1, path: ["balanced"])
    let balanced = InversePermutationExample.balanced(size: 4, count: 100, stream: stream)
    let counts = Dictionary(grouping: balanced, by: \.permutation).values.map(\.count)
    #expect(counts == [Int](repeating: 5, count: 24))
    #expect(InversePermutationExample.balanced(size: 7, count: 10, stream: stream).count == 10)
  }

  @Test("sizes that cannot be are refused", arguments: [0, -1, 33])
  func refused(n: Int) {
    #expect(throws: TrainingError.self) { try InversePermutationLayout(size: n) }
    #expect(
      throws: TrainingError.setting(
        name: "scratch", value: 4, reason: "must be from 0 to n, which is 3")
    ) { try InversePermutationLayout(size: 3, after: 4) }
    #expect(throws: TrainingError.self) { try InversePermutationLayout(size: 3, before: -1) }
  }
}
