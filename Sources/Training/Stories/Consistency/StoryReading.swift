/// A word of a story, with what a reader sees of where it stands.
struct StoryWord: Sendable {
  /// As written, without `'s`.
  let text: String
  let lower: String
  let isPossessive: Bool
  /// In scalars from the text's start.
  let place: Int
  let sentence: Int
  let paragraph: Int
  /// The number of the quotation that it stands in.
  let quotation: Int?
  /// It is the first of a sentence or a quotation, or stands behind an end mark.
  let opens: Bool
  /// The marks between it and the word before.
  let marks: String

  var isNarrated: Bool { quotation == nil }
  var isCapitalized: Bool { text.first?.isUppercase == true }
}

/// A story's text as words in sentences, read without knowing who wrote it.
///
/// Sentences end at an end mark outside of quotations, or behind a quotation that ends with one where the
/// next word begins anew. A line end always ends them.
struct StoryReading: Sendable {
  private(set) var words: [StoryWord] = []
  /// The words of each sentence.
  private(set) var sentences: [Range<Int>] = []
  /// Where a quotation begins that its paragraph does not end.
  private(set) var openQuotation: Int?
  /// The last marks of the text end a sentence.
  private(set) var isFinished = false
  let scalars: Int

  private var letters: [Unicode.Scalar] = []
  private var wordPlace = 0
  private var marks = ""
  private var quotation = -1
  private var quotationPlace: Int?
  private var paragraph = 0
  private var endMark = EndMark.outside
  private var isNewParagraph = true

  private enum EndMark { case none, inside, outside }

  init(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    self.scalars = scalars.count
    for (place, scalar) in scalars.enumerated() {
      if Self.isLetter(scalar)
        || !letters.isEmpty && (scalar == "-" || scalar == "'") && place + 1 < scalars.count
          && Self.isLetter(scalars[place + 1])
      {
        if letters.isEmpty { wordPlace = place }
        letters.append(scalar)
      } else {
        endWord()
        read(mark: scalar, place)
      }
    }
    endWord()
    if let place = quotationPlace { openQuotation = openQuotation ?? place }
    isFinished = endMark != .none && !words.isEmpty
  }

  /// The words of a sentence that stand outside of quotations.
  func narrated(_ sentence: Int) -> [Int] { sentences[sentence].filter { words[$0].isNarrated } }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }

  private mutating func read(mark: Unicode.Scalar, _ place: Int) {
    switch mark {
    case " ", "\t", "\r": return
    case "\n":
      isNewParagraph = true
      openQuotation = openQuotation ?? quotationPlace
      quotationPlace = nil
      return
    case "\"":
      if quotationPlace == nil {
        quotation += 1
        quotationPlace = place
      } else {
        quotationPlace = nil
      }
    case ".", "!", "?": endMark = quotationPlace == nil ? .outside : .inside
    default: endMark = .none
    }
    marks.unicodeScalars.append(mark)
  }

  private mutating func endWord() {
    guard let first = letters.first else { return }
    var text = ""
    text.unicodeScalars.append(contentsOf: letters)
    let isPossessive = text.hasSuffix("'s")
    if isPossessive { text.removeLast(2) }
    let number = quotationPlace == nil ? nil : quotation
    let isOther = words.last.map { $0.quotation != number } ?? true
    let isNew =
      isNewParagraph || endMark == .outside
      || endMark == .inside && isOther && (number != nil || first.properties.isUppercase)
    if isNewParagraph && !words.isEmpty { paragraph += 1 }
    if isNew { sentences.append(words.count..<words.count) }
    sentences[sentences.count - 1] = sentences[sentences.count - 1].lowerBound..<words.count + 1
    words.append(
      StoryWord(
        text: text, lower: text.lowercased(), isPossessive: isPossessive, place: wordPlace,
        sentence: sentences.count - 1, paragraph: paragraph, quotation: number,
        opens: isNew || endMark != .none || isOther && number != nil, marks: marks))
    (letters, marks, endMark, isNewParagraph) = ([], "", .none, false)
  }
}
