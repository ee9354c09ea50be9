import Tensors

/// Pairs of symbols, and a key whose value is asked for: `q>a w>x e>b w>` wants `x` (the LookUp task of
/// lexinvariant models, arXiv 2305.16349).
///
/// Keys are different, values too, so that a guess by what is frequent is right once in `pairs` times.
public struct LookupWorld: World {
  public let seed: UInt64
  public let pairs: [Int]
  public let alphabet: [Unicode.Scalar]

  /// - Parameters:
  ///   - pairs: `1...1000`, and no more than the alphabet's symbols; problems take these in turn.
  ///   - alphabet: different symbols, without `>` and blanks.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``.
  public init(seed: UInt64, pairs: [Int] = [8], alphabet: String = SymbolAlphabet.letters)
    throws(TrainingError)
  {
    self.alphabet = try SymbolAlphabet.symbols(of: alphabet)
    try TrainingError.check("pairs", each: pairs, in: 1...min(1000, self.alphabet.count))
    self.seed = seed
    self.pairs = pairs
  }

  public func problem(_ index: Int) -> LookupProblem {
    var stream = stream(index)
    let count = pairs[index % pairs.count]
    let keys = stream.permutation(alphabet.count).prefix(count).map { alphabet[$0] }
    let values = stream.permutation(alphabet.count).prefix(count).map { alphabet[$0] }
    return LookupProblem(keys: keys, values: values, asked: stream.int(below: count))
  }
}

/// Pairs, and the key that is asked for.
public struct LookupProblem: WorldProblem {
  public static let world = WorldKind.lookup
  public static let needed = ["prompt"]
  public static let solutionColumn = "answer"

  public let keys: [Unicode.Scalar]
  public let values: [Unicode.Scalar]
  /// The place of the pair whose value is asked for.
  public let asked: Int

  public var answer: String { String(values[asked]) }

  /// `q>a w>x e>b w>`
  public var prompt: String {
    zip(keys, values).map { "\($0)>\($1) " }.joined() + "\(keys[asked])>"
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("prompt", .text(prompt)), ("answer", .text(answer)), ("pairs", .integer(keys.count)),
      ("asked", .integer(asked)),
    ]
  }

  init(keys: [Unicode.Scalar], values: [Unicode.Scalar], asked: Int) {
    (self.keys, self.values, self.asked) = (keys, values, asked)
  }

  public init?(fields: [String: WorldField]) {
    guard
      let words = fields["prompt"]?.text?.unicodeScalars.split(separator: " ").map(Array.init),
      let question = words.last, question.count == 2, question[1] == ">",
      words.dropLast().allSatisfy({ $0.count == 3 && $0[1] == ">" }),
      let asked = words.firstIndex(where: { $0[0] == question[0] }), asked < words.count - 1
    else { return nil }
    let pairs = words.dropLast()
    self.init(keys: pairs.map { $0[0] }, values: pairs.map { $0[2] }, asked: asked)
  }

  public func verdict(on answer: String) -> WorldVerdict {
    .comparing(WorldVerdict.trimmed(answer), with: self.answer)
  }
}
