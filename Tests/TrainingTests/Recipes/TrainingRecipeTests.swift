import Files
import Glibc
import Models
import Testing
import Tokenizers

@testable import Training

@Suite("Recipes of small models") struct TrainingRecipeTests {
  @Test(
    "each runs in seconds at the short scale, is measured, and makes the same model again",
    arguments: TrainingRecipe.all.map(\.name))
  func short(name: String) throws {
    let recipe = try #require(TrainingRecipe.named(name)).scaled(.short)
    let result = try recipe.run(seed: 3)
    #expect(result.losses.count == recipe.steps)
    let loss = try #require(result.heldOutLoss)
    #expect(loss > 0 && loss < 12)
    #expect(result.asked == (recipe.hasAnswers ? recipe.asked : 0))
    #expect((0...result.asked).contains(result.right))
    #expect((result.bitsPerByte != nil) == (recipe.objective == .next && !recipe.hasAnswers))
    #expect(result.model.network.isCausal == (recipe.objective != .masked))
    let again = try recipe.run(seed: 3)
    #expect(again.heldOutLoss == result.heldOutLoss)
    #expect(try again.model.digest() == result.model.digest())
    try LanguageModelTrainingTests.withFolder { folder in
      try result.save(folder: folder, recipe: recipe, seed: 3)
      let loaded = try ModelLoader.loadTransformer(path: folder)
      #expect(loaded.parameterCount == result.model.parameterCount)
      // The file's 16 bits hold the weights that were measured.
      for name in ["embed.weight", "layers.0.attn.q.weight"] {
        let (saved, measured) = (try loaded.weight(name), try result.model.weight(name))
        #expect(saved.floats == measured.floats)
      }
    }
  }

  @Test("held-out problems are not among those that are learned, and only answers count")
  func problems() throws {
    let recipe = try #require(TrainingRecipe.named("lists-masked")).scaled(.short)
    let drawn = try recipe.drawnProblems(seed: 4)
    #expect(drawn.count == 400)
    let tokenizer = try Self.characters(drawn.map { $0.prompt + $0.answer })
    for isMasked in [true, false] {
      let parts = try RecipeProblems(
        drawn, tokenizer: tokenizer, isMasked: isMasked, seed: 4)
      let known = Set(parts.training.map(\.prompt))
      #expect(!parts.heldOut.isEmpty && parts.heldOut.allSatisfy { !known.contains($0.prompt) })
      for problem in drawn.prefix(20) {
        let example = try parts.example(problem)
        let prompt = try parts.prompt(problem)
        let answer = Array(example.ids.dropFirst(prompt.count))
        #expect(example.weights == prompt.map { _ in 0 } + answer.map { _ in 1 })
        #expect(try tokenizer.decode(answer.filter { $0 != parts.marker }) == problem.answer)
        #expect(answer.last == parts.marker)
        #expect(answer.count == parts.room ?? problem.answer.count + 1)
        #expect(problem.verdict(problem.answer))
        #expect(!problem.verdict(problem.answer + "x"))
      }
    }
  }

  static func characters(_ texts: [String]) throws -> Tokenizer {
    var trainer = BPETrainer(
      vocabularySize: 1 << 16, minimumFrequency: 1 << 40,
      specialTokens: ["<unk>", "<|endoftext|>", "<mask>"])
    trainer.alphabet = .characters(limit: nil, unknown: "<unk>")
    trainer.cutting = .lines
    return try trainer.train(texts: texts).tokenizer
  }

  @Test("a model that knows the answers is judged right, by writing and by filling in")
  func answers() throws {
    // A problem, learned by heart.
    let drawn = try ListWorld(seed: 1, tasks: [.reverse], lengths: [3], items: .letters)
      .problems(1).map { RecipeProblem($0, asks: "input") }
    let tokenizer = try Self.characters(drawn.map { $0.prompt + $0.answer })
    let mask = try MaskToken.id(of: tokenizer)
    for isMasked in [false, true] {
      let parts = try RecipeProblems(drawn, tokenizer: tokenizer, isMasked: isMasked, seed: 1)
      let examples = [TokenExample](repeating: try parts.example(drawn[0]), count: 8)
      var sizes = ModelSizes(
        layers: 1, width: 32, heads: 2, vocabulary: tokenizer.vocabularySize, context: 40)
      sizes.isCausal = !isMasked
      let data = TokenData(
        try ExampleBatches(examples, size: 8, seed: 1), heldOut: [], tokensPerBatch: 1)
      let objective: any TokenObjective = isMasked ? MaskedDiffusion(mask: mask) : NextToken()
      func right(steps: Int) throws -> Int {
        let run = try ModelTraining.run(
          .init(sizes: sizes, steps: steps, rate: 0.005), objective: objective, data: data)
        return try RecipeAnswers(
          model: run.model.model(tokenizer: tokenizer), problems: parts
        ).right(drawn, mask: isMasked ? mask : nil)
      }
      #expect(try right(steps: 0) == 0)
      #expect(try right(steps: 300) == 1, "masked: \(isMasked)")
    }
  }

  @Test("texts of one's own take the place of stories, and only of stories")
  func ownTexts() throws {
    let recipe = try #require(TrainingRecipe.named("lm-text")).scaled(.short)
    let result = try recipe.run(
      seed: 1, texts: (0..<40).map { "Line \($0): one and two and three and four and five." })
    #expect(result.losses.count == 20)
    let chain = try #require(TrainingRecipe.named("chain-lm")).scaled(.short)
    let error = #expect(throws: TrainingError.self) { try chain.run(seed: 1, texts: ["a"]) }
    #expect(error?.code == "E0695")
  }
}
