/// Whether a story's characters and things stay the same from its first to its last sentence.
///
/// It reads the text alone and knows of the generator only the lists of names and nouns, so it judges what a
/// model writes as it judges the generator's own stories. It holds a text against what readers of such
/// stories take for granted:
///
/// - everybody is introduced before being spoken of, once, and keeps name and kind;
/// - a pronoun means somebody of its kind who was spoken of in the same sentence or the one before;
/// - nobody talks to, gives to, or does something together with oneself;
/// - a thing that is spoken of as known was told of before, has the same adjectives, and is given away by
///   whoever has it;
/// - what is planned, planted, learned or bought is what it comes to;
/// - no sentence is told twice, quotations are closed, and the last sentence has an end.
///
/// What it cannot see: sentences without sense, and a wrong pronoun that could mean somebody else there.
public struct StoryConsistency: Sendable, Equatable {
  /// Everybody who was introduced, in order; the kind is empty where the text does not tell it.
  public let characters: [StoryCharacter]
  /// The earliest thing that does not fit; nil for a consistent story.
  public let first: StoryInconsistency?

  public var isConsistent: Bool { first == nil }

  /// The fewest sentences of a story.
  static let fewestSentences = 6

  /// Reads a story.
  ///
  /// - Complexity: linear in the text's length.
  public init(_ text: String) {
    var reader = StoryReader(StoryReading(text))
    reader.readPeople()
    // Of two findings at one word the first is told: a gift says more than a name told twice.
    reader.readGifts()
    reader.readSpeech()
    reader.readThings()
    reader.readDetails()
    reader.readForm()
    characters = reader.people
    first = reader.findings.min { $0.place < $1.place }
  }
}

/// Something in a story that does not fit what was told before.
public struct StoryInconsistency: Sendable, Equatable {
  /// What it is about.
  public enum Matter: String, Sendable, CaseIterable {
    /// Who somebody is.
    case name, kind, pronoun
    /// Who speaks, and to whom.
    case speech
    case thing
    /// Who has a thing.
    case gift
    /// What is planned, planted, learned, bought.
    case detail
    /// Repetition, quotation marks, the end.
    case form
  }

  public let matter: Matter
  /// In scalars from the text's start.
  public let place: Int
  /// The sentence, from 0.
  public let sentence: Int
  /// The word that does not fit.
  public let word: String
  /// Why it does not, as a clause.
  public let reason: String
}

/// A reading of one story in the making: who is known by now, and what did not fit.
struct StoryReader {
  let reading: StoryReading
  var people: [StoryCharacter] = []
  var findings: [StoryInconsistency] = []
  /// Whom each word means, by its number: names and pronouns outside of quotations.
  var meant: [Int: String] = [:]

  init(_ reading: StoryReading) { self.reading = reading }

  var words: [StoryWord] { reading.words }

  mutating func find(_ matter: StoryInconsistency.Matter, _ index: Int, _ reason: String) {
    // A text without words has no word that could be wrong.
    let word = words.indices.contains(index) ? words[index] : nil
    findings.append(
      StoryInconsistency(
        matter: matter, place: word?.place ?? 0, sentence: word?.sentence ?? 0,
        word: word?.text ?? "", reason: reason))
  }

  /// The word at a place in lower case, if it stands in the same sentence as another.
  func lower(_ index: Int, with other: Int) -> String? {
    guard words.indices.contains(index), words[index].sentence == words[other].sentence else {
      return nil
    }
    return words[index].lower
  }

  func person(_ name: String) -> StoryCharacter? { people.first { $0.name == name } }

  /// The character whose name a word is.
  func named(_ index: Int) -> StoryCharacter? {
    words.indices.contains(index) ? person(words[index].text) : nil
  }
}
