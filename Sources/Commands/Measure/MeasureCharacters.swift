import Language
import Tokenizers

/// `measure.charprops`: what about a question on letters may make it hard.
struct MeasureCharacters: Command {
  static let name = "measure.charprops"
  static let summary =
    "Measure the properties of questions on letters: word length, answer, tokens, letters per token."
  static let searchWords = ["charbench", "spelling", "target token length", "compression"]
  static let source: Source? = DataCharBench.source
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "x" vocab=256; data.charbench "this that then them" per_length=4 lengths=4..4 seed=1 | measure.charprops t | select [task, wl, nt, cr, ttl]"#,
      shows:
        "task          wl  nt  cr   ttl\ncount_char     4   4   1  null\ncount_unique   4   4   1  null\nfind_first     4   4   1     1\nfind_last      4   4   1     1"
    )
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let questions = Argument<Table>(
    "Questions as data.charbench gives them: columns task, word, character, answer, and a prompt if there is one.",
    piped: true)

  func run(_ call: Call) throws -> Value {
    let (tokenizer, table) = (try call[tokenizer].tokenizer, try call[questions])
    let rows = try table.rows.map { row in
      let question = try question(row, table, call)
      let bare = try question.properties(tokenizer)
      var row = row
      row["wl"] = .int(bare.wordLength)
      row["gt"] = .int(bare.answer)
      row["gt_wl"] = .float(bare.answerShare)
      row["nt"] = .int(bare.tokens)
      row["cr"] = .float(bare.compression)
      row["ttl"] = bare.targetTokenLength.map { .int($0) } ?? .null
      if let prompt = row["prompt"]?.stringValue {
        let inside = try question.properties(tokenizer, in: prompt)
        row["nt_prompt"] = .int(inside.tokens)
        row["cr_prompt"] = .float(inside.compression)
        row["ttl_prompt"] = inside.targetTokenLength.map { .int($0) } ?? .null
      }
      return row
    }
    return .table(Table(rows: rows))
  }

  private func question(_ row: Record, _ table: Table, _ call: Call) throws -> CharacterQuestion {
    for name in ["task", "word", "answer"] where row[name] == nil {
      throw LanguageError.noColumn(name: name, suggestion: nil, columns: table.names)
        .at(call.span(of: questions))
    }
    guard let task = row["task"]?.stringValue.flatMap(CharacterQuestion.Task.init(rawValue:)),
      let word = row["word"]?.stringValue, let answer = row["answer"]?.intValue,
      let question = CharacterQuestion(
        task, word, character: row["character"]?.stringValue?.first, answer: answer)
    else {
      throw LanguageError.cannotConvert(Value.record(row).inline, to: "question on letters")
        .at(call.span(of: questions))
    }
    return question
  }
}
