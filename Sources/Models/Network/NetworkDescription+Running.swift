import Tensors

extension NetworkDescription {
  /// Runs sequences through a network with weights of a tape, or any others: the states behind the final
  /// norm, one row a token.
  ///
  /// - Parameter options: hooks, masks, what changes tokens between blocks.
  /// - Throws: ``ModelError/contextExceeded(needed:limit:)``, ``ModelError/idOutsideVocabulary(id:position:size:)``,
  ///   and what the pass refuses.
  public func states(
    of inputs: [SequenceInput], weights: any NetworkWeights, options: PassOptions = .init()
  ) throws(ModelError) -> TokenState {
    for input in inputs { try check(input) }
    guard options.masks.isEmpty || options.masks.count == inputs.count else {
      throw .input(reason: "\(options.masks.count) masks were given for \(inputs.count) sequences")
    }
    var pass = NetworkPass(
      self, weights: weights, options: options, caches: [], memories: inputs.map(\.memory))
    do { return try pass.run(inputs) } catch { throw ModelError(cause: error) }
  }

  /// The scores of tokens for states behind the final norm: `[rows, vocabulary]`.
  public func scores(_ states: Variable, weights: any NetworkWeights) throws(ModelError) -> Variable
  {
    let pass = NetworkPass(self, weights: weights, options: .init(), caches: [], memories: [])
    do { return try pass.scores(states) } catch { throw ModelError(cause: error) }
  }

  /// The same network in which every token sees all of its sequence, before and behind it.
  public var bidirectional: NetworkDescription {
    var network = self
    for index in network.blocks.indices { network.blocks[index].attention.isCausal = false }
    return network
  }

  private func check(_ input: SequenceInput) throws(ModelError) {
    let last = input.positions?.max().map { Int($0) + 1 } ?? input.count
    if let least = input.positions?.min(), least < 0 {
      throw .input(reason: "the position \(least) is below 0")
    }
    if last > embedding.contextLength {
      throw .contextExceeded(needed: last, limit: embedding.contextLength)
    }
    guard case .ids(let ids) = input.tokens else { return }
    guard let values = ids.int32s else {
      throw .input(reason: "ids have to be whole numbers, not \(ids.elementType)")
    }
    for (position, id) in values.enumerated()
    where id < 0 || Int(id) >= embedding.vocabularySize {
      throw .idOutsideVocabulary(id: id, position: position, size: embedding.vocabularySize)
    }
  }
}
