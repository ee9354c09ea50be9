import Tensors

/// Examples of one rearrangement, and a tuple to be rearranged so: `abc>cab fde>efd ghi>` wants `igh` (the
/// Permutation task of lexinvariant models, arXiv 2305.16349).
///
/// The symbols of a tuple are different, so that one example tells the permutation, which is drawn evenly.
public struct PermutationWorld: World {
  public let seed: UInt64
  public let sizes: [Int]
  public let examples: [Int]
  public let alphabet: [Unicode.Scalar]

  /// - Parameters:
  ///   - sizes: the symbols of a tuple, `2...64` and no more than the alphabet's; problems take these
  ///     in turn.
  ///   - examples: `1...1000`; problems take these in turn, each for all sizes before the next.
  ///   - alphabet: different symbols, without `>` and blanks.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``.
  public init(
    seed: UInt64, sizes: [Int] = [4], examples: [Int] = [4],
    alphabet: String = SymbolAlphabet.letters
  ) throws(TrainingError) {
    self.alphabet = try SymbolAlphabet.symbols(of: alphabet)
    try TrainingError.check("size", each: sizes, in: 2...min(64, self.alphabet.count))
    try TrainingError.check("examples", each: examples, in: 1...1000)
    self.seed = seed
    self.sizes = sizes
    self.examples = examples
  }

  public func problem(_ index: Int) -> PermutationProblem {
    var stream = stream(index)
    let size = sizes[index % sizes.count]
    let permutation = stream.permutation(size)
    let tuples = (0...examples[index / sizes.count % examples.count]).map { _ in
      stream.permutation(alphabet.count).prefix(size).map { alphabet[$0] }
    }
    return PermutationProblem(permutation: permutation, tuples: tuples)
  }
}

/// Tuples rearranged in one way, and one to be rearranged.
public struct PermutationProblem: WorldProblem {
  public static let world = WorldKind.permute
  public static let needed = ["prompt"]
  public static let solutionColumn = "answer"

  /// Where the symbol at each place of the answer stood.
  public let permutation: [Int]
  /// The examples' tuples, and that of the question.
  public let tuples: [[Unicode.Scalar]]

  private func rearranged(_ tuple: [Unicode.Scalar]) -> String {
    SymbolAlphabet.text(permutation.map { tuple[$0] })
  }

  public var answer: String { tuples.last.map(rearranged) ?? "" }

  /// `abc>cab fde>efd ghi>`
  public var prompt: String {
    tuples.dropLast().map { "\(SymbolAlphabet.text($0))>\(rearranged($0)) " }.joined()
      + "\(SymbolAlphabet.text(tuples.last ?? []))>"
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("prompt", .text(prompt)), ("answer", .text(answer)),
      ("permutation", .integers(permutation)), ("examples", .integer(tuples.count - 1)),
    ]
  }

  init(permutation: [Int], tuples: [[Unicode.Scalar]]) {
    (self.permutation, self.tuples) = (permutation, tuples)
  }

  public init?(fields: [String: WorldField]) {
    guard let words = fields["prompt"]?.text?.unicodeScalars.split(separator: " ") else {
      return nil
    }
    let sides = words.map {
      $0.split(separator: ">", omittingEmptySubsequences: false).map(Array.init)
    }
    guard let example = sides.first, sides.count >= 2, sides.allSatisfy({ $0.count == 2 }),
      sides.allSatisfy({ $0[0].count == example[0].count }), sides[sides.count - 1][1].isEmpty
    else { return nil }
    let permutation = example[1].compactMap { example[0].firstIndex(of: $0) }
    guard Set(permutation).count == example[0].count, permutation.count == example[1].count,
      sides.dropLast().allSatisfy({ side in side[1] == permutation.map { side[0][$0] } })
    else { return nil }
    self.init(permutation: permutation, tuples: sides.map { $0[0] })
  }

  public func verdict(on answer: String) -> WorldVerdict {
    .comparing(WorldVerdict.trimmed(answer), with: self.answer)
  }
}
