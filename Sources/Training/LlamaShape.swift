/// The sizes of a Llama-style decoder: RMS norms, rotary positions, grouped-query attention, SwiGLU
/// and one table for embedding and head.
///
/// H. Touvron et al., arXiv 2302.13971; grouped queries: J. Ainslie et al., arXiv 2305.13245.
public struct LlamaShape: Sendable, Equatable {
  public var vocabulary: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var keyValueHeads: Int
  /// The inner width of the gated MLP.
  public var mlp: Int
  /// The longest sequence.
  public var context: Int
  public var rotaryBase: Double
  public var epsilon: Float

  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil, mlp: Int,
    context: Int, rotaryBase: Double = 10_000, epsilon: Float = 1e-5
  ) {
    self.vocabulary = vocabulary
    (self.width, self.layers, self.heads) = (width, layers, heads)
    self.keyValueHeads = keyValueHeads ?? heads
    (self.mlp, self.context) = (mlp, context)
    (self.rotaryBase, self.epsilon) = (rotaryBase, epsilon)
  }

  /// Llama's share of the width for the gated MLP: 8/3, as whole vectors of 16.
  public static func usualMLP(width: Int) -> Int { max((width / 6 + 1) * 16, 16) }

  public var headWidth: Int { heads > 0 ? width / heads : 0 }
  var keyValueWidth: Int { keyValueHeads * headWidth }

  /// What attention scores are multiplied by; as in inference, 1 / √(head width).
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// Refuses sizes that cannot be, and those that would take more memory than any machine here.
  public func check() throws(TrainingError) {
    let limits = [
      ("vocabulary", vocabulary, 2, 1 << 20), ("width", width, 2, 1 << 14),
      ("layers", layers, 1, 256), ("heads", heads, 1, 1 << 10),
      ("kv_heads", keyValueHeads, 1, 1 << 10), ("mlp", mlp, 1, 1 << 16),
      ("context", context, 2, 1 << 17),
    ]
    for (name, value, low, high) in limits where value < low || value > high {
      throw .setting(name: name, value: value, reason: "must be from \(low) to \(high)")
    }
    if width % heads != 0 {
      throw .setting(name: "width", value: width, reason: "must be a multiple of heads (\(heads))")
    }
    if headWidth % 2 != 0 {
      throw .setting(name: "width / heads", value: headWidth, reason: "must be even")
    }
    if heads % keyValueHeads != 0 {
      throw .setting(
        name: "heads", value: heads, reason: "must be a multiple of kv_heads (\(keyValueHeads))")
    }
    if !(rotaryBase > 1) || !rotaryBase.isFinite || !(epsilon > 0) || !epsilon.isFinite {
      throw .setting(name: "rotary base", value: 0, reason: "must be above 1, and epsilon above 0")
    }
  }

  /// Refuses ids that have no row in the table.
  func check(ids: [Int32]) throws(TrainingError) {
    if let id = ids.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
      throw .idOutsideVocabulary(id: id, size: vocabulary)
    }
  }
}
