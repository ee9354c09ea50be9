import Tensors

/// Attention whose queries and keys come from elsewhere than its values (arXiv 2510.11602).
public struct OtherStreamMixer: TokenMixer, Equatable {
  public enum Source: String, Sendable, CaseIterable {
    /// The embeddings of the same tokens, in every block (`static`).
    case embeddings
    /// The companion's stream at the same places: the same weights for every text (`random`, `fixed`).
    case companion
  }

  public var source: Source

  public init(_ source: Source) { self.source = source }

  public var name: String { "queries_and_keys_of_\(source.rawValue)" }

  public func mixed(_ x: Variable, in context: MixingContext) throws -> Variable {
    let state = context.state
    let (query, key): (Variable, Variable)
    switch source {
    case .embeddings:
      let embedded = try context.normed(context.embedded)
      query = try context.turned(context.heads(.query, embedded), positions: state.positions)
      key = try context.turned(context.heads(.key, embedded), positions: state.positions)
    case .companion:
      guard let companion = context.companion else {
        throw ModelError.input(reason: "a mixer reads a companion, and there is none")
      }
      let own = try x.indexed([.range(start: companion.lowerBound, end: companion.upperBound)])
      let positions = Array(state.positions[companion])
      let queries = try context.turned(context.heads(.query, own), positions: positions)
      let keys = try context.turned(context.heads(.key, own), positions: positions)
      var places: [Int32] = []
      for range in state.sequences {
        guard range.count <= companion.count else {
          throw ModelError.input(
            reason: "a sequence of \(range.count) tokens has a companion of \(companion.count)")
        }
        places += range.indices.map { Int32(truncatingIfNeeded: $0 - range.lowerBound) }
      }
      let ids = try Tensor(places, shape: [places.count])
      query = try queries.selected(ids, axis: 0)
      key = try keys.selected(ids, axis: 0)
    }
    let z = try Variable.attention(
      queries: query, keys: key, values: context.heads(.value, x),
      visibility: context.visibility, scale: context.attention.scale)
    return try context.output(z)
  }
}
