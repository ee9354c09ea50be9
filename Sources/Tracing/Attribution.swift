import Kernels
import Models
import Tensors

/// How much each token of a prompt, or each part of a model, says for an answer at the last position.
public struct Attribution: Sendable {
  public enum Method: String, Sendable, CaseIterable {
    /// The gradient of the answer's score with regard to each embedding, times the embedding.
    case gradient
    /// The same gradient, averaged along the way from zero embeddings (M. Sundararajan and others, arXiv
    /// 1703.01365): the parts add up to the score less that of zeros, up to the sum's steps.
    case integrated
  }

  /// One number a token.
  public let scores: [Double]
  /// The answer's score, and with zero embeddings.
  public let value: Double
  public let baseline: Double
  /// What the integral's sum misses of the difference of the two.
  public var rest: Double { value - baseline - Sums.sum(scores) }

  /// - Parameter steps: of the integral over shares u³ of the embeddings, at the middles of equal parts of u:
  ///   norms make networks change most near zero.
  /// - Complexity: a forward and a backward pass a step.
  public init(
    _ model: TransformerModel, ids: [Int32], answer: ActivationPatching.Answer, method: Method,
    steps: Int = 32, onStep: (() -> Void)? = nil
  ) throws(TracingError) {
    guard (1...4096).contains(steps) else {
      throw .setting(name: "steps", value: String(steps), range: "1 to 4096")
    }
    do {
      if ids.isEmpty { throw ModelError.noTokens(operation: "an attribution") }
      try model.check(ids)
      let tokens = try Tensor(ids, shape: [ids.count])
      let table = try model.embeddings(of: tokens)
      func run(_ share: Double) throws -> (score: Double, gradient: [Double]) {
        let tape = Tape()
        let scaled = try Variable(constant: table) * share
        let x = try tape.variable(scaled.value)
        var caches: [KeyValueCache] = []
        let state = try model.run([SequenceInput(.embeddings(x))], caches: &caches)
        let last = try state.x.indexed([.range(start: ids.count - 1, end: nil)])
        let logits = try model.scores(last)
        var cotangent = [Float](repeating: 0, count: model.vocabularySize)
        cotangent[Int(answer.id)] = 1
        if let other = answer.other { cotangent[Int(other)] -= 1 }
        let gradients = try tape.gradients(
          of: logits, cotangent: Tensor(cotangent, shape: [1, cotangent.count]), with: [x])
        let gradient = gradients[0]?.doubles ?? [Double](repeating: 0, count: table.count)
        onStep?()
        return (answer.score(logits.value.floats), gradient)
      }
      let whole = try run(1)
      var mean = whole.gradient
      if method == .integrated {
        mean = [Double](repeating: 0, count: mean.count)
        for step in 0..<steps {
          let u = (Double(step) + 0.5) / Double(steps)
          let part = try run(u * u * u).gradient
          let weight = 3 * u * u / Double(steps)
          for index in mean.indices { mean[index] += weight * part[index] }
        }
      }
      let width = model.network.width
      let values = table.doubles
      scores = ids.indices.map { token in
        Sums.sum((token * width..<(token + 1) * width).map { mean[$0] * values[$0] })
      }
      value = whole.score
      baseline = method == .integrated ? try run(0).score : 0
    } catch { throw TracingError(cause: error) }
  }
}

/// Which parts of a model write an answer's score into the stream: the score is their sum (N. Elhage and
/// others, "A Mathematical Framework for Transformer Circuits", 2021).
///
/// The final norm's divisor is held as it is, so that what is left is linear in the parts.
public struct DirectLogitAttribution: Sendable {
  public struct Part: Sendable, Equatable {
    /// Such as `embed`, `layers.3.attn`, `layers.3.ffn`.
    public let name: String
    public let score: Double
  }

  public let parts: [Part]
  /// What the parts do not hold: biases of norm and head.
  public let rest: Double
  /// The answer's score; the parts and the rest add up to it but for rounding.
  public let value: Double

  /// - Throws: ``TracingError/model(_:)`` for networks whose branches do not add up to the stream (BERT),
  ///   or whose scores are capped.
  public init(_ model: TransformerModel, ids: [Int32], answer: ActivationPatching.Answer)
    throws(TracingError)
  {
    let network = model.network
    guard network.blocks.allSatisfy({ $0.arrangement != .normedSums }),
      network.head?.softcap == nil, network.head != nil
    else {
      throw .model(
        .unsupported(
          path: model.name, feature: "direct logit attribution of scores that are no sum of parts"))
    }
    do {
      let trace = try Trace(
        model, ids: ids,
        patterns: ["embed", "layers.*.resid_pre", "layers.*.resid_mid", "layers.*.resid_post"]
          .filter { pattern in
            pattern != "layers.*.resid_mid"
              || network.blocks.contains { $0.arrangement == .sequential }
          }, scoring: true)
      let last = ids.count - 1
      func row(_ value: Tensor?) throws -> [Double] {
        guard let value else { return [Double](repeating: 0, count: network.width) }
        return try value.indexed([.at(last)]).doubles
      }
      // The stream after each part; a part is the difference to the one before.
      var names = ["embed"]
      var streams = [try row(trace[.embedding, nil])]
      for (layer, block) in network.blocks.enumerated() {
        if block.arrangement == .sequential {
          names.append("layers.\(layer).attn")
          streams.append(try row(trace[.streamBetween, layer]))
          names.append("layers.\(layer).ffn")
        } else {
          names.append("layers.\(layer)")
        }
        streams.append(try row(trace[.streamAfter, layer]))
      }
      let direction = try model.scoreDirection(
        answer.id, against: answer.other, at: streams[streams.count - 1])
      var parts: [Part] = []
      var before = [Double](repeating: 0, count: network.width)
      for (name, stream) in zip(names, streams) {
        let score = Sums.sum(stream.indices.map { (stream[$0] - before[$0]) * direction[$0] })
        parts.append(Part(name: name, score: score))
        before = stream
      }
      let logits = try trace.logits?.indexed([.at(last)]).floats ?? []
      value = answer.score(logits)
      rest = value - Sums.sum(parts.map(\.score))
      self.parts = parts
    } catch { throw TracingError(cause: error) }
  }
}
