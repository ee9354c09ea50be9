import Kernels
import Tensors

extension NetworkPass {
  /// All sequences' attention in one call, `[rows, heads, width]`: the bits are those of one call for
  /// each. Nil where something tells sequences apart beside their rows.
  func packed(
    _ d: AttentionDescription, _ layer: Int, query: Variable, key: Variable, value: Variable,
    _ state: TokenState
  ) throws -> Variable? {
    let sites: [HookSite] = [
      .cachedKeys, .cachedValues, .attentionScores, .attentionProbabilities,
    ]
    guard caches.isEmpty, options.masks.isEmpty, state.lengths.count > 1, d.window == nil,
      !d.isPolynomial,
      !options.maskRules.contains(where: { $0.concerns(layer: layer) }),
      !sites.contains(where: { options.hooks.meets($0, layer: layer) })
    else { return nil }
    switch d.positions {
    case .none, .rotary: break
    case .linearBias, .relativeBuckets: return nil
    }
    let starts = [0] + state.sequences.filter { !$0.isEmpty }.map(\.upperBound)
    let segments = AttentionVisibility.segments(starts)
    return try Variable.attention(
      queries: query, keys: key, values: value,
      visibility: d.isCausal ? segments & .causal() : segments, scale: d.scale, softcap: d.softcap)
  }
}
