import Files
import Kernels
import Models
import Tokenizers

extension TrainingRecipe {
  /// What a run made, and what it was measured to be worth.
  public struct Result: Sendable {
    public let made: MadeModel
    public let tokenizer: Tokenizer
    public let model: TransformerModel
    /// Nats a target, of each step of this process.
    public let losses: [Double]
    /// Nats a target on data that were not trained on.
    public let heldOutLoss: Double?
    /// Bits a byte of held-out text, for decoders on texts.
    public let bitsPerByte: Double?
    /// Of held-out problems, how many were answered and how many rightly; none for texts.
    public let asked: Int
    public let right: Int
    public let tokens: Int

    /// Writes the model's folder.
    public func save(folder: String, recipe: TrainingRecipe, seed: UInt64) throws(TrainingError) {
      var origin: [JSON.Member] = [
        .init("command", .string("train.recipe")), .init("recipe", .string(recipe.name)),
        .init("seed", .string(String(seed))), .init("steps", .integer(recipe.steps)),
        .init("data", .string("\(recipe.data.command), \(recipe.data.count)")),
        .init("training_tokens", .integer(tokens)),
        .init("numerics_version", .integer(Machine.numericsVersion)),
      ]
      if let heldOutLoss { origin.append(.init("held_out_loss", .number(heldOutLoss))) }
      if let bitsPerByte { origin.append(.init("bits_per_byte", .number(bitsPerByte))) }
      if asked > 0 {
        origin.append(.init("right", .integer(right)))
        origin.append(.init("asked", .integer(asked)))
      }
      do throws(ModelError) {
        try made.save(folder: folder, format: .f16, tokenizer: tokenizer, origin: origin)
      } catch { throw TrainingError(cause: error) }
    }
  }

  /// Draws the data, trains and measures.
  ///
  /// - Parameters:
  ///   - texts: in place of generated stories, for recipes of texts.
  ///   - checkpoint: where an interrupted run left off; its file is used and left there.
  /// - Throws: ``TrainingError``; ``TrainingError/setting(name:value:reason:)`` for texts of one's own where
  ///   a recipe learns to solve problems.
  public func run(
    seed: UInt64, texts: [String]? = nil, checkpoint: String? = nil,
    progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    if hasAnswers, texts != nil {
      throw .setting(
        name: "the number of texts", value: texts?.count ?? 0,
        reason: "'\(name)' learns generated problems, not texts")
    }
    let problems = hasAnswers ? try drawnProblems(seed: seed) : []
    let documents: [String]
    if hasAnswers {
      documents = problems.map { $0.prompt + $0.answer }
    } else if let texts {
      documents = texts
    } else {
      documents = try stories(seed: seed)
    }
    let tokenizer = try tokenizer(documents)
    let mask: Int32? = objective == .next ? nil : try MaskToken.id(of: tokenizer)
    let parts =
      hasAnswers
      ? try RecipeProblems(
        problems, tokenizer: tokenizer, isMasked: objective == .masked, seed: seed) : nil
    let data: TokenData
    if let parts {
      data = try parts.data(batch: batch, seed: seed, context: context)
    } else {
      data = try TokenData(
        documents, tokenizer: tokenizer, context: context, windows: batch, seed: seed)
    }
    var configuration = ModelTraining.Configuration(
      sizes: sizes(vocabulary: tokenizer.vocabularySize), batch: batch, steps: steps, rate: rate,
      seed: seed)
    // The file has 16 bits a weight, and what is measured is what is saved.
    configuration.roundsToHalf = true
    let run = try ModelTraining.run(
      configuration, objective: tokenObjective(mask: mask), data: data,
      checkpoint: checkpoint, progress: progress)
    let model: TransformerModel
    do throws(ModelError) { model = try run.model.model(tokenizer: tokenizer) } catch {
      throw TrainingError(cause: error)
    }
    var (asked, right) = (0, 0)
    if let parts {
      let chosen = Array(parts.heldOut.prefix(self.asked))
      asked = chosen.count
      right = try RecipeAnswers(model: model, problems: parts).right(chosen, mask: mask)
    }
    return Result(
      made: run.model, tokenizer: tokenizer, model: model, losses: run.losses,
      heldOutLoss: run.heldOutLoss,
      bitsPerByte: hasAnswers || objective != .next
        ? nil : try bitsPerByte(run.heldOutLoss, documents, tokenizer),
      asked: asked, right: right, tokens: run.tokens)
  }

  // MARK: Data

  /// The recipe's problems; their prompts may repeat.
  func drawnProblems(seed: UInt64) throws(TrainingError) -> [RecipeProblem] {
    switch data {
    case .stories: return []
    case .chains(let count):
      return try ChainWorld(seed: seed).problems(count).map { RecipeProblem($0, asks: "problem") }
    case .lists(let count):
      let world = try ListWorld(
        seed: seed,
        tasks: [.copy, .reverse, .sort, .insertIndex, .removeIndex, .replaceIndex],
        items: .letters)
      return try world.problems(count).map { RecipeProblem($0, asks: "input") }
    }
  }

  private func stories(seed: UInt64) throws(TrainingError) -> [String] {
    let generator = StoryGenerator(seed: seed)
    var texts: [String] = []
    for index in 0..<data.count {
      try TrainingError.poll()
      texts.append(generator.story(index).text)
    }
    return texts
  }

  private func tokenizer(_ documents: [String]) throws(TrainingError) -> Tokenizer {
    let special = ["<unk>", "<|endoftext|>", "<mask>"]
    do throws(TokenizerError) {
      switch vocabulary {
      case .pairs(let size):
        return try BPETrainer(
          vocabularySize: size,
          specialTokens: objective == .next ? [special[1]] : Array(special.dropFirst()),
          name: name
        ).train(texts: documents).tokenizer
      case .characters:
        // No pair occurs so often, so that all tokens are characters.
        var trainer = BPETrainer(
          vocabularySize: 1 << 16, minimumFrequency: 1 << 40, specialTokens: special, name: name)
        trainer.alphabet = .characters(limit: nil, unknown: special[0])
        trainer.cutting = .lines
        return try trainer.train(texts: documents).tokenizer
      }
    } catch { throw TrainingError(cause: error) }
  }

  private func tokenObjective(mask: Int32?) -> any TokenObjective {
    switch (objective, mask) {
    case (.masked, let mask?): MaskedDiffusion(mask: mask)
    case (.anySubset, let mask?): AnySubset(mask: mask)
    default: NextToken()
    }
  }

  /// Nats a token times tokens a byte of the held-out texts; the end of each counts as a token.
  private func bitsPerByte(_ loss: Double?, _ documents: [String], _ tokenizer: Tokenizer)
    throws(TrainingError) -> Double?
  {
    guard let loss else { return nil }
    let held = LanguageModelTraining.split(
      try LanguageModelTraining.encoded(documents, tokenizer)
    ).held
    var (tokens, bytes) = (0, 0)
    do throws(TokenizerError) {
      for ids in held {
        tokens += ids.count + 1
        bytes += try tokenizer.bytes(of: ids).count
      }
    } catch { throw TrainingError(cause: error) }
    return bytes == 0
      ? nil : loss / ElementaryFunction.log(2) * Double(tokens) / Double(bytes)
  }
}
