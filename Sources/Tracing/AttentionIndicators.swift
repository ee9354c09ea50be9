import Kernels
import Models
import Tensors

/// What the attention of each head looks like, in a few numbers (arXiv 2510.11602).
///
/// A head's map A has a row for each token of a window, which adds up to 1 over the tokens that it sees. Texts
/// that are longer than a window are read in several, each for itself; numbers are means over all rows of all
/// windows, unless they say otherwise. Layers without a map (``TokenMixer/mlp``) have no heads here.
public struct AttentionIndicators: Sendable {
  /// How far back ``Head/near`` looks.
  public static let reach = 4

  public struct Head: Sendable {
    public let layer: Int
    public let head: Int
    /// −Σ A ln A of a row, in nats.
    public let entropy: Double
    /// The Frobenius norm of a window's map, √ΣA², divided by √rows: 1 where each row looks at one token.
    public let concentration: Double
    /// A(i, 0), the weight of the window's first token.
    public let sink: Double
    /// A(i, i − n) for n = 0 ..< ``AttentionIndicators/reach``, over the rows that have such a token; NaN where
    /// none has.
    public let near: [Double]
    /// The median, the 99th hundredth and the largest of |s|, s what enters the softmax (or what stands in its
    /// place), over all visible pairs.
    public let scores: (median: Double, high: Double, largest: Double)
  }

  /// By layer, then by head.
  public let heads: [Head]
  /// By layer: the standard deviation over heads of A(i, j), the mean over visible pairs.
  public let diversity: [Int: Double]
  public let windows: Int

  /// - Parameter window: the tokens of a window, the model's context at most; a rest of a single token is left
  ///   out.
  /// - Throws: ``TracingError/setting(name:value:range:)`` for a window below 2, and what the model refuses.
  /// - Complexity: one pass a window; O(layers · heads · window²) memory, and the scores of all windows.
  public init(_ model: TransformerModel, ids: [Int32], window: Int = 128) throws(TracingError) {
    guard window >= 2 else {
      throw .setting(name: "window", value: String(window), range: "2 or more")
    }
    let window = min(window, model.contextLength)
    var sums: [Int: [MapSums]] = [:]
    var spread: [Int: [Double]] = [:]
    var windows = 0
    do {
      if ids.count < 2 { throw ModelError.noTokens(operation: "attention's indicators") }
      for start in stride(from: 0, to: ids.count - 1, by: window) {
        let captures = HookCaptures()
        var options = PassOptions()
        for site in [HookSite.attentionScores, .attentionProbabilities] {
          try options.hooks.capture("layers.*.\(site.rawValue)", into: captures)
        }
        var caches: [KeyValueCache] = []
        let part = Array(ids[start..<min(start + window, ids.count)])
        _ = try model.run([try SequenceInput(ids: part)], caches: &caches, options: options)
        windows += 1
        for layer in model.network.blocks.indices {
          guard let scores = captures.first(.attentionScores, layer: layer)?.value.floats,
            let map = captures.first(.attentionProbabilities, layer: layer)?.value
          else { continue }
          let (heads, values) = (map.shape[1], map.doubles)
          let size = part.count * part.count
          for head in 0..<heads {
            if sums[layer] == nil { sums[layer] = .init(repeating: MapSums(), count: heads) }
            let own = head * size..<(head + 1) * size
            sums[layer]?[head].add(values[own], scores[own], rows: part.count)
          }
          spread[layer, default: []] += Self.spread(values, scores, heads: heads, size: size)
        }
      }
    } catch { throw TracingError(cause: error) }
    heads = sums.keys.sorted().flatMap { layer in
      (sums[layer] ?? []).enumerated().map { $1.head(layer: layer, $0) }
    }
    diversity = spread.mapValues { Sums.sum($0) / Double(max($0.count, 1)) }
    self.windows = windows
  }

  /// The standard deviation over heads, for each pair that a row sees.
  private static func spread(_ map: [Double], _ scores: [Float], heads: Int, size: Int)
    -> [Double]
  {
    (0..<size).compactMap { pair in
      if scores[pair] == -.infinity { return nil }
      let values = (0..<heads).map { map[$0 * size + pair] }
      let mean = Sums.sum(values) / Double(max(heads, 1))
      let squares = values.map { ($0 - mean) * ($0 - mean) }
      return (Sums.sum(squares) / Double(max(heads, 1))).squareRoot()
    }
  }
}

/// One head's maps so far.
private struct MapSums {
  var entropies: [Double] = []
  var norms: [Double] = []
  var sinks: [Double] = []
  var near = [[Double]](repeating: [], count: AttentionIndicators.reach)
  var sizes: [Float] = []

  mutating func add(_ map: ArraySlice<Double>, _ scores: ArraySlice<Float>, rows: Int) {
    var squares: [Double] = []
    for row in 0..<rows {
      let line = Array(map.dropFirst(row * rows).prefix(rows))
      squares += line.map { $0 * $0 }
      let logarithms = ElementaryFunction.log(line.map { $0 > 0 ? $0 : 1 })
      entropies.append(-Sums.sum(zip(line, logarithms).map { $0 * $1 }))
      sinks.append(line[0])
      for back in near.indices where row >= back { near[back].append(line[row - back]) }
    }
    norms.append((Sums.sum(squares) / Double(max(rows, 1))).squareRoot())
    sizes += scores.filter { $0 != -.infinity }.map { abs($0) }
  }

  func head(layer: Int, _ head: Int) -> AttentionIndicators.Head {
    func mean(_ values: [Double]) -> Double {
      values.isEmpty ? .nan : Sums.sum(values) / Double(values.count)
    }
    let sorted = sizes.sorted()
    /// The smallest value that so many hundredths of all do not exceed.
    func quantile(_ hundredths: Int) -> Double {
      let rank = (sorted.count * hundredths + 99) / 100
      return sorted.isEmpty ? .nan : Double(sorted[max(rank, 1) - 1])
    }
    return AttentionIndicators.Head(
      layer: layer, head: head, entropy: mean(entropies), concentration: mean(norms),
      sink: mean(sinks), near: near.map(mean),
      scores: (quantile(50), quantile(99), quantile(100)))
  }
}
