import Tokenizers

/// A problem as a text model takes it: what it is asked, and a checker of what it answers.
struct RecipeProblem: Sendable {
  let prompt: String
  let answer: String
  let verdict: @Sendable (String) -> Bool

  init(_ problem: some WorldProblem, asks column: String) {
    prompt = problem.fields.first { $0.name == column }?.value.text ?? ""
    answer = problem.solution
    verdict = { problem.verdict(on: $0).isRight }
  }
}

/// The problems of a recipe as sequences of tokens, parted into those to learn from and the rest.
///
/// A decoder's sequence is marker, prompt, answer, marker. A masked model's has room for the longest answer,
/// which markers fill, so that it learns where answers end. Only answers count.
struct RecipeProblems: Sendable {
  let training: [RecipeProblem]
  let heldOut: [RecipeProblem]
  let tokenizer: Tokenizer
  let marker: Int32
  /// The tokens that a masked model's answer has room for; nil for decoders.
  let room: Int?

  init(_ problems: [RecipeProblem], tokenizer: Tokenizer, isMasked: Bool, seed: UInt64)
    throws(TrainingError)
  {
    let split = try SeededSplit(seed: seed, shares: [0.95, 0.05])
    let sides = try split.sides(of: problems.map(\.prompt))
    training = sides[0].map { problems[$0] }
    var prompts: Set<String> = []
    heldOut = sides[1].map { problems[$0] }.filter { prompts.insert($0.prompt).inserted }
    marker = try LanguageModelTraining.marker(of: tokenizer)
    self.tokenizer = tokenizer
    var longest = 0
    if isMasked {
      for problem in problems {
        longest = max(longest, try Self.ids(problem.answer, tokenizer).count)
      }
    }
    room = isMasked ? longest + 1 : nil
  }

  /// What a model is given before it answers.
  func prompt(_ problem: RecipeProblem) throws(TrainingError) -> [Int32] {
    [marker] + (try Self.ids(problem.prompt, tokenizer))
  }

  /// Prompt and answer.
  func example(_ problem: RecipeProblem) throws(TrainingError) -> TokenExample {
    let prompt = try prompt(problem)
    let answer = try Self.ids(problem.answer, tokenizer)
    let ends = [Int32](repeating: marker, count: max((room ?? 0) - answer.count, 1))
    let weights = prompt.map { _ in Float(0) } + (answer + ends).map { _ in Float(1) }
    return TokenExample(prompt + answer + ends, weights: weights)
  }

  func data(batch: Int, seed: UInt64, context: Int) throws(TrainingError) -> TokenData {
    var (examples, held): ([TokenExample], [TokenExample]) = ([], [])
    for problem in training { examples.append(try example(problem)) }
    for problem in heldOut.prefix(512) { held.append(try example(problem)) }
    let longest = (examples + held).map(\.ids.count).max() ?? 0
    if longest > context { throw .model(.contextExceeded(needed: longest, limit: context)) }
    return TokenData(
      try ExampleBatches(examples, size: batch, seed: seed),
      heldOut: stride(from: 0, to: held.count, by: batch).map {
        Array(held[$0..<min($0 + batch, held.count)])
      }, tokensPerBatch: batch * longest)
  }

  private static func ids(_ text: String, _ tokenizer: Tokenizer) throws(TrainingError)
    -> [Int32]
  {
    do throws(TokenizerError) { return try tokenizer.encode(text) } catch {
      throw TrainingError(cause: error)
    }
  }
}
