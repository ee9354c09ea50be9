import Kernels
import Models
import Tokenizers

/// The scores of the tokens that may follow ids.
struct NextTokenScores: Sendable {
  /// Ascending.
  let ids: [Int32]
  /// log p of each.
  let scores: [Double]
  /// log p of the text's end.
  let end: Double

  /// log p of one token; -∞ where it may not follow.
  func score(of id: Int32) -> Double {
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < ids.count && ids[low] == id ? scores[low] : -.infinity
  }
}

/// Asks a model for next tokens behind one sequence after another; what a sequence has in common with
/// the one before stays in the cache.
struct NextTokenReader: Sendable {
  private let source: ByteModel
  private var cache: KeyValueCache
  private var held: [Int32] = []
  /// How often the model was asked.
  private(set) var calls = 0

  init(_ source: ByteModel) {
    self.source = source
    cache = source.model.makeCache()
  }

  /// The scores behind ids, BOS not among them.
  ///
  /// - Complexity: one model call with the ids that differ from those before; with the mask, what
  ///   ``TokenContinuations/allowed(after:)`` takes.
  mutating func scores(after ids: [Int32]) throws(DecodingError) -> NextTokenScores {
    let sequence = source.context + ids
    let common = min(zip(held, sequence).prefix { $0 == $1 }.count, sequence.count - 1)
    cache.truncate(to: common)
    held = Array(sequence[..<common])
    let logs: [Double]
    do throws(ModelError) {
      try source.model.check(sequence)
      logs = try source.model.lastLogProbabilities(
        ids: Array(sequence[common...]), cache: &cache)
    } catch { throw .model(error) }
    held = sequence
    calls += 1
    do throws(TokenizerError) { return try masked(logs, after: ids) } catch {
      throw DecodingError(error)
    }
  }

  private func masked(_ logs: [Double], after ids: [Int32]) throws(TokenizerError)
    -> NextTokenScores
  {
    let stops = source.model.stopIDs.sorted().filter { logs.indices.contains(Int($0)) }
    let end = LogSum.of(stops.map { logs[Int($0)] })
    let continuations = source.continuations
    if !source.masks {
      let scores = continuations.ordinary.map { logs[Int($0)] }
      return NextTokenScores(ids: continuations.ordinary, scores: scores, end: end)
    }
    let allowed = try continuations.allowed(after: ids)
    // A text ends only behind its own ids.
    let isWhole = try continuations.tokenizer.canonical(ids) == ids
    let scores = allowed.map { logs[Int($0)] }
    let total = LogSum.of(scores + (isWhole ? [end] : []))
    if total == -.infinity { return NextTokenScores(ids: [], scores: [], end: -.infinity) }
    return NextTokenScores(
      ids: allowed, scores: scores.map { $0 - total }, end: isWhole ? end - total : -.infinity)
  }
}
