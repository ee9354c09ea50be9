import Kernels
import Tensors

/// Attention of tokens `[batch, tokens, width]` over themselves, or over the pass's memory.
///
/// Who sees whom: what the layer says (`isCausal`), and what the pass says (``LayerPass/visibility``, the
/// memory's own). Any mask gives the bits of the same keys without a mask. The layer shows `probabilities`
/// `[batch, heads, tokens, keys]` to the pass's observer, who may replace them.
public struct AttentionLayer: Layer, Equatable {
  /// What queries and keys know of their places.
  public enum Positions: Sendable, Equatable {
    case none
    /// Heads turn by the token's number (arXiv 2104.09864).
    case rotary(base: Double)
    /// The first half of a head turns by the row, the second by the column; tokens before the grid stand at
    /// row and column 0 and do not turn.
    case grid(height: Int, width: Int, base: Double)
  }

  public let width: Int
  public let heads: Int
  /// Each serves `heads / keyValueHeads` query heads.
  public let keyValueHeads: Int
  public let headWidth: Int
  /// The width of the memory that it reads; nil: the tokens read each other.
  public let memoryWidth: Int?
  public let isCausal: Bool
  public let positions: Positions
  public let hasBias: Bool
  /// RMS norms of queries and keys, for each head alike (arXiv 2010.04245).
  public let normsQueriesAndKeys: Bool
  private let maps: [(name: String, layer: LinearLayer)]
  private let norm: NormLayer

  /// - Throws: ``ModelError/layer(name:reason:)`` for heads that do not divide the width, key heads that do not
  ///   divide the heads, and heads that cannot turn.
  public init(
    _ width: Int, heads: Int, keyValueHeads: Int? = nil, memoryWidth: Int? = nil,
    isCausal: Bool = false, positions: Positions = .none, hasBias: Bool = false,
    normsQueriesAndKeys: Bool = false
  ) throws(ModelError) {
    let keyHeads = keyValueHeads ?? heads
    try SizeChecks.check(layer: "attention", width: width, heads: heads)
    try SizeChecks.check(
      layer: "attention", ["key heads": keyHeads, "memory width": memoryWidth ?? width])
    guard heads % keyHeads == 0 else {
      throw .layer(name: "attention", reason: "\(keyHeads) key heads do not divide \(heads) heads")
    }
    headWidth = width / heads
    try Self.check(positions, headWidth: headWidth, isCross: memoryWidth != nil)
    let (source, keyWidth) = (memoryWidth ?? width, keyHeads * headWidth)
    maps = [
      ("query", try LinearLayer(width, width, hasBias: hasBias)),
      ("key", try LinearLayer(source, keyWidth, hasBias: hasBias)),
      ("value", try LinearLayer(source, keyWidth, hasBias: hasBias)),
      ("output", try LinearLayer(width, width, hasBias: hasBias)),
    ]
    norm = try NormLayer(headWidth, .init(.rms, epsilon: 1e-6))
    (self.width, self.heads, self.keyValueHeads) = (width, heads, keyHeads)
    (self.memoryWidth, self.isCausal, self.positions) = (memoryWidth, isCausal, positions)
    (self.hasBias, self.normsQueriesAndKeys) = (hasBias, normsQueriesAndKeys)
  }

  public static func == (a: AttentionLayer, b: AttentionLayer) -> Bool {
    a.maps.map(\.layer) == b.maps.map(\.layer) && a.heads == b.heads
      && a.memoryWidth == b.memoryWidth && a.isCausal == b.isCausal
      && a.positions == b.positions && a.normsQueriesAndKeys == b.normsQueriesAndKeys
  }

  private static func check(_ positions: Positions, headWidth: Int, isCross: Bool)
    throws(ModelError)
  {
    let part: Int
    switch positions {
    case .none: return
    case .rotary: part = 2
    case .grid(let height, let width, _):
      try SizeChecks.check(layer: "attention", ["grid height": height, "grid width": width])
      part = 4
    }
    if isCross {
      throw .layer(name: "attention", reason: "tokens of a memory have places of their own")
    }
    guard headWidth % part == 0 else {
      throw .layer(
        name: "attention", reason: "a head of \(headWidth) does not turn in parts of \(part)")
    }
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    var list: [(name: String, layer: any LayerGroup)] = maps.map { ($0.name, $0.layer) }
    if normsQueriesAndKeys { list += [("query_norm", norm), ("key_norm", norm)] }
    return list
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 3 else {
      throw TensorError.invalidArgument(
        operation: "attention", reason: "\(x.shape) is not [batch, tokens, width]")
    }
    var (source, visibility) = (x, pass.visibility)
    if memoryWidth != nil {
      guard let memory = pass.memory else {
        throw pass.failure("the pass has no memory")
      }
      (source, visibility) = (memory.states, memory.visibility)
    }
    if isCausal { visibility = visibility & .causal() }
    var query = try projected(0, x, heads, in: &pass)
    var key = try projected(1, source, keyValueHeads, in: &pass)
    let value = try projected(2, source, keyValueHeads, in: &pass)
    if normsQueriesAndKeys {
      query = try pass.run("query_norm", norm, query)
      key = try pass.run("key_norm", norm, key)
    }
    (query, key) = (try turned(query), try turned(key))
    let result: Variable
    if pass.observer != nil {
      let found = try Variable.attentionWithProbabilities(
        queries: query, keys: key, values: value, visibility: visibility)
      result = try Variable.attention(
        probabilities: pass.shown("probabilities", found.probabilities), values: value,
        visibility: visibility)
    } else {
      result = try Variable.attention(
        queries: query, keys: key, values: value, visibility: visibility)
    }
    return try pass.run(maps[3].name, maps[3].layer, result.reshaped(x.shape))
  }

  private func projected(_ map: Int, _ x: Variable, _ heads: Int, in pass: inout LayerPass) throws
    -> Variable
  {
    try pass.run(maps[map].name, maps[map].layer, x)
      .reshaped([x.shape[0], x.shape[1], heads, headWidth])
  }

  /// Heads `[batch, tokens, heads, width]` turned by their places.
  private func turned(_ x: Variable) throws -> Variable {
    let tokens = x.shape[1]
    switch positions {
    case .none: return x
    case .rotary(let base):
      return try x.rotated(
        RotaryFrequencies(base: base, pairs: headWidth / 2),
        positions: .whole((0..<tokens).map { Int32(truncatingIfNeeded: $0) }))
    case .grid(let height, let width, let base):
      let before = tokens - height * width
      guard before >= 0 else {
        throw TensorError.invalidArgument(
          operation: "attention", reason: "\(tokens) tokens for \(height) x \(width) places")
      }
      let frequencies = try RotaryFrequencies(base: base, pairs: headWidth / 4)
      func place(_ body: (Int) -> Int) -> RotaryPositions {
        .whole((0..<tokens).map { Int32(truncatingIfNeeded: $0 < before ? 0 : body($0 - before)) })
      }
      return try x.rotated(frequencies, positions: place { $0 / width })
        .rotated(frequencies, positions: place { $0 % width }, first: headWidth / 2)
    }
  }
}
