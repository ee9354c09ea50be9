/// Questions on the letters of a word (CharBench: Uzan and Pinter, arXiv 2508.02591).
public struct CharacterQuestion: Sendable, Equatable {
  public enum Task: String, Sendable, CaseIterable {
    case countCharacter, countUnique, findFirst, findLast

    var isIndex: Bool { self == .findFirst || self == .findLast }
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

  /// Questions on distinct words of 4 to 10 letters, each word used once.
  ///
  /// - Parameters:
  ///   - words: `[a-zA-Z]+`; others and repeated ones are left out.
  ///   - perCell: how many questions each length and task gets; fewer where words run out.
  public static func questions(
    words: [String], perCell: Int, seed: UInt64, lengths: ClosedRange<Int> = 4...10
  ) -> [CharacterQuestion] {
    var byLength: [Int: [String]] = [:]
    var seen: Set<String> = []
    for word in words where lengths.contains(word.utf8.count) {
      let isWord = word.utf8.allSatisfy {
        (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
      }
      if isWord, seen.insert(word).inserted { byLength[word.utf8.count, default: []].append(word) }
    }
    var questions: [CharacterQuestion] = []
    for length in lengths {
      var words = (byLength[length] ?? []).sorted()
      var generator = SplitMix(seed: SplitMix.mixed(seed &+ UInt64(length)))
      // Fisher and Yates, by our own draws: the standard library's may change.
      for place in stride(from: words.count - 1, to: 0, by: -1) {
        words.swapAt(place, generator.index(below: place + 1))
      }
      for (number, task) in Task.allCases.enumerated() {
        let start = min(words.count, number * perCell)
        for word in words[start..<min(words.count, start + perCell)] {
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

  /// The properties of the bare word under a tokenizer.
  public func properties(_ tokenizer: Tokenizer) throws(TokenizerError) -> Properties {
    var lengths: [Int] = []
    for id in try tokenizer.encode(word) { lengths.append(try tokenizer.tokenBytes(id).count) }
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
