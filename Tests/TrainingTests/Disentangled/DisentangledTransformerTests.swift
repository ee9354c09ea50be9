import Tensors
import Testing

@testable import Training

@Suite("Disentangled transformers") struct DisentangledTransformerTests {
  /// A transformer with weights of N(0, deviation²), for a layout.
  static func random(
    _ layout: InversePermutationLayout, layers: Int = 2, deviation: Double = 0.5
  ) throws -> DisentangledTransformer {
    var stream = RandomStream(seed: 5, path: ["disentangled", "\(layout.rows)"])
    let widths = try DisentangledTransformer.widths(
      contentWidth: layout.size, rows: layout.rows, layers: layers)
    return try DisentangledTransformer(
      contentWidth: layout.size, rows: layout.rows, isCausal: layout.isCausal,
      attention: widths.dropLast().map { width in
        (0..<width * width).map { _ in deviation * stream.normal() }
      },
      readout: (0..<widths[layers] * layout.size).map { _ in stream.normal() })
  }

  /// Every permutation of n ≤ 4 once, 40 random ones above.
  static func examples(_ n: Int) -> [InversePermutationExample] {
    let stream = RandomStream(seed: 2, path: ["examples", "\(n)"])
    if n <= 4 { return InversePermutationExample.balanced(size: n, count: 1, stream: stream) }
    var drawing = stream
    return (0..<40).map { _ in InversePermutationExample(size: n, stream: &drawing) }
  }

  /// The greatest error of each answer.
  static func errors(
    _ transformer: DisentangledTransformer, _ example: InversePermutationExample,
    _ layout: InversePermutationLayout
  ) throws -> [Double] {
    let (rows, n) = (try transformer(example.content(layout)), layout.size)
    return layout.readRows.enumerated().map { j, row in
      (0..<n).map { abs(rows[row][$0] - (example.string[j * n + $0] ? 1 : 0)) }.max() ?? 0
    }
  }

  // MARK: Constructions

  @Test("two layers find Y without a mask, and with n rows behind the data", arguments: [4, 6])
  func constructions(n: Int) throws {
    let examples = Self.examples(n)
    #expect(examples.count == (n == 4 ? 24 : 40))
    for layout in [
      try InversePermutationLayout(size: n, isCausal: false),
      try InversePermutationLayout(size: n, isCausal: false, reading: .string),
      try InversePermutationLayout(size: n, after: n),
      try InversePermutationLayout(size: n, before: n, after: n),
    ] {
      let transformer = try DisentangledTransformer(constructedFor: layout, sharpness: 60)
      for example in examples {
        let errors = try Self.errors(transformer, example, layout)
        #expect(errors.allSatisfy { $0 < 1e-20 })
      }
      let score = try InversePermutationScore(transformer, on: examples, layout)
      #expect(score.solvedShare == 1 && score.accuracy == 1 && score.solvableError < 1e-20)
    }
  }

  @Test("without sharpness the construction answers nothing")
  func blunt() throws {
    let layout = try InversePermutationLayout(size: 4, isCausal: false)
    let transformer = try DisentangledTransformer(constructedFor: layout, sharpness: 0)
    // All rows of a column alike: the mean over the sequence.
    let rows = try transformer(Self.examples(4)[5].content(layout))
    #expect(Set(rows).count == 1)
    let score = try InversePermutationScore(transformer, on: Self.examples(4), layout)
    #expect(score.solvedShare == 0 && score.solvableError > 0.3)
    #expect(throws: TrainingError.self) {
      try DisentangledTransformer(constructedFor: layout, sharpness: .nan)
    }
  }

  @Test("with a causal mask exactly the answers that are seen are found", arguments: [0, 4])
  func causal(before: Int) throws {
    let layout = try InversePermutationLayout(size: 4, before: before)
    let transformer = try DisentangledTransformer(constructedFor: layout, sharpness: 60)
    for example in Self.examples(4) {
      let errors = try Self.errors(transformer, example, layout)
      for (i, j) in example.permutation.enumerated() {
        #expect(i <= j ? errors[j] < 1e-20 : errors[j] > 0.01)
      }
    }
    let score = try InversePermutationScore(transformer, on: Self.examples(4), layout)
    #expect(score.solvedShare == layout.solvableShare)
    #expect(score.solvableError < 1e-20)
  }

  @Test("the identity is found causally")
  func identity() throws {
    let layout = try InversePermutationLayout(size: 6)
    let transformer = try DisentangledTransformer(constructedFor: layout, sharpness: 60)
    var stream = RandomStream(seed: 4, path: ["identity"])
    let example = InversePermutationExample(permutation: Array(0..<6), stream: &stream)
    #expect(try Self.errors(transformer, example, layout).allSatisfy { $0 < 1e-20 })
  }

  @Test(
    "k rows behind the data give exactly k answers, the others being read at P", arguments: 0...4)
  func partial(k: Int) throws {
    let layout = try InversePermutationLayout(size: 4, after: k, reading: .permutation)
    let transformer = try DisentangledTransformer(constructedFor: layout, sharpness: 60)
    for example in Self.examples(4) {
      let errors = try Self.errors(transformer, example, layout)
      #expect(errors[..<k].allSatisfy { $0 < 1e-20 })
      // Row 0 of P shows itself, which may be the answer by luck.
      #expect(errors[max(k, 1)...].allSatisfy { $0 > 0.01 })
      let inverted = InversePermutationExample(
        permutation: example.permutation, string: example.string.map { !$0 })
      let (rows, others) = (
        try transformer(example.content(layout)), try transformer(inverted.content(layout))
      )
      for (j, row) in layout.readRows.enumerated() {
        #expect((rows[row] == others[row]) == (j >= k))
      }
    }
    // Read at the string, the others are found where they happen to be seen.
    let string = try InversePermutationLayout(size: 4, after: k)
    let score = try InversePermutationScore(
      DisentangledTransformer(constructedFor: string, sharpness: 60), on: Self.examples(4), string)
    #expect(abs(score.solvedShare - string.solvableShare) < 1e-12)
  }

  // MARK: What a row can depend on

  @Test("no layer's row t depends on rows after t, in any bit", arguments: [0, 2])
  func invariance(scratch: Int) throws {
    let layout = try InversePermutationLayout(size: 3, before: scratch, after: scratch)
    let transformer = try Self.random(layout, layers: 3)
    let content = try Self.examples(3)[4].content(layout)
    let before = try transformer.streams(content)
    var stream = RandomStream(seed: 9, path: ["perturbed"])
    for t in 0..<layout.rows - 1 {
      var changed = content
      for index in (t + 1) * 3..<changed.count { changed[index] = stream.normal() }
      let after = try transformer.streams(changed)
      for (old, new) in zip(before, after) {
        #expect(Array(old[...t]) == Array(new[...t]))
        #expect(old[t + 1] != new[t + 1])
      }
    }
    // Without a mask the first row does depend on the last.
    let open = try InversePermutationLayout(size: 3, isCausal: false)
    let free = try Self.random(open)
    var changed = try Self.examples(3)[4].content(open)
    let first = try free(changed)[0]
    changed[changed.count - 1] += 1
    #expect(try free(changed)[0] != first)
  }

  @Test("rows before the data do not help: unseen answers leave no trace where they are read")
  func scratchBefore() throws {
    for reading in InversePermutationLayout.Reading.allCases {
      let layout = try InversePermutationLayout(size: 4, before: 4, reading: reading)
      let transformer = try Self.random(layout)
      for example in Self.examples(4) {
        let answers = try transformer(example.content(layout))
        for j in 0..<4 where !layout.isSolvable(j, under: example.permutation) {
          var string = example.string
          for column in 0..<4 { string[j * 4 + column].toggle() }
          let other = InversePermutationExample(
            permutation: example.permutation, string: string)
          let row = layout.readRow(j)
          #expect(try transformer(other.content(layout))[row] == answers[row])
        }
      }
    }
  }

  @Test("matrices and contents of other sizes are refused")
  func refused() throws {
    #expect(
      throws: TrainingError.setting(
        name: "numbers of a layer", value: 9, reason: "must be 4 times 4")
    ) {
      try DisentangledTransformer(
        contentWidth: 2, rows: 2, isCausal: true, attention: [.init(repeating: 0, count: 9)],
        readout: [1])
    }
    #expect(throws: TrainingError.self) {
      try DisentangledTransformer(
        contentWidth: 1, rows: 1, isCausal: true, attention: [], readout: [1])
    }
    #expect(throws: TrainingError.self) {
      try DisentangledTransformer.widths(contentWidth: 1, rows: 1, layers: 7)
    }
    let layout = try InversePermutationLayout(size: 2)
    let transformer = try DisentangledTransformer(constructedFor: layout, sharpness: 1)
    #expect(throws: TrainingError.self) { try transformer([1]) }
    #expect(
      throws: TrainingError.setting(
        name: "the permutation's size", value: 3, reason: "must be 2")
    ) { try Self.examples(3)[0].content(layout) }
    let longer = try InversePermutationLayout(size: 2, after: 1)
    #expect(throws: TrainingError.self) {
      try InversePermutationScore(transformer, on: Self.examples(2), longer)
    }
  }
}
