import Kernels
import Models
import Tensors

/// How models of recipes answer: the best token each time.
struct RecipeAnswers {
  let model: TransformerModel
  let problems: RecipeProblems

  /// How many of the problems are answered right.
  func right(_ asked: [RecipeProblem], mask: Int32?) throws(TrainingError) -> Int {
    var right = 0
    for problem in asked {
      do {
        try Cancellation.check()
        let ids = try mask.map { try filled(problem, mask: $0) } ?? written(problem)
        let text = try problems.tokenizer.decodeReplacingInvalid(ids)
        if problem.verdict(text) { right += 1 }
      } catch { throw TrainingError(cause: error) }
    }
    return right
  }

  /// Token after token, up to the marker or the end of the context.
  private func written(_ problem: RecipeProblem) throws -> [Int32] {
    var cache = model.makeCache()
    var scores = try model.lastLogits(ids: problems.prompt(problem), cache: &cache)
    var answer: [Int32] = []
    while cache.count < model.contextLength {
      let next = Int32(try best(scores[...], after: answer.count))
      if next == problems.marker { break }
      answer.append(next)
      scores = try model.lastLogits(ids: [next], cache: &cache)
    }
    return answer
  }

  /// All of the answer masked at first; each pass fills in the place that the model is surest of, of equal
  /// ones the first.
  private func filled(_ problem: RecipeProblem, mask: Int32) throws -> [Int32] {
    let prompt = try problems.prompt(problem)
    var ids = prompt + [Int32](repeating: mask, count: problems.room ?? 0)
    while true {
      let open = ids.indices.filter { $0 >= prompt.count && ids[$0] == mask }
      if open.isEmpty { break }
      var none: [KeyValueCache] = []
      let state = try model.run([SequenceInput(ids: ids)], caches: &none)
      let rows = try state.x.rows(
        Tensor(open.map { Int32(truncatingIfNeeded: $0) }, shape: [open.count]))
      let scores = try model.scores(rows).value.floats
      let width = model.vocabularySize
      var shares = try Rows.softmax(scores, width: width)
      // The mask itself is no answer.
      for row in open.indices { shares[row * width + Int(mask)] = 0 }
      let sure = try best(shares[...], after: prompt.count)
      ids[open[sure / width]] = Int32(sure % width)
    }
    let answer = ids[prompt.count...]
    return Array(answer.prefix { $0 != problems.marker })
  }

  private func best(_ values: ArraySlice<Float>, after position: Int) throws(ModelError) -> Int {
    guard let index = Rows.argmax(values) else {
      throw .notANumber(model: model.name, position: position)
    }
    return index
  }
}
