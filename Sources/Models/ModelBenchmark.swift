import Kernels

/// How fast a model reads prompts and writes tokens.
///
/// Counted as llama.cpp's own benchmark does: a prompt of so many tokens goes through an empty cache in one
/// call that gives the last scores; tokens are then computed one by one behind an empty cache, without
/// sampling.
public struct ModelBenchmark: Sendable {
  /// Prompts of so many tokens.
  public let prompts: [Int]
  /// How many tokens are written; 0: none.
  public let generated: Int
  public let rounds: Int
  /// Sequences that are written together, a token of each in a step: by ``BatchDecoder`` where the network
  /// has one.
  public let batch: Int

  public init(
    prompts: [Int] = [128, 512], generated: Int = 64, rounds: Int = 3, batch: Int = 1
  ) {
    (self.prompts, self.generated) = (prompts, max(generated, 0))
    (self.rounds, self.batch) = (max(rounds, 1), max(batch, 1))
  }

  public struct Measurement: Sendable {
    /// Medians of the rounds, in tokens a second: for each prompt, and of writing.
    public var prompts: [Double] = []
    public var writing: Double = 0
    /// The median time of one step, in seconds.
    public var step: Double = 0
    /// The share of steps that took more than three times the median.
    public var slowSteps: Double = 0
    /// The bytes of weights that a step reads.
    public var bytes = 0
    /// Reading as many bytes again and again in the same minute, in 10⁹ bytes a second.
    public var readRate: Double = 0

    /// Sequences that are written together.
    public var batch = 1

    /// The tokens a second that reading the weights once a step would allow.
    public var bound: Double { bytes > 0 ? readRate * 1e9 / Double(bytes) * Double(batch) : 0 }
  }

  /// - Throws: ``ModelError``, also for prompts longer than the model's context.
  public func measure(_ model: TransformerModel) throws(ModelError) -> Measurement {
    let clock = ContinuousClock()
    func seconds(_ body: () throws(ModelError) -> Void) throws(ModelError) -> Double {
      let start = clock.now
      try body()
      return (clock.now - start) / .seconds(1)
    }
    func ids(_ count: Int) -> [Int32] {
      (0..<count).map { Int32(truncatingIfNeeded: ($0 * 7919 + 13) % model.vocabularySize) }
    }
    var result = Measurement()
    result.bytes = model.bytesOfStep
    result.batch = batch
    for count in prompts {
      let prompt = ids(count)
      var times: [Double] = []
      for round in 0...rounds {
        var cache = model.makeCache()
        let time = try seconds { () throws(ModelError) in
          _ = try model.lastLogits(ids: prompt, cache: &cache)
        }
        // The first one finds cold memory.
        if round > 0 { times.append(time) }
      }
      result.prompts.append(Double(count) / Self.median(times))
    }
    var steps: [Double] = []
    var rates: [Double] = []
    var reads: [Double] = []
    guard generated > 0 else { return result }
    let decoder =
      batch > 1 ? try BatchDecoder(model, slots: batch, capacity: generated) : nil
    let slots = Array(0..<batch)
    for round in 0...rounds {
      reads.append(Machine.readGigabytesPerSecond(bytes: result.bytes))
      var caches = (0..<batch).map { _ in model.makeCache() }
      for slot in slots { try decoder?.end(slot) }
      var own: [Double] = []
      for id in ids(generated) {
        own.append(
          try seconds { () throws(ModelError) in
            if batch == 1 {
              _ = try model.lastLogits(ids: [id], cache: &caches[0])
            } else if let decoder {
              try decoder.append([Int32](repeating: id, count: batch), to: slots)
            } else {
              _ = try model.lastLogits(
                batch: [[Int32]](repeating: [id], count: batch), caches: &caches)
            }
          })
      }
      if round == 0 { continue }
      steps += own
      rates.append(Double(own.count * batch) / own.reduce(0, +))
    }
    reads.append(Machine.readGigabytesPerSecond(bytes: result.bytes))
    result.step = Self.median(steps)
    result.writing = Self.median(rates)
    result.slowSteps =
      Double(steps.count { $0 > 3 * result.step }) / Double(max(steps.count, 1))
    result.readRate = Self.median(reads)
    return result
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }
}

extension TransformerModel {
  /// The bytes of packed weights that the step for one token reads: all matrices, the embedding only where
  /// it gives the scores too.
  public var bytesOfStep: Int {
    network.weightShapes.reduce(0) { sum, weight in
      let (key, shape) = weight
      guard shape.count == 2, let matrix = try? weights.matrix(key) else { return sum }
      if key.part == .embedding, network.head?.isTied != true { return sum }
      if key.expert != nil { return sum }
      let packed = (matrix as? any PackedStorage)?.withPackedBytes(\.count)
      return sum + (packed ?? 4 * matrix.inputs * matrix.outputs)
    }
  }
}
