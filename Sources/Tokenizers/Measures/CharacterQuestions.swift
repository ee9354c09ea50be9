/// Questions on the letters of a word (CharBench: Uzan and Pinter, arXiv 2508.02591).
public struct CharacterQuestion: Sendable, Equatable {
  public enum Task: String, Sendable, CaseIterable {
    case countCharacter = "count_char"
    case countUnique = "count_unique"
    case findFirst = "find_first"
    case findLast = "find_last"

    public var isIndex: Bool { self == .findFirst || self == .findLast }
  }

  public let task: Task
  public let word: String
  /// The letter that is asked for; none where unique letters are counted.
  public let character: Character?
  /// A count, or an index from 0. Upper and lower case differ.
  public let answer: Int

  /// - Parameter place: which of the word's letters is asked for.
  init(_ task: Task, _ word: String, place: Int) {
    let letters = Array(word)
    let sought = letters[place]
    self.task = task
    self.word = word
    character = task == .countUnique ? nil : sought
    answer =
      switch task {
      case .countCharacter: letters.count { $0 == sought }
      case .countUnique: Set(letters).count
      case .findFirst: letters.firstIndex(of: sought) ?? 0
      case .findLast: letters.lastIndex(of: sought) ?? 0
      }
  }

  /// A question that was written down; nil where the word is not of the letters a to z, has not the
  /// character, or the answer is not the right one.
  public init?(_ task: Task, _ word: String, character: Character?, answer: Int) {
    let letters = Array(word)
    guard !letters.isEmpty, word.unicodeScalars.allSatisfy(Self.isPlainLetter),
      (character == nil) == (task == .countUnique),
      let place = character.map({ letters.firstIndex(of: $0) }) ?? 0
    else { return nil }
    self.init(task, word, place: place)
    if self.answer != answer { return nil }
  }

  /// The question as a model gets it: the paper's sentences, with the word in quotes.
  public var prompt: String {
    let named = character.map { "the character '\($0)'" } ?? ""
    return switch task {
    case .countCharacter: "How many times does \(named) appear in the string '\(word)'?"
    case .countUnique: "How many unique characters appear in the string '\(word)'?"
    case .findFirst:
      "What is the index of the first occurrence of \(named) in the string '\(word)'?\n"
        + "Start counting from 0."
    case .findLast:
      "What is the index of the last occurrence of \(named) in the string '\(word)'?\n"
        + "Start counting from 0."
    }
  }

  /// The words of a text that are letters from a to z only, as `\b[a-zA-Z]+\b` finds them: no part
  /// of a run with other letters, digits or underscores.
  public static func words(in text: String) -> [String] {
    let scalars = text.unicodeScalars
    var words: [String] = []
    var (start, isInside, isPlain) = (scalars.startIndex, false, true)
    func close(at end: String.Index) {
      if isInside, isPlain { words.append(String(scalars[start..<end])) }
      (isInside, isPlain) = (false, true)
    }
    for (place, scalar) in zip(scalars.indices, scalars) {
      guard CharacterClasses.shared.flags(scalar.value) & wordCharacter != 0 else {
        close(at: place)
        continue
      }
      if !isInside { (start, isInside) = (place, true) }
      isPlain = isPlain && isPlainLetter(scalar)
    }
    close(at: scalars.endIndex)
    return words
  }

  private static let wordCharacter = CharacterClasses.word | CharacterClasses.number

  private static func isPlainLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  /// Questions on distinct words, each word used once.
  ///
  /// - Parameters:
  ///   - words: `[a-zA-Z]+`; others and repeated ones are left out.
  ///   - perCell: how many questions each length and task gets.
  /// - Throws: ``TokenizerError/tooFewWords(length:found:needed:)`` where words run out.
  public static func questions(
    words: [String], perCell: Int, seed: UInt64, lengths: ClosedRange<Int> = 4...10
  ) throws(TokenizerError) -> [CharacterQuestion] {
    var byLength: [Int: [String]] = [:]
    var seen: Set<String> = []
    for word in words where lengths.contains(word.utf8.count) {
      if word.unicodeScalars.allSatisfy(isPlainLetter), seen.insert(word).inserted {
        byLength[word.utf8.count, default: []].append(word)
      }
    }
    var questions: [CharacterQuestion] = []
    for length in lengths {
      var words = (byLength[length] ?? []).sorted()
      let needed = perCell * Task.allCases.count
      if words.count < needed {
        throw .tooFewWords(length: length, found: words.count, needed: needed)
      }
      var generator = SplitMix(seed: SplitMix.mixed(seed &+ UInt64(length)))
      // Fisher and Yates, by our own draws: the standard library's may change.
      for place in stride(from: words.count - 1, to: 0, by: -1) {
        words.swapAt(place, generator.index(below: place + 1))
      }
      for (number, task) in Task.allCases.enumerated() {
        for word in words[number * perCell..<(number + 1) * perCell] {
          let place = generator.index(below: length)
          questions.append(CharacterQuestion(task, word, place: place))
        }
      }
    }
    return questions
  }

  /// What about a question may make it hard for a model.
  public struct Properties: Sendable, Equatable {
    public let wordLength: Int
    public let answer: Int
    public let tokens: Int
    /// Letters per token.
    public let compression: Double
    /// The letters of the token that holds the answer's place; none for counts.
    public let targetTokenLength: Int?

    public var answerShare: Double { Double(answer) / Double(wordLength) }
  }

  /// - Parameter tokenLengths: how many letters each token of the word has.
  /// - Throws: ``TokenizerError/differentTexts(byte:)`` if they do not make up the word.
  public func properties(tokenLengths: [Int]) throws(TokenizerError) -> Properties {
    let length = word.utf8.count
    let sum = tokenLengths.reduce(0, +)
    if sum != length { throw .differentTexts(byte: min(sum, length)) }
    var target: Int?
    if task.isIndex {
      var end = 0
      target = tokenLengths.first {
        end += $0
        return answer < end
      }
    }
    return Properties(
      wordLength: length, answer: answer, tokens: tokenLengths.count,
      compression: Double(length) / Double(tokenLengths.count), targetTokenLength: target)
  }

  /// The properties of the bare word under a tokenizer, as the paper takes them.
  ///
  /// - Throws: ``TokenizerError/noOffsets(tokenizer:reason:)`` where tokens have no places.
  public func properties(_ tokenizer: Tokenizer) throws(TokenizerError) -> Properties {
    try properties(tokenLengths: try tokenizer.places(in: word).map(\.bytes.count))
  }

  /// The properties of the word as it stands in a sentence: of a token that reaches beyond it, such
  /// as one with the quote before the word, only the word's letters count.
  ///
  /// - Throws: ``TokenizerError/noOffsets(tokenizer:reason:)`` where tokens have no places or the
  ///   sentence does not have the word in single quotes.
  public func properties(_ tokenizer: Tokenizer, in sentence: String) throws(TokenizerError)
    -> Properties
  {
    let (bytes, sought) = (Array(sentence.utf8), Array("'\(word)'".utf8))
    // The last one: a letter that is asked for stands before the word, in quotes too.
    let found = stride(from: bytes.count - sought.count, through: 0, by: -1).first {
      bytes[$0...].starts(with: sought)
    }
    guard let found else {
      throw .noOffsets(tokenizer: tokenizer.name, reason: "the sentence has no '\(word)'")
    }
    let range = found + 1..<found + sought.count - 1
    let lengths = try tokenizer.places(in: sentence)
      .map { $0.bytes.clamped(to: range).count }.filter { $0 > 0 }
    return try properties(tokenLengths: lengths)
  }
}

extension SplitMix {
  /// An index drawn evenly from `0..<limit`.
  mutating func index(below limit: Int) -> Int {
    let limit = UInt64(limit)
    // Rejects the few draws that would favour the first indices.
    let rest = (UInt64.max % limit + 1) % limit
    while true {
      let drawn = next()
      if rest == 0 || drawn <= UInt64.max - rest { return Int(drawn % limit) }
    }
  }
}
