import Models
import Tensors

/// One pass of a model over some ids, with the sites that were asked for.
public struct Trace: Sendable {
  /// A site's value; attention's own without the axis of sequences.
  public struct Site: Sendable {
    public let name: String
    public let site: HookSite
    public let layer: Int?
    public let value: Tensor
  }

  public let ids: [Int32]
  public let sites: [Site]
  /// The scores after each id, `[ids, vocabulary]`; only where they were asked for.
  public let logits: Tensor?

  /// - Parameters:
  ///   - patterns: names of sites such as `layers.*.resid_post`.
  ///   - hooks: what else is done on the way, before the values are taken.
  /// - Throws: ``TracingError/model(_:)``, also for a pattern that meets nothing in this model.
  /// - Complexity: one forward pass; memory for the captured sites alone.
  public init(
    _ model: TransformerModel, ids: [Int32], patterns: [String], hooks: Hooks = .init(),
    scoring: Bool = false
  ) throws(TracingError) {
    let captures = HookCaptures()
    var options = PassOptions()
    options.hooks = hooks
    do {
      if ids.isEmpty { throw ModelError.noTokens(operation: "a trace") }
      for pattern in patterns { try options.hooks.capture(pattern, into: captures) }
      var caches: [KeyValueCache] = []
      let state = try model.run([try SequenceInput(ids: ids)], caches: &caches, options: options)
      for pattern in patterns where !captures.all.contains(where: { $0.point.meets(pattern) }) {
        throw ModelError.hook(
          pattern: pattern,
          reason:
            "this model has no such site; it has \(model.network.blocks.count) layers, and its "
            + "sites are listed by trace.sites")
      }
      logits = scoring ? try model.scores(state.x).value : nil
      sites = try captures.all.map { capture in
        let value = capture.value
        let isBatch = value.rank == 4 && value.shape[0] == 1
        return Site(
          name: capture.point.name, site: capture.point.site, layer: capture.point.layer,
          value: isBatch ? try value.reshaped(Array(value.shape.dropFirst())) : value)
      }
    } catch { throw TracingError(cause: error) }
    self.ids = ids
  }

  /// A site's value; nil where it was not captured.
  public subscript(site: HookSite, layer: Int?) -> Tensor? {
    sites.first { $0.site == site && $0.layer == layer }?.value
  }
}
