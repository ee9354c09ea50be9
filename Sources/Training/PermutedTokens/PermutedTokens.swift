import Kernels
import Tensors

/// The inverse permutation task in tokens, as an ordinary decoder reads it.
///
/// n symbols x are permuted by σ: the network reads σ(0) … σ(n - 1), then x at σ(0) … σ(n - 1), and is to
/// answer x at 0, … n - 1 (the token version of arXiv 2509.24125). Symbols are drawn evenly and each by
/// itself, so that what a row does not see cannot be guessed better than by chance.
///
/// Ids: the places `0..<n`, then the symbols, then a pad.
public struct PermutedTokens: Sendable, Equatable {
  /// Where the answers are read.
  public enum Reading: String, Sendable, CaseIterable {
    /// Answer j at the j-th symbol of the permuted string.
    case string
    /// The same, with n pads before the data: as many tokens as with pads behind it.
    case padsBefore = "pads_before"
    /// Answer j at the j-th of n pads behind the data.
    case pads
    /// The permuted string stands there twice; answer j at the j-th symbol of the second.
    case again
    /// One after the other behind a pad, each in view of those before it.
    case written
  }

  /// n.
  public let size: Int
  public let symbols: Int
  public let reading: Reading

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for a size outside 2...32 or symbols outside
  ///   2...1024.
  public init(size: Int, symbols: Int, reading: Reading) throws(TrainingError) {
    try TrainingError.check("n", size, in: 2...32)
    try TrainingError.check("symbols", symbols, in: 2...1024)
    (self.size, self.symbols, self.reading) = (size, symbols, reading)
  }

  /// Places, symbols and the pad.
  public var vocabularySize: Int { size + symbols + 1 }
  /// The id of symbol 0.
  var firstSymbol: Int32 { Int32(truncatingIfNeeded: size) }
  var pad: Int32 { Int32(truncatingIfNeeded: size + symbols) }

  /// Tokens that the network reads.
  public var length: Int { reading == .string ? 2 * size : 3 * size }
  /// Where the answers are read, in order.
  public var readRows: Range<Int> { length - size..<length }

  /// What the network reads of an example, with pads where its own answers come later.
  ///
  /// - Parameters:
  ///   - permutation: σ.
  ///   - string: x, numbers of symbols.
  public func input(permutation: [Int], string: [Int]) -> [Int32] {
    let places = permutation.map { Int32(truncatingIfNeeded: $0) }
    let permuted = permutation.map { firstSymbol + Int32(truncatingIfNeeded: string[$0]) }
    let pads = [Int32](repeating: pad, count: size)
    switch reading {
    case .string: return places + permuted
    case .padsBefore: return pads + places + permuted
    case .pads, .written: return places + permuted + pads
    case .again: return places + permuted + permuted
    }
  }

  /// The ids of the answers.
  public func answers(_ string: [Int]) -> [Int32] {
    string.map { firstSymbol + Int32(truncatingIfNeeded: $0) }
  }

  /// The input with right answers in place of pads where the reading shows them, then the answers.
  func example(permutation: [Int], string: [Int]) -> TokenExample {
    var read = input(permutation: permutation, string: string)
    let wanted = answers(string)
    if reading == .written { read.replaceSubrange((length - size + 1)..., with: wanted.dropLast()) }
    return TokenExample(read + wanted)
  }

  /// Any permutation and any string, each equally likely.
  func example(_ stream: inout RandomStream) -> TokenExample {
    let permutation = stream.permutation(size)
    return example(
      permutation: permutation, string: (0..<size).map { _ in stream.int(below: symbols) })
  }

  // MARK: Floors

  /// The probability that the row where answer j is read sees it.
  public func solvableShare(of j: Int) -> Double {
    switch reading {
    case .string, .padsBefore: Double(j + 1) / Double(size)
    case .pads, .again, .written: 1
    }
  }

  /// The share of answers that can be known: (n + 1)/2n at the string.
  public var solvableShare: Double {
    (0..<size).reduce(0.0) { $0 + solvableShare(of: $1) } / Double(size)
  }

  /// The greatest share of right answers: of those that cannot be known, one in as many as there are symbols.
  public var greatestAccuracy: Double { solvableShare + (1 - solvableShare) / Double(symbols) }

  /// The least cross-entropy of an answer in nats.
  public var leastLoss: Double {
    (1 - solvableShare) * ElementaryFunction.log(Double(symbols))
  }
}

/// Batches of random examples without end: the n-th is drawn from a stream of its own.
struct PermutedTokenBatches: BatchSource {
  let task: PermutedTokens
  let count: Int
  let seed: UInt64

  var digest: String {
    "\(count) of \(task.size) of \(task.symbols) symbols, \(task.reading.rawValue), seed \(seed)"
  }
  /// No batch comes twice, so that a pass has one.
  var batchesPerPass: Int { 1 }

  func batch(_ number: Int) -> [TokenExample] {
    var stream = RandomStream(seed: seed, path: ["permuted tokens", "batch \(number)"])
    return (0..<max(count, 0)).map { _ in task.example(&stream) }
  }
}
