import Files
import Language
import Testing

@testable import Prompt

private enum Kind: String, WordParameter { case bpe, byte, unigram }

private struct Train: Command {
  static let name = "tokenizer.train"
  static let summary = "Trains."
  static let result = ValueType.record
  static let examples: [Example] = []
  let text = Argument<String>("What to train on.")
  let kind = Option<Kind>("Which kind.", default: .bpe)
  let vocab = Option<Int>("How many tokens.", default: 100)
  let fresh = Option<Bool>("Whether to start anew.", default: false)
  func run(_ call: Call) throws -> Value { .null }
}

private struct Load: Command {
  static let name = "tokenizer.load"
  static let summary = "Loads."
  static let result = ValueType.record
  static let examples: [Example] = []
  let path = Argument<FilePath>("What to load.")
  func run(_ call: Call) throws -> Value { .null }
}

private struct Take: Command {
  static let name = "take"
  static let summary = "Takes."
  static let result = ValueType.record
  static let examples: [Example] = []
  let mode = Argument<Kind>("How.")
  let record = Argument<Record>("What.", default: Record(), piped: true)
  func run(_ call: Call) throws -> Value { .null }
}

@Suite("What Tab offers") struct CompletionTests {
  let session: Session

  init() {
    session = Session(registry: CommandRegistry([Train.self, Load.self, Take.self]))
    session.bind("tokens", to: .list([.int(1)]))
    session.bind("total", to: .int(3))
    session.bind("text", to: .string("a"))
    let inner = Record([("layers", .int(2)), ("width", .int(8))])
    session.bind("lm", to: .record(Record([("config", .record(inner)), ("name", .string("m"))])))
  }

  private func offers(_ text: String) -> [String] {
    Completion(session: session).candidates(after: text).candidates
  }

  @Test("commands by family first, then by verb")
  func commands() {
    #expect(offers("t").contains("tokenizer."))
    #expect(offers("toke") == ["tokenizer.load", "tokenizer.train", "tokens"])
    #expect(offers("tokeniz") == ["tokenizer.load", "tokenizer.train"])
    #expect(offers("tokenizer.t") == ["tokenizer.train"])
    #expect(offers("x = tokenizer.l") == ["tokenizer.load"])
    #expect(offers("text | tak") == ["take"])
  }

  @Test("keywords once a letter is typed, variables always")
  func names() {
    #expect(offers("") == ["lm", "take", "text", "tokenizer.", "tokens", "total"])
    #expect(offers("fo") == ["for"])
    #expect(offers("1 + to") == ["tokenizer.load", "tokenizer.train", "tokens", "total"])
    #expect(offers("lm == te") == ["text"])
  }

  @Test("parameters that are not given yet, with their sign")
  func parameters() {
    #expect(offers("tokenizer.train text vo") == ["vocab="])
    #expect(
      offers("tokenizer.train text kind=bpe ") == [
        "fresh=", "lm", "text", "text=", "tokens", "total", "vocab=",
      ])
    #expect(offers("text | tokenizer.train k") == ["kind="])
    #expect(offers("text | tokenizer.train te") == ["text"])
    #expect(offers("tokenizer.train(text, f") == ["fresh="])
  }

  @Test("the words a parameter takes")
  func words() {
    #expect(offers("tokenizer.train text kind=b") == ["bpe", "byte"])
    #expect(offers("tokenizer.train text kind=u") == ["unigram"])
    #expect(
      offers("tokenizer.train text fresh=") == ["false", "lm", "text", "tokens", "total", "true"])
    #expect(offers("take u") == ["unigram"])
    #expect(offers("lm | take b") == ["bpe", "byte"])
  }

  @Test("variables whose value fits come alone")
  func fittingVariables() {
    #expect(offers("tokenizer.train t").contains("text"))
    #expect(!offers("tokenizer.train t").contains("tokens"))
    #expect(offers("tokenizer.train text vocab=t") == ["total"])
  }

  @Test("fields, at any depth")
  func fields() {
    #expect(offers("lm.") == ["config", "name"])
    #expect(offers("lm.config.l") == ["layers"])
    #expect(offers("1 + lm.config.") == ["layers", "width"])
    #expect(offers("lm.nothing.") == [])
    #expect(offers("tokens.") == [])
    let result = Completion(session: session).candidates(after: "x = lm.config.wi")
    #expect(result == Completion.Result(start: 14, candidates: ["width"], ending: ""))
  }

  @Test("paths inside quotes, folders with their stroke")
  func paths() throws {
    let folder = try TestFolder()
    try folder.make("corpus one.txt")
    try folder.make("corpora/a.txt")
    try folder.make(".hidden")
    let files = FileAccess(folder: folder.path)
    let session = Session(registry: CommandRegistry([Load.self]), files: files)
    let completion = Completion(session: session)
    func offers(_ text: String) -> Completion.Result { completion.candidates(after: text) }

    #expect(offers("tokenizer.load \"cor").candidates == ["corpora/", "corpus one.txt"])
    #expect(offers("tokenizer.load \"corpu").candidates == ["corpus one.txt"])
    #expect(offers("tokenizer.load \"corpu").ending == "\"")
    #expect(offers("tokenizer.load 'corpora/").candidates == ["a.txt"])
    #expect(offers("tokenizer.load 'corpora/").start == 24)
    #expect(offers("tokenizer.load \"corpo").ending == "")
    #expect(offers("tokenizer.load \".h").candidates == [".hidden"])
    #expect(offers("tokenizer.load \"nowhere/").candidates == [])
    #expect(offers("tokenizer.load \"\(folder.path)/corpo").candidates == ["corpora/"])
  }

  @Test("nothing where time is up")
  func deadline() throws {
    let folder = try TestFolder()
    for number in 0..<200 { try folder.make("file\(number)") }
    let session = Session(
      registry: CommandRegistry([]), files: FileAccess(folder: folder.path))
    let none = Completion(session: session, timeLimit: .zero).candidates(after: "\"file")
    #expect(none.candidates == [])
    let all = Completion(session: session, timeLimit: .seconds(60)).candidates(after: "\"file")
    #expect(all.candidates.count == 200)
  }

  @Test("nothing is run: an unknown command's arguments are names")
  func unknownCommand() {
    #expect(offers("nowhere.at to") == ["tokenizer.load", "tokenizer.train", "tokens", "total"])
    #expect(offers("# to") == [])
  }
}
