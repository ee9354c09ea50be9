import Tensors
import Testing

@testable import Models
@testable import Training

@Suite("Masked tokens") struct MaskedTokensTests {
  static let batch = (0..<60).map { index in
    TokenExample((0..<50).map { Int32(1 + (index * 7 + $0) % 90) })
  }

  static func context(_ seed: UInt64 = 1) -> LossContext {
    LossContext(stream: RandomStream(seed: seed), isTraining: true)
  }

  @Test("a share is chosen; of those most are hidden, some exchanged, some kept")
  func shares() throws {
    let objective = MaskedTokens(mask: 0, vocabulary: 100)
    let task = try objective.task(for: Self.batch, in: Self.context())
    let before = Self.batch.flatMap(\.ids)
    let after = task.inputs.flatMap(\.self)
    let rows = try #require(task.rows).map(Int.init)
    #expect(task.targets == rows.map { before[$0] })
    #expect(rows == rows.sorted())
    // What was not chosen is as it was.
    let chosen = Set(rows)
    let changed = before.indices.filter { before[$0] != after[$0] }
    #expect(changed.allSatisfy { chosen.contains($0) })
    let share = Double(rows.count) / Double(before.count)
    #expect(abs(share - 0.15) < 0.03)
    let hidden = Double(rows.count { after[$0] == 0 }) / Double(rows.count)
    let kept = Double(rows.count { after[$0] == before[$0] }) / Double(rows.count)
    #expect(abs(hidden - 0.8) < 0.06)
    #expect(abs(kept - 0.1) < 0.05)
    #expect(hidden + kept < 1)
    #expect(task.weight == Double(rows.count))
  }

  @Test("is a function of the stream, and each text has one hidden token at least")
  func streams() throws {
    let objective = MaskedTokens(mask: 0, vocabulary: 100, share: 1e-9)
    let task = try objective.task(for: Self.batch, in: Self.context())
    #expect(task.targets.count == Self.batch.count)
    let again = try objective.task(for: Self.batch, in: Self.context())
    #expect(task.inputs == again.inputs && task.rows == again.rows)
    let other = try objective.task(for: Self.batch, in: Self.context(2))
    #expect(task.rows != other.rows)
  }

  @Test("shares outside 0 to 1 and empty texts are refused", arguments: [0.0, 1.5, .nan])
  func refusals(share: Double) {
    let wrong = #expect(throws: TrainingError.self) {
      try MaskedTokens(mask: 0, vocabulary: 9, share: share).task(for: [], in: Self.context())
    }
    #expect(wrong?.code == "E0695")
    let empty = #expect(throws: TrainingError.self) {
      try MaskedTokens(mask: 0, vocabulary: 9).task(for: [TokenExample([])], in: Self.context())
    }
    #expect(empty?.code == "E0696")
  }
}
