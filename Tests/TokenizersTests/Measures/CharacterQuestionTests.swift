import Testing

@testable import Tokenizers

@Suite("Questions on characters") struct CharacterQuestionTests {
  private static let words: [String] = {
    var random = TestRandom(6)
    return (0..<3000).map { _ in
      String(
        decoding: random.bytes(
          Int.random(in: 3...11, using: &random), from: Array("abcdeABxyz".utf8)), as: UTF8.self)
    } + ["don't", "señor"]
  }()

  /// The answer by going over the word letter by letter.
  static func answer(_ question: CharacterQuestion) -> Int {
    var (count, first, last) = (0, -1, -1)
    var (seen, unique) = ("", 0)
    for (place, letter) in question.word.enumerated() {
      if !seen.contains(letter) { unique += 1 }
      seen.append(letter)
      guard letter == question.character else { continue }
      count += 1
      if first < 0 { first = place }
      last = place
    }
    switch question.task {
    case .countCharacter: return count
    case .countUnique: return unique
    case .findFirst: return first
    case .findLast: return last
    }
  }

  @Test("have their answers, and as many in every cell as were asked for")
  func cells() throws {
    let questions = try CharacterQuestion.questions(words: Self.words, perCell: 20, seed: 1)
    #expect(Set(questions.map(\.word)).count == questions.count)
    for task in CharacterQuestion.Task.allCases {
      for length in 4...10 {
        #expect(questions.count { $0.task == task && $0.word.count == length } == 20)
      }
    }
    #expect(
      try questions
        == CharacterQuestion.questions(words: Self.words.reversed(), perCell: 20, seed: 1))
    #expect(
      try questions != CharacterQuestion.questions(words: Self.words, perCell: 20, seed: 2))
    for question in questions {
      #expect(question.answer == Self.answer(question))
      let (task, word) = (question.task, question.word)
      let read = CharacterQuestion(
        task, word, character: question.character, answer: question.answer)
      #expect(read == question)
      #expect(
        CharacterQuestion(
          task, word, character: question.character, answer: question.answer + 1) == nil)
      #expect(question.prompt.contains("'\(question.word)'"))
      #expect((question.character == nil) == (question.task == .countUnique))
    }
    #expect(CharacterQuestion(.findFirst, "word", character: "x", answer: 0) == nil)
    #expect(CharacterQuestion(.findFirst, "word", character: nil, answer: 0) == nil)
    #expect(CharacterQuestion(.countUnique, "", character: nil, answer: 0) == nil)
    let few = #expect(throws: TokenizerError.self) {
      try CharacterQuestion.questions(words: ["four", "five", "nine"], perCell: 1, seed: 1)
    }
    #expect(few == .tooFewWords(length: 4, found: 3, needed: 4))
    #expect(few?.code == "E0578" && few?.hint != nil)
    #expect(few?.message == "4 different words of 4 letters are needed, the text has 3")
  }

  @Test("words are what the published pattern finds")
  func patternWords() {
    #expect(
      CharacterQuestion.words(in: "don't stop_now a1b señor, Word-play é\nx")
        == ["don", "t", "Word", "play", "x"])
    #expect(CharacterQuestion.words(in: "") == [])
  }

  @Test("a vocabulary of characters has one token a letter, bare and in a sentence")
  func characters() throws {
    let bytes = try BPETrainer(vocabularySize: 256).train(texts: ["x"]).tokenizer
    for question in try CharacterQuestion.questions(words: Self.words, perCell: 5, seed: 1) {
      let bare = try question.properties(bytes)
      #expect(bare.tokens == question.word.count && bare.compression == 1)
      #expect(bare.targetTokenLength == (question.task.isIndex ? 1 : nil))
      #expect(try question.properties(bytes, in: question.prompt) == bare)
      let halves = try question.properties(tokenLengths: [3, question.word.count - 3])
      if halves.targetTokenLength != nil {
        #expect(halves.targetTokenLength == (question.answer < 3 ? 3 : question.word.count - 3))
      }
    }
  }

  @Test("tokens tile the word, and in a sentence only its letters count")
  func tiling() throws {
    let text = "'s 'tis \(Self.words.joined(separator: " "))"
    let tokenizer = try BPETrainer(vocabularySize: 600, minimumFrequency: 1)
      .train(texts: [text]).tokenizer
    for question in try CharacterQuestion.questions(words: Self.words, perCell: 10, seed: 4) {
      let places = try tokenizer.places(in: question.word)
      #expect(places.first?.bytes.lowerBound == 0)
      #expect(places.last?.bytes.upperBound == question.word.utf8.count)
      #expect(
        zip(places, places.dropFirst()).allSatisfy { $0.bytes.upperBound == $1.bytes.lowerBound })
      let bare = try question.properties(tokenizer)
      #expect(bare.tokens == places.count)
      if let length = bare.targetTokenLength {
        let target = places.first { $0.bytes.contains(question.answer) }
        #expect(length == target?.bytes.count)
      }
      let sentence = try question.properties(tokenizer, in: question.prompt)
      #expect(sentence.wordLength == bare.wordLength && sentence.answer == bare.answer)
    }
    // GPT-2's pattern takes 's for an ending: the token has the quote and the word's first letter.
    let question = CharacterQuestion(.findFirst, "strawberry", place: 0)
    let spelled = try BPETrainer(vocabularySize: 300, minimumFrequency: 1)
      .train(texts: ["strawberry's"]).tokenizer
    #expect(try question.properties(spelled).targetTokenLength == 10)
    let quoted = try question.properties(spelled, in: "'strawberry' has an s first")
    #expect(quoted.targetTokenLength == 1 && quoted.tokens > 1)
    #expect(throws: TokenizerError.self) { try question.properties(tokenizer, in: "no word") }
    #expect(throws: TokenizerError.differentTexts(byte: 2)) {
      try question.properties(tokenLengths: [2])
    }
  }

  @Test("blanks that a vocabulary puts in front are no letters")
  func blanks() throws {
    let tokenizer = try SmallScores().read()
    let places = try tokenizer.places(in: "abcc")
    #expect(places.map(\.bytes) == [0..<3, 3..<4])
    let changing = try BPETrainer(vocabularySize: 256).train(texts: ["x"]).tokenizer
    #expect(try changing.places(in: "").isEmpty)
  }
}
