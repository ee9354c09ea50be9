import Kernels
import Models
import Testing

@testable import Pruning

@Suite("Prompt pruning") struct PromptPruningTests {
  /// After id i, id i + 1 is likely; the others are equally unlikely.
  let model = TableModel(
    rows: (0..<8).map { row in (0..<8).map { $0 == (row + 1) % 8 ? 3 : 0 } })

  @Test("drops the tokens that could have been guessed, in the prompt's order")
  func guessed() throws {
    let prompt: [Int32] = [0, 1, 2, 6, 7, 0, 4, 5]
    let pruned = try PromptPruning(model, prompt: prompt, budget: .tokens(3))
    #expect(pruned.keptIDs == [0, 6, 4])
    #expect(pruned.selfInformation[0] == .infinity)
    #expect(pruned.continuation == nil && pruned.keptText == nil)
    // Equal scores: the earlier token stays.
    let four = try PromptPruning(model, prompt: prompt, budget: .tokens(4))
    #expect(four.keptIDs == [0, 1, 6, 4])
  }

  @Test("more budget keeps a superset; all of it changes nothing", arguments: 0..<20)
  func nested(seed: Int) throws {
    let prompt = (0..<12).map { Int32(($0 * $0 + seed * ($0 + 3)) % 8) }
    var last = [Bool](repeating: false, count: 12)
    for count in 1...12 {
      let pruned = try PromptPruning(
        model, prompt: prompt, budget: .tokens(count), continuation: [1, 2, 5])
      #expect(pruned.kept.count(where: { $0 }) == count && pruned.kept[0])
      #expect(zip(last, pruned.kept).allSatisfy { !$0 || $1 })
      last = pruned.kept
      let loss = try #require(pruned.continuation)
      #expect(loss.tokens == 3)
      if count == 12 { #expect(loss.change == 0) }
    }
  }

  @Test("the continuation is foretold from what stays")
  func continuation() throws {
    let pruned = try PromptPruning(
      model, prompt: [0, 5, 6], budget: .tokens(2), continuation: [7])
    #expect(pruned.keptIDs == [0, 5])
    let loss = try #require(pruned.continuation)
    #expect(abs(loss.change - 3) < 1e-5)
  }

  @Test("protected tokens and BOS stay; BOS does not count")
  func protected() throws {
    let prompt: [Int32] = [0, 1, 2, 6, 7, 0, 4, 5]
    let pruned = try PromptPruning(model, prompt: prompt, budget: .tokens(4), protected: 3)
    #expect(pruned.keptIDs == [0, 1, 2, 6])
    #expect(throws: PruningError.budget(asked: 2, least: 3, available: 8)) {
      try PromptPruning(model, prompt: prompt, budget: .tokens(2), protected: 3)
    }
    #expect(throws: PruningError.budget(asked: 9, least: 1, available: 8)) {
      try PromptPruning(model, prompt: prompt, budget: .tokens(9))
    }
    for share in [0, -0.5, 1.1, .nan] {
      #expect(throws: PruningError.self) {
        try PromptPruning(model, prompt: prompt, budget: .share(share))
      }
    }
    #expect(throws: PruningError.model(.noTokens(operation: "pruning"))) {
      try PromptPruning(model, prompt: [], budget: .share(0.5))
    }
    let half = try PromptPruning(model, prompt: prompt, budget: .share(0.5))
    #expect(half.keptIDs.count == 4)
    #expect(try PromptPruning(model, prompt: [3], budget: .share(0.5)).keptIDs == [3])
  }

  @Test(
    "stories260K: text in, text out, BOS kept",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func text() throws {
    let model = try ModelLoader.load(path: Assets.path("models/stories260K"))
    let prompt = "Once upon a time, there was a little girl named Lily. She loved her red ball."
    let pruned = try PromptPruning(
      model, text: prompt, budget: .share(0.6), continuation: " Lily played with the ball.")
    #expect(pruned.keptIDs.first == 1)
    let available = pruned.ids.count - 1
    #expect(pruned.keptIDs.count - 1 == Int(0.6 * Double(available) + 0.5))
    #expect(pruned.keptText?.isEmpty == false)
    let loss = try #require(pruned.continuation)
    #expect(loss.tokens > 4 && loss.full > 0)
    let all = try PromptPruning(model, text: prompt, budget: .share(1), continuation: " x")
    #expect(all.keptText == prompt && all.continuation?.change == 0)
  }
}
