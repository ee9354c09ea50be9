import Kernels
import Language
import Training

/// `data.*`: texts and problems to work on.
enum DataCommands {
  static let all: [any Command.Type] = [
    DataLegalTokens.self, DataOCRNoise.self,
    DataAddition.self, DataFormat.self, DataCharBench.self, DataStories.self,
    DataArithmetic.self, DataChain.self, DataCountdown.self, DataLists.self, DataGraph.self,
    DataSudoku.self, DataCipher.self, DataLookup.self, DataPermute.self, DataMarkov.self,
    DataCheck.self, DataSplit.self, DataDigits.self, DataGlyphs.self, DataCorpus.self,
    DataInstall.self,
  ]
}

/// How generated stories are given.
enum StoriesForm: String, WordParameter {
  case text, list, table
}

/// `data.stories`: a world of little stories, for machines without a corpus.
struct DataStories: Command {
  static let name = "data.stories"
  static let summary =
    "Generate little English stories whose characters and things stay consistent."
  static let searchWords = ["corpus", "text", "generate", "tinystories", "synthetic"]
  static let isRandom = true
  static let result = ValueType.any
  static let examples = [
    Example("data.stories(3, seed=1) == data.stories(3, seed=1)", shows: "true"),
    Example("len(data.stories(5, seed=2, form=list))", shows: "5"),
  ]

  let count = Argument("How many stories.", default: 100)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")
  let form = Option<StoriesForm>(
    "One text, a list of texts, or a table with title, scheme and text.", default: .text)

  func run(_ call: Call) throws -> Value {
    let count = try call[count]
    guard (1...1_000_000).contains(count) else {
      throw LanguageError.outOfRange(
        command: Self.name, parameter: "count", given: "\(count)", range: "1...1000000"
      ).at(call.span(of: self.count))
    }
    let seed = call.worldSeed(try call[seed], Self.name)
    let form = try call[form]
    let task = call.session.progress.start("stories", total: count)
    defer { task.finish() }
    let generator = StoryGenerator(seed: seed)
    let stories = try (0..<count).map { index in
      try Cancellation.check()
      defer { task.advance() }
      return generator.story(index)
    }
    switch form {
    case .text: return .string(stories.map { $0.text + "\n" }.joined(separator: "\n"))
    case .list: return .list(stories.map { .string($0.text) })
    case .table:
      return .table(
        Table(
          rows: stories.map {
            Record([
              ("title", .string($0.title)), ("scheme", .string($0.scheme)),
              ("text", .string($0.text)),
            ])
          }))
    }
  }
}
