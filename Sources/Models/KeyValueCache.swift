import Kernels

/// What a model remembers of one sequence: the keys and values of every layer.
///
/// A value: a copy is a fork that goes its own way. A shorter prefix is reached by
/// ``truncate(to:)``; both give the bits of a computation from the start.
public struct KeyValueCache: Sendable {
  /// One store a layer.
  public internal(set) var layers: [KeyValueStore]

  public init(layers: Int, heads: Int, headWidth: Int) {
    self.layers = [KeyValueStore](
      repeating: KeyValueStore(heads: heads, headWidth: headWidth), count: layers)
  }

  /// The number of positions held.
  public var count: Int { layers.first?.count ?? 0 }

  /// Forgets the positions from `count` on.
  public mutating func truncate(to count: Int) {
    for layer in layers.indices { layers[layer].truncate(to: count) }
  }
}
