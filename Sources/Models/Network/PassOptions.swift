import Kernels
import Tensors

/// What may be different about one pass through a network.
public struct PassOptions {
  public var hooks = Hooks()
  /// Blocks that the stream goes by.
  public var skippedLayers: Set<Int> = []
  /// Who sees whom, beside the network's own rules.
  public var maskRules: [AttentionRule] = []
  /// Who sees whom in each sequence, `[rows, keys]`, in place of the network's order, window and rules;
  /// empty: those hold. Not together with caches.
  public var masks: [AttentionMask] = []
  /// Changes the tokens before a block: pruning, merging, repositioning.
  public var change: ((Int, TokenState) throws(ModelError) -> TokenState)?
  /// The rows stand for tokens that the caches hold already, from this one on: their keys and values are
  /// computed anew and written over the old ones.
  public var refreshedFrom: Int?
  /// Whether the last norm is applied.
  public var appliesFinalNorm = true

  public init() {}
}

/// A rule of who sees whom in attention, by tokens of the sequence counted from its start.
public struct AttentionRule: Sendable, Equatable {
  public enum Effect: Sendable, Equatable {
    /// The keys are absent.
    case hidden
    /// The keys are seen also where the network's own order would hide them.
    case visible
    /// A number is added to the scores.
    case bias(Float)
  }

  /// Nil: all of them.
  public var queries: Set<Int32>?
  public var keys: Set<Int32>?
  public var layers: Set<Int>?
  public var heads: Set<Int>?
  public var effect: Effect

  public init(
    _ effect: Effect, queries: Set<Int32>? = nil, keys: Set<Int32>? = nil,
    layers: Set<Int>? = nil, heads: Set<Int>? = nil
  ) {
    (self.effect, self.queries, self.keys) = (effect, queries, keys)
    (self.layers, self.heads) = (layers, heads)
  }

  /// Whether it says anything about a layer.
  func concerns(layer: Int) -> Bool { layers?.contains(layer) ?? true }

  /// Whether it says anything about a query and a key.
  func meets(head: Int, query: Int32, key: Int32) -> Bool {
    (heads?.contains(head) ?? true) && (queries?.contains(query) ?? true)
      && (keys?.contains(key) ?? true)
  }
}
