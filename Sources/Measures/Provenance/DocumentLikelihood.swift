import Kernels
import Models
import Tensors

/// How likely a model holds a document: the sum over its tokens.
public struct DocumentLikelihood: Sendable, Equatable {
  /// The sum of log p over the scored tokens, in nats; at most 0.
  public let logProbability: Double
  /// How many tokens were scored.
  public let tokens: Int
  /// Nats a token.
  public var mean: Double { logProbability / Double(tokens) }

  /// As many scores are held at a time.
  private static let scoresHeld = 1 << 21
  /// More rows would not go faster through the network.
  private static let rowsHeld = 512

  /// Measures documents, many of them together: the bits are those of each alone.
  ///
  /// Before a document stands the model's BOS token, or its EOS token where it has no other; without any,
  /// the first token is not scored. A document that is longer than the context is cut into windows, each
  /// alone, as training cuts it.
  /// - Parameters:
  ///   - documents: the ids of each, without markers.
  ///   - prompts: what stands before each document and is not scored itself.
  /// - Throws: ``MeasureError/undefined(measure:reason:)`` for a document of which no token is scored.
  /// - Complexity: one forward pass over all tokens.
  public static func measured(
    _ model: some LanguageModel, documents: [[Int32]], prompts: [[Int32]]? = nil
  ) throws(MeasureError) -> [DocumentLikelihood] {
    if let prompts, prompts.count != documents.count {
      throw .lengths(
        measure: "a likelihood of completions", first: documents.count, second: prompts.count)
    }
    let marker = model.bosID ?? model.eosID
    var losses = [[Double]](repeating: [], count: documents.count)
    var group = WindowGroup()
    let most = max(min(rowsHeld, scoresHeld / max(model.vocabularySize, 1)), 1)
    do throws(ModelError) {
      for (index, document) in documents.enumerated() {
        let before = (marker.map { [$0] } ?? []) + (prompts?[index] ?? [])
        let row = before + document
        let first = max(before.count, 1)
        for start in stride(from: 0, to: row.count - 1, by: model.contextLength) {
          let end = min(start + model.contextLength, row.count - 1)
          if end < first { continue }
          group.append(
            Window(
              document: index, inputs: Array(row[start..<end]),
              targets: Array(row[start + 1..<end + 1]), first: max(first - start - 1, 0)))
        }
        if group.rows >= most { try group.score(model, into: &losses) }
      }
      try group.score(model, into: &losses)
    } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .model(error)
    }
    if let empty = losses.firstIndex(where: \.isEmpty) {
      throw .undefined(
        measure: "a document's likelihood", reason: "no token of document \(empty) is scored")
    }
    return losses.map { DocumentLikelihood(logProbability: -Sums.sum($0), tokens: $0.count) }
  }
}

/// A stretch of a document that goes through the network alone.
private struct Window {
  let document: Int
  let inputs: [Int32]
  let targets: [Int32]
  /// The first target that is scored.
  let first: Int
}

/// Windows that go through the network together.
private struct WindowGroup {
  private var windows: [Window] = []
  private(set) var rows = 0

  mutating func append(_ window: Window) {
    windows.append(window)
    rows += window.inputs.count
  }

  /// Adds the losses of the windows' targets to those of their documents; the group is empty then.
  mutating func score(_ model: some LanguageModel, into losses: inout [[Double]])
    throws(ModelError)
  {
    if windows.isEmpty { return }
    let logits = try scores(model)
    var row = 0
    for window in windows {
      for (place, target) in window.targets.enumerated() {
        defer { row += 1 }
        if place < window.first { continue }
        let loss = try TokenLoss.nats(
          logits, row: row, target: target, width: model.vocabularySize)
        if loss.isNaN { throw .notANumber(model: model.name, position: place) }
        losses[window.document].append(Double(loss))
      }
    }
    (windows, rows) = ([], 0)
  }

  /// `[rows, vocabulary]`
  private func scores(_ model: some LanguageModel) throws(ModelError) -> [Float] {
    guard let transformer = model as? TransformerModel else {
      var logits: [Float] = []
      for window in windows { logits += try model.logits(ids: window.inputs).floats }
      return logits
    }
    var inputs: [SequenceInput] = []
    do throws(TensorError) {
      for window in windows { inputs.append(try SequenceInput(ids: window.inputs)) }
    } catch { throw .tensor(error) }
    var caches: [KeyValueCache] = []
    let state = try transformer.run(inputs, caches: &caches)
    return try transformer.scores(state.x).value.floats
  }
}
