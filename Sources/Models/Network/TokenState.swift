import Tensors

/// The tokens between two blocks: their states, and where they come from.
///
/// Pruning, merging and repositioning map a state to another with fewer or other rows.
public struct TokenState {
  /// The residual stream, `[rows, width]`: the tokens of all sequences, one sequence after another.
  public var x: Variable
  /// Each row's position: what its query and key are turned by.
  public var positions: [Int32]
  /// The tokens of the sequence that each row stands for, counted from its start.
  public var origins: [[Int32]]
  /// How many rows each sequence has.
  public var lengths: [Int]

  public init(x: Variable, positions: [Int32], origins: [[Int32]], lengths: [Int]) {
    (self.x, self.positions, self.origins, self.lengths) = (x, positions, origins, lengths)
  }

  public var rows: Int { positions.count }

  /// The rows of each sequence.
  public var sequences: [Range<Int>] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return start..<start + length
    }
  }

  /// Keeps some rows, which ascend; those that are dropped are gone from every sequence.
  public func keeping(_ rows: [Int]) throws(TensorError) -> TokenState {
    let ids = try Tensor(rows.map { Int32(truncatingIfNeeded: $0) }, shape: [rows.count])
    let lengths = sequences.map { sequence in rows.count { sequence.contains($0) } }
    return TokenState(
      x: try x.selected(ids, axis: 0), positions: rows.map { positions[$0] },
      origins: rows.map { origins[$0] }, lengths: lengths)
  }

  /// Whether rows, positions and lengths fit each other.
  var isConsistent: Bool {
    x.rank == 2 && x.shape[0] == rows && origins.count == rows
      && lengths.allSatisfy { $0 >= 0 } && lengths.reduce(0, +) == rows
  }
}

/// What a network is given for one sequence.
public struct SequenceInput {
  /// Ids, embeddings `[tokens, width]` or mixtures `[tokens, vocabulary]`.
  public var tokens: TokenInput
  /// One a token; those behind what the cache holds unless given.
  public var positions: [Int32]?
  /// One a token, for networks that have types; 0 unless given.
  public var types: [Int32]?
  /// The encoder's states `[tokens, width]`, for cross-attention.
  public var memory: Variable?

  public init(
    _ tokens: TokenInput, positions: [Int32]? = nil, types: [Int32]? = nil, memory: Variable? = nil
  ) {
    (self.tokens, self.positions, self.types, self.memory) = (tokens, positions, types, memory)
  }

  /// Ids as they come from a tokenizer.
  public init(ids: [Int32], positions: [Int32]? = nil) throws(TensorError) {
    self.init(.ids(try Tensor(ids, shape: [ids.count])), positions: positions)
  }

  /// How many tokens there are.
  public var count: Int {
    switch tokens {
    case .ids(let ids): ids.count
    case .embeddings(let x), .mixture(let x): x.shape.first ?? 0
    }
  }
}
