import Kernels

/// Writes several sequences of one model together, over memory that is made once.
///
/// Each sequence has a slot. A pass takes tokens behind the sequences of any slots: one of each while they
/// are written, a whole prompt where one begins; sequences end and others take their slots at any time.
/// Scores stand in memory of the decoder, to be read in place. The bits are those of
/// ``TransformerModel/lastLogits(ids:cache:)`` for each sequence alone.
///
/// - Complexity: O(tokens · parameters + tokens · positions · width) a pass, without memory of its own;
///   O(slots · capacity · width · layers) memory.
public final class BatchDecoder {
  public let slots: Int
  /// The most tokens that a sequence may have.
  public let capacity: Int
  public let vocabularySize: Int

  private let model: TransformerModel
  private let plan: InferencePlan
  private let embedding: TokenEmbedding
  private let head: TokenScores
  /// One a layer.
  private let arenas: [KeyValueArena]
  /// `[slots, vocabulary]`
  private let logits: FloatBuffer
  /// The rows that go through the network together.
  private let rows: Int
  /// For each thread that takes sequences of its own; the first one takes all.
  private var parts: [BatchRows]
  private let bytesOfStep: Int
  /// Whether the weights are few, so that each thread had better take some sequences through all of them.
  private var isSmall: Bool { bytesOfStep <= Self.smallBytes }
  private var pass = BatchRows.Pass()
  private var counts: [Int]
  /// Where each slot's scores of the last pass stand; -1: nowhere.
  private var scoreRows: [Int]
  /// The last row of each slot in this pass.
  private var lastRows: [Int]

  /// Each core's own cache holds about so many bytes of weights beside what else a pass reads.
  private static let smallBytes = 4 << 20
  /// The fewest rows that are taken together: those of a prompt.
  private static let leastRows = 32

  /// Nil for networks with parts that only the general pass has.
  ///
  /// - Parameters:
  ///   - slots: how many sequences are written together at most.
  ///   - capacity: the most tokens of a sequence; the model's context unless given, and never more.
  /// - Throws: ``ModelError/input(reason:)`` without slots, and where there is no memory for their keys.
  public init?(_ model: TransformerModel, slots: Int, capacity: Int? = nil) throws(ModelError) {
    guard slots > 0, capacity ?? 1 > 0 else {
      throw .input(reason: "a batch needs a sequence and room for a token at least")
    }
    guard let plan = model.plan else { return nil }
    do {
      guard let embedding = try TokenEmbedding(model.network, weights: model.weights),
        let head = try TokenScores(model.network, weights: model.weights)
      else { return nil }
      (self.model, self.plan, self.embedding, self.head) = (model, plan, embedding, head)
      (self.slots, vocabularySize) = (slots, model.vocabularySize)
      let positions = embedding.lastPosition(width: model.network.width)
      let most = positions < Int.max ? positions + 1 : Int.max
      let capacity = min(capacity ?? model.contextLength, model.contextLength, most)
      let rows = max(slots, Self.leastRows)
      var arenas: [KeyValueArena] = []
      for block in plan.blocks {
        let attention = block.description.attention
        arenas.append(
          try KeyValueArena(
            slots: slots, heads: attention.keyValueHeads, headWidth: attention.headWidth,
            entries: capacity, rows: rows))
      }
      (self.capacity, self.rows, self.arenas) = (capacity, rows, arenas)
      let (count, overflow) = slots.multipliedReportingOverflow(by: model.vocabularySize)
      logits = try FloatBuffer(overflow ? Int.max : count)
      parts = [try BatchRows(plan: plan, embedding: embedding, head: head, rows: rows)]
      bytesOfStep = model.bytesOfStep
      counts = [Int](repeating: 0, count: slots)
      scoreRows = [Int](repeating: -1, count: slots)
      lastRows = scoreRows
    } catch { throw ModelError(cause: error) }
  }

  /// How many tokens the sequence of a slot has; 0 for a slot that there is not.
  public func count(of slot: Int) -> Int { counts.indices.contains(slot) ? counts[slot] : 0 }

  /// The scores after the last token of a slot's sequence, `[vocabulary]`, if the last pass took tokens of it;
  /// until the next pass.
  public func scores(of slot: Int) -> UnsafeBufferPointer<Float>? {
    guard scoreRows.indices.contains(slot), scoreRows[slot] >= 0 else { return nil }
    let start = scoreRows[slot] * vocabularySize
    return UnsafeBufferPointer(rebasing: logits.view[start..<start + vocabularySize])
  }

  /// Takes tokens behind sequences: `ids[i]` behind that of `slots[i]`, and scores what follows the last one
  /// of each.
  ///
  /// - Throws: ``ModelError``, also for sequences longer than ``capacity``; they are as before then, without
  ///   scores.
  public func append(_ ids: [Int32], to slots: [Int]) throws(ModelError) {
    guard ids.count == slots.count else {
      throw .input(reason: "\(ids.count) tokens were given for \(slots.count) places")
    }
    let before = counts
    for slot in scoreRows.indices { scoreRows[slot] = -1 }
    do {
      for (index, slot) in slots.enumerated() {
        try check(slot)
        let id = ids[index]
        guard id >= 0, Int(id) < vocabularySize else {
          throw ModelError.idOutsideVocabulary(
            id: id, position: counts[slot], size: vocabularySize)
        }
        counts[slot] += 1
        lastRows[slot] = index
      }
      if let longest = counts.max(), longest > capacity {
        throw ModelError.contextExceeded(needed: longest, limit: capacity)
      }
      counts = before
      var scored = 0
      for start in stride(from: 0, to: ids.count, by: rows) {
        pass.removeAll()
        for index in start..<min(start + rows, ids.count) {
          let slot = slots[index]
          pass.ids.append(ids[index])
          pass.places.append(.init(slot: slot, entry: counts[slot]))
          counts[slot] += 1
          guard lastRows[slot] == index else { continue }
          scoreRows[slot] = scored + pass.scored.count
          pass.scored.append(index - start)
        }
        try run(from: scored)
        scored += pass.scored.count
      }
    } catch {
      counts = before
      for slot in scoreRows.indices { scoreRows[slot] = -1 }
      throw ModelError(cause: error)
    }
  }

  /// Begins a sequence in a slot in place of the one that is there, and reads its prompt.
  ///
  /// - Throws: as ``append(_:to:)``, and for an empty prompt; the slot is empty then.
  public func begin(_ prompt: [Int32], in slot: Int) throws(ModelError) {
    if prompt.isEmpty { throw .noTokens(operation: "a forward pass") }
    try end(slot)
    try append(prompt, to: [Int](repeating: slot, count: prompt.count))
  }

  /// Begins a sequence in a slot with what a cache holds, such as a long prompt that was read before.
  ///
  /// - Throws: ``ModelError/foreignCache(model:)``, and ``ModelError/cache(reason:)`` for one that does not
  ///   hold every token where it came.
  public func begin(with cache: KeyValueCache, in slot: Int) throws(ModelError) {
    try end(slot)
    guard cache.layers.count == arenas.count,
      zip(cache.layers, arenas).allSatisfy({
        $0.heads.count == $1.heads && $0.headWidth == $1.headWidth
      })
    else { throw .foreignCache(model: model.name) }
    if cache.count > capacity {
      throw .contextExceeded(needed: cache.count, limit: capacity)
    }
    let isWhole = cache.layers.allSatisfy { store in
      store.heads.allSatisfy { head in
        head.count == cache.count
          && head.positions.indices.allSatisfy {
            Int(head.positions[$0]) == $0 && Int(head.origins[$0]) == $0
          }
      }
    }
    guard cache.rotation == .early, isWhole else {
      throw .cache(reason: "a batch only goes on with tokens that stand where they came")
    }
    do throws(KernelError) {
      for (store, arena) in zip(cache.layers, arenas) { try arena.take(store, into: slot) }
    } catch { throw ModelError(error) }
    counts[slot] = cache.count
  }

  /// Begins a sequence in a slot as a copy of another one.
  public func begin(copying other: Int, in slot: Int) throws(ModelError) {
    try check(other)
    if other == slot { return }
    try end(slot)
    do throws(KernelError) {
      for arena in arenas { try arena.copy(other, to: slot, entries: counts[other]) }
    } catch { throw ModelError(error) }
    counts[slot] = counts[other]
  }

  /// Ends the sequence of a slot, which is empty then.
  public func end(_ slot: Int) throws(ModelError) {
    try check(slot)
    counts[slot] = 0
    scoreRows[slot] = -1
  }

  private func check(_ slot: Int) throws(ModelError) {
    guard counts.indices.contains(slot) else {
      throw .input(reason: "there is no slot \(slot) in a batch of \(slots)")
    }
  }

  /// Takes the pass through the network; its scores go to the rows from `first` on.
  private func run(from first: Int) throws {
    let (count, width) = (pass.ids.count, vocabularySize)
    let threads = Machine.shares
    try Cancellation.check()
    // Rows of one sequence read each other's keys, so only those of different ones may go apart.
    guard isSmall, threads > 1, pass.scored.count == count, count >= 2 * threads else {
      try parts[0].begin(pass, 0..<count)
      for (layer, arena) in arenas.enumerated() {
        try Cancellation.check()
        try parts[0].run(layer, pass, 0..<count, arena)
      }
      return try parts[0].score(
        pass.scored[...], of: 0..<count,
        into: logits.rows(first..<first + pass.scored.count, width))
    }
    while parts.count < threads {
      parts.append(try BatchRows(plan: plan, embedding: embedding, head: head, rows: rows))
    }
    try SharedWork.blocks(
      of: count, size: (count + threads - 1) / threads,
      operations: 4 * Double(bytesOfStep), threads: threads
    ) { (range, thread) throws(KernelError) in
      try parts[thread].begin(pass, range)
      for (layer, arena) in arenas.enumerated() {
        try parts[thread].run(layer, pass, range, arena)
      }
      try parts[thread].score(
        pass.scored[range], of: range,
        into: logits.rows(first + range.lowerBound..<first + range.upperBound, width))
    }
  }
}
