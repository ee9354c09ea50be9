import Tensors

/// What a model's companion lends, kept from the first pass on: it is the same for every text.
struct CompanionTable: Sendable {
  /// How many positions there are.
  let count: Int
  let layers: [Int: (query: Tensor, key: Tensor)]
}

extension TransformerModel {
  /// What the model's companion lends to sequences; nil where no layer reads one.
  ///
  /// - Parameter positions: how many positions the sequences reach.
  /// - Complexity: one pass of twice as many positions where so many were not needed before.
  func companionReads(positions: Int) throws(ModelError) -> CompanionReads? {
    guard network.lastReaderOfCompanion != nil else { return nil }
    let table: CompanionTable
    if let known = companionTable.withLock({ $0 }), known.count >= positions {
      table = known
    } else {
      let count = min(max(2 * positions, 16), contextLength)
      let pass = NetworkPass(
        network, weights: weights, options: .init(), caches: [], memories: [])
      do {
        let made = try pass.companionReads(count: count)
        table = CompanionTable(
          count: count, layers: made.layers.mapValues { ($0.query.value, $0.key.value) })
      } catch { throw ModelError(cause: error) }
      companionTable.withLock { kept in
        if (kept?.count ?? 0) < count { kept = table }
      }
    }
    return CompanionReads(
      layers: table.layers.mapValues {
        (Variable(constant: $0.query), Variable(constant: $0.key))
      })
  }
}
