import Kernels
import Models

/// The best predictor of a source whose symbols' names are not known: any permutation of them is as
/// likely as any other (arXiv 2305.16349, with the source for the language).
///
/// p(x₁…xₙ) = 1/V! Σ_π p*(π(x₁)…π(xₙ)), by going through all V! permutations. No lexinvariant model has a
/// smaller loss on average over such sequences.
public struct LexinvariantBayes: Sendable {
  public let source: BigramSource
  /// What each symbol stands for, of every permutation.
  private let names: [[Int]]

  /// The most symbols: 8! = 40,320 permutations.
  public static let mostSymbols = 8

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for more than ``mostSymbols``.
  public init(_ source: BigramSource) throws(TrainingError) {
    try TrainingError.check(
      "the number of symbols", source.symbols, in: 1...Self.mostSymbols)
    self.source = source
    names = Self.permutations(source.symbols)
  }

  /// All orders of `0..<count`.
  private static func permutations(_ count: Int) -> [[Int]] {
    (0..<count).reduce([[]]) { shorter, number in
      shorter.flatMap { order in
        (0...order.count).map { place in
          Array(order[..<place]) + [number] + order[place...]
        }
      }
    }
  }

  /// -log p of each symbol behind those before it, in nats.
  ///
  /// The probabilities of the permutations, given what was seen, are carried on from symbol to symbol.
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for a sequence that the source cannot give under
  ///   any names, ``TrainingError/model(_:)`` for other symbols.
  /// - Complexity: O(V! · length) time, O(V! · V) memory.
  public func losses(_ sequence: [Int32]) throws(TrainingError) -> [Double] {
    do throws(ModelError) { try source.check(sequence) } catch { throw .model(error) }
    var posterior = [Double](repeating: 1 / Double(names.count), count: names.count)
    var joint = posterior
    var last: Int?
    var losses: [Double] = []
    losses.reserveCapacity(sequence.count)
    for (place, symbol) in sequence.enumerated() {
      try TrainingError.poll()
      for (index, name) in names.enumerated() {
        let row = last.map { source.transitions[name[$0]] } ?? source.start
        joint[index] = posterior[index] * row[name[Int(symbol)]]
      }
      let probability = Sums.sum(joint)
      guard probability > 0 else {
        throw .setting(
          name: "symbol \(place)", value: Int(symbol),
          reason: "under no names does the source go on so")
      }
      // From 0, so that what is certain costs 0 and not -0.
      losses.append(0 - ElementaryFunction.log(probability))
      posterior = joint.map { $0 / probability }
      last = Int(symbol)
    }
    return losses
  }
}
