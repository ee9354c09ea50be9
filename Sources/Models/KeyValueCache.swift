import Kernels

/// What a model remembers of one sequence: the keys and values of every layer.
///
/// A value: a copy is a fork that goes its own way, and shares the pages that neither writes.
/// Whatever was done to it, keys that are not there are absent to the bit.
public struct KeyValueCache: Sendable {
  /// When keys are turned by their positions.
  public enum Rotation: String, Sendable, CaseIterable {
    /// Before they are stored.
    case early
    /// Each time they are read: ``renumber(_:)`` then moves them exactly.
    case late
  }

  /// One store a layer: each key head has its own entries, positions and origins.
  public internal(set) var layers: [KeyValueStore]
  /// Keys and values of the encoder's states, for cross-attention; made once.
  public internal(set) var memories: [KeyValueStore?]
  public let rotation: Rotation
  /// How many tokens of the sequence have gone through the network, wherever their entries are now.
  public internal(set) var count = 0

  public init(layers: Int, heads: Int, headWidth: Int, rotation: Rotation = .early) {
    self.init(
      stores: [KeyValueStore](
        repeating: KeyValueStore(heads: heads, headWidth: headWidth), count: layers),
      rotation: rotation)
  }

  init(stores: [KeyValueStore], rotation: Rotation) {
    layers = stores
    memories = [KeyValueStore?](repeating: nil, count: stores.count)
    self.rotation = rotation
  }

  /// The memory of all pages, in bytes; pages that forks share count in each.
  public var byteCount: Int {
    layers.reduce(0) { $0 + $1.byteCount } + memories.reduce(0) { $0 + ($1?.byteCount ?? 0) }
  }

  /// Forgets the tokens from `count` on: entries of later origin go, in every layer and head.
  public mutating func truncate(to count: Int) {
    if count < 0 || count >= self.count { return }
    for layer in layers.indices {
      for (index, head) in layers[layer].heads.enumerated() {
        // Where entries were put in another order, what goes need not stand at the end.
        let kept = head.origins.indices.filter { head.origins[$0] < count }
        // All of them are there: nothing can be refused but memory, and then the entries stay.
        if kept.count < head.count { try? layers[layer].compact(kept, head: index) }
      }
    }
    self.count = count
  }

  /// Where a cache stands, to go back to after rows were appended to it and nothing else was done.
  struct Mark {
    /// The entries of every head of every layer, one after the other.
    fileprivate var entries: [Int] = []
    fileprivate var memories: [KeyValueStore?] = []
    fileprivate var count = 0
  }

  var mark: Mark {
    var mark = Mark(memories: memories, count: count)
    mark.entries.reserveCapacity(layers.count * (layers.first?.heads.count ?? 0))
    for layer in layers {
      for head in layer.heads { mark.entries.append(head.count) }
    }
    return mark
  }

  /// Takes off what was appended since; needs no memory.
  mutating func goBack(to mark: Mark) {
    var next = 0
    for layer in layers.indices {
      let end = next + layers[layer].heads.count
      layers[layer].truncate(to: Array(mark.entries[next..<end]))
      next = end
    }
    (memories, count) = (mark.memories, mark.count)
  }

  /// Keeps the entries of these indices, in this order: of one layer or all, of one key head or all.
  ///
  /// - Throws: ``ModelError/kernel(_:)`` for an entry that is not there; the cache is as before.
  public mutating func compact(_ entries: [Int], layer: Int? = nil, head: Int? = nil)
    throws(ModelError)
  {
    var changed = layers
    do throws(KernelError) {
      for index in layer.map({ [$0] }) ?? Array(layers.indices) {
        guard changed.indices.contains(index) else {
          throw .index(
            kernel: "key store", argument: "layer", place: 0, index: index, count: changed.count)
        }
        try changed[index].compact(entries, head: head)
      }
    } catch { throw ModelError(error) }
    layers = changed
  }

  /// Gives the entries of every layer and head, which then must hold as many, other positions.
  ///
  /// - Throws: ``ModelError/cache(reason:)`` where keys are turned before they are stored: they
  ///   would keep their old places.
  public mutating func renumber(_ positions: [Int32]) throws(ModelError) {
    guard rotation == .late else {
      throw .cache(reason: "its keys were turned before they were stored, so they cannot be moved")
    }
    var changed = layers
    do throws(KernelError) {
      for layer in changed.indices { try changed[layer].renumber(positions) }
    } catch { throw ModelError(error) }
    layers = changed
  }
}
