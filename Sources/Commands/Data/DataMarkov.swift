import Language
import Models
import Tensors

/// `data.markov`: texts of a source whose probabilities are known.
struct DataMarkov: Command {
  static let name = "data.markov"
  static let summary =
    "Draw texts of a few symbols where each depends on the one before it, by given probabilities."
  static let searchWords = ["bigram", "chain", "source", "toy", "generate", "lexinvariant"]
  static let isRandom = true
  static let result = ValueType.list(of: .string)
  static let examples = [
    Example(
      "data.markov([[0, 1], [1, 0]], n=2, length=4, start=[1, 0], seed=1)",
      shows: #"["abab", "abab"]"#)
  ]

  let symbols = BigramOptions()
  let n = Option("How many texts.", default: 100, in: 0...1_000_000)
  let length = Option("How many symbols a text has.", default: 64, in: 1...1_000_000)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let (source, length) = (try symbols.source(call), try call[length])
    let seed = call.worldSeed(try call[seed], Self.name)
    return .list(
      try (0..<(try call[n])).map { row in
        let stream = RandomStream(seed: seed, path: [Self.name, String(row)])
        return .string(try source.text(of: source.sequence(length: length, stream: stream)))
      })
  }
}
