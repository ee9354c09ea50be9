import Kernels

extension MergeLearner {
  /// Merges until there are `size` tokens or no pair occurs often enough.
  ///
  /// - Parameter state: its merges are made again first; all merges are in it afterwards, also where
  ///   the work is interrupted.
  func fill(
    to size: Int, by criterion: MergeCriterion = .count, _ state: inout TrainingState,
    _ run: TrainingRun
  ) throws(TokenizerError) {
    let target = size - alphabetSize
    do throws(Interruption) {
      for made in state.merges[min(history.count, state.merges.count)...] {
        guard tokens.count < size, let step = step(made.x, made.y) else { break }
        try merge(step)
      }
      while tokens.count < size, let step = best(by: criterion) {
        try merge(step)
        if merges.count & 0xFF == 0 {
          run.progress?(.merging(merges: merges.count, of: target))
        }
      }
      state.merges = history
    } catch {
      if history.count > state.merges.count { state.merges = history }
      throw .interrupted(error)
    }
  }

  private func best(by criterion: MergeCriterion) -> Step? {
    switch criterion {
    case .count: best()
    case .likelihoodRatio: mostUnexpected()
    }
  }

  /// The pair whose count is highest against the product of its symbols' counts; of equal ones, the
  /// one whose left bytes, then right bytes, come first.
  ///
  /// - Complexity: linear in the pairs: a ratio may rise without its pair being touched.
  private func mostUnexpected() -> Step? {
    var best: (pair: Int, ratio: Double)?
    for (number, pair) in index.pairs.enumerated() where pair.count > 0 && pair.count >= least {
      let expected = Double(symbolCounts[Int(pair.left)]) * Double(symbolCounts[Int(pair.right)])
      let ratio = Double(pair.count) / expected
      if let known = best {
        if ratio < known.ratio { continue }
        if ratio == known.ratio, !precedes(pair, index.pairs[known.pair]) { continue }
      }
      best = (number, ratio)
    }
    return best.map { Step(pair: $0.pair, count: index.pairs[$0.pair].count) }
  }

  private func precedes(_ one: PairIndex.Pair, _ other: PairIndex.Pair) -> Bool {
    if one.left != other.left { return tokens.orders(Int(one.left), before: Int(other.left)) }
    return tokens.orders(Int(one.right), before: Int(other.right))
  }
}

/// Which pair is merged next.
public enum MergeCriterion: String, Sendable {
  /// The most frequent one (Sennrich et al., arXiv 1508.07909; what `tokenizers` does for WordPiece).
  case count
  /// The one whose merge raises the likelihood of a unigram model most a use: its count over the
  /// product of its symbols' counts (WordPiece: Schuster and Nakajima, 2012).
  case likelihoodRatio
}
