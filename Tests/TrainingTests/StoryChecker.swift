import Training

/// Reads a story's text and its record side by side and lists everything that does not fit.
///
/// Slow, and independent of the generator: it splits the text itself, finds out by its own rules whom a
/// pronoun means, and acts the events out to see that things and characters are where they are said to be.
struct StoryChecker {
  private let story: Story
  private(set) var problems: [String] = []

  static func problems(of story: Story) -> [String] {
    var checker = StoryChecker(story)
    checker.checkText()
    checker.checkPeople()
    checker.checkThings()
    checker.checkEvents()
    checker.checkWeather()
    return checker.problems
  }

  private init(_ story: Story) { self.story = story }

  private mutating func problem(_ text: String, _ sentence: Int? = nil) {
    let place = sentence.map { ": " + story.sentences[$0].text } ?? ""
    problems.append("[\(story.scheme)] \(text)\(place)")
  }

  // MARK: Reading

  /// The words of a text; of those inside quotations only if asked.
  private static func words(_ text: String, quoted: Bool = false) -> [String] {
    var result: [String] = []
    var word = ""
    var inside = false
    for character in text + " " {
      if character.isLetter || character == "-" || character == "'" {
        word.append(character)
        continue
      }
      if !word.isEmpty && (quoted || !inside) { result.append(word) }
      word = ""
      if character == "\"" { inside.toggle() }
    }
    return result
  }

  private static func withoutPossessive(_ word: String) -> String {
    word.hasSuffix("'s") ? String(word.dropLast(2)) : word
  }

  // MARK: The text as a text

  private mutating func checkText() {
    var whole = ""
    for (index, sentence) in story.sentences.enumerated() {
      if index > 0 {
        whole += sentence.paragraph == story.sentences[index - 1].paragraph ? " " : "\n"
      }
      whole += sentence.text
      checkSentence(sentence.text, index)
    }
    if whole != story.text { problem("the sentences do not make up the text") }
    if story.title.isEmpty || story.title.contains("{") { problem("the title is \(story.title)") }
    if !(6...60).contains(story.sentences.count) {
      problem("\(story.sentences.count) sentences")
    }
  }

  private mutating func checkSentence(_ text: String, _ index: Int) {
    if text.contains(where: { "{}[]|@\n\t".contains($0) }) { problem("template text left", index) }
    if text.contains("  ") { problem("two blanks", index) }
    for wrong in [" ,", " .", " !", " ?", "..", ",,", ",.", "a a ", "the the ", " and and "]
    where text.contains(wrong) {
      // "a a " is wrong only between blanks.
      if wrong == "a a " && !text.contains(" a a ") { continue }
      problem("'\(wrong)'", index)
    }
    guard let first = text.first(where: { $0 != "\"" }), first.isUppercase else {
      return problem("no capital at the start", index)
    }
    if text.filter({ $0 == "\"" }).count % 2 != 0 { problem("a quotation is open", index) }
    let end = text.last == "\"" ? text.dropLast().last : text.last
    if end.map({ ".!?".contains($0) }) != true { problem("no end mark", index) }
    checkArticles(text, index)
    // The same word twice in a row.
    let words = Self.words(text, quoted: true).map { $0.lowercased() }
    for (one, next) in zip(words, words.dropFirst())
    where one == next && !["that", "had", "her", "dug"].contains(one) && !text.contains(", " + next)
      && !text.contains("! ")
    {
      problem("'\(one)' twice", index)
    }
  }

  private mutating func checkArticles(_ text: String, _ index: Int) {
    let words = Self.words(text, quoted: true)
    for (article, next) in zip(words, words.dropFirst()) {
      guard ["a", "an"].contains(article.lowercased()), text.contains(article + " " + next) else {
        continue
      }
      let word = next.lowercased()
      // By ear: these begin otherwise than they are spelled.
      let silent = ["hour", "hourglass", "honest", "heir"]
      let consonant = [
        "unicorn", "unusual", "used", "useful", "ukulele", "one", "uniform", "european",
        "eucalyptus",
      ]
      var vowel = "aeiou".contains(word.first ?? "x")
      if silent.contains(word) { vowel = true }
      if consonant.contains(word) && word != "unusual" { vowel = false }
      if (article.lowercased() == "an") != vowel { problem("'\(article) \(next)'", index) }
    }
  }

  // MARK: People

  private mutating func checkPeople() {
    let byName = Dictionary(uniqueKeysWithValues: story.characters.map { ($0.name, $0) })
    if byName.count != story.characters.count { problem("a name is used twice") }
    for character in story.characters
    where !story.sentences.contains(where: {
      Self.words($0.text).contains { Self.withoutPossessive($0) == character.name }
    }) {
      problem("\(character.name) does not appear")
    }
    let calendar: Set<String> = [
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mondays",
      "Tuesdays",
      "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays", "I",
    ]

    var lastNamed: [StoryPronouns: String] = [:]
    var known: Set<String> = []
    for (index, sentence) in story.sentences.enumerated() {
      // Capitals in the middle of a sentence are names.
      for (place, word) in Self.words(sentence.text).enumerated() where place > 0 {
        let word = Self.withoutPossessive(word)
        if word.first?.isUppercase == true && byName[word] == nil && !calendar.contains(word)
          && !Self.startsSomething(word, in: sentence.text)
        {
          problem("nobody is called \(word)", index)
        }
      }
      // Everybody whom the sentence speaks of, found by reading.
      var found: Set<String> = []
      for word in Self.words(sentence.text) {
        let name = Self.withoutPossessive(word)
        if let character = byName[name] {
          found.insert(name)
          known.insert(name)
          lastNamed[character.pronouns] = name
          continue
        }
        let pronouns: StoryPronouns
        switch word.lowercased() {
        case "she", "her", "hers", "herself": pronouns = .she
        case "he", "him", "his", "himself": pronouns = .he
        case "they", "them", "their":
          if sentence.characters.count < 2 || !sentence.characters.isSubset(of: known) {
            problem("'\(word)' has nobody to mean", index)
          }
          found.formUnion(sentence.characters)
          continue
        default: continue
        }
        guard let name = lastNamed[pronouns] else {
          problem("'\(word)' before anybody was named", index)
          continue
        }
        found.insert(name)
      }
      if found != sentence.characters {
        problem(
          "speaks of \(found.sorted()), the record says \(sentence.characters.sorted())", index)
      }
    }
  }

  /// The word stands at the start of a sentence or of a quotation.
  private static func startsSomething(_ word: String, in text: String) -> Bool {
    for before in ["\"", ". ", "! ", "? ", ".\" ", "!\" ", "?\" "]
    where text.contains(before + word) { return true }
    return false
  }

  // MARK: Things

  private mutating func checkThings() {
    let nouns = Set(story.sentences.flatMap(\.things))
    let names = Set(story.characters.map(\.name))
    var introduced: Set<String> = []
    for (index, sentence) in story.sentences.enumerated() {
      let words = Self.words(sentence.text).map(Self.withoutPossessive)
      let found = nouns.filter { noun in
        words.contains { !names.contains($0) && $0.lowercased() == noun }
      }
      if found != sentence.things {
        problem("things \(found.sorted()), the record says \(sentence.things.sorted())", index)
      }
      // The first time, also in what somebody says, it is "a" thing, or somebody's: "her red ball".
      for thing in nouns where !introduced.contains(thing) {
        guard let place = sentence.text.firstPlace(of: " " + thing) else { continue }
        let before = sentence.text[..<place.lowerBound].lowercased()
        let near = before.split { " \",:".contains($0) }.suffix(4)
        let isNew = near.contains {
          ["a", "an", "her", "his", "my"].contains($0) || $0.hasSuffix("'s")
        }
        if isNew { introduced.insert(thing) }
      }
      for thing in sentence.things where !introduced.contains(thing) {
        introduced.insert(thing)
        problem("'the \(thing)' was never told of", index)
      }
    }
  }

  // MARK: Events

  private enum Where: Equatable {
    case nowhere
    case with(String)
    case at(String)
  }

  private mutating func checkEvents() {
    var thingPlace: [String: Where] = [:]
    var place: [String: String] = [:]
    var broken: Set<String> = []
    var gone: Set<String> = []
    var last = 0
    let names = Set(story.characters.map(\.name))

    for event in story.events {
      let index = event.sentence
      if index < last { problem("events out of order", index) }
      last = index
      let sentence = story.sentences[index]
      func needs(_ condition: Bool, _ text: String) {
        if !condition { problem("\(event.action): \(text)", index) }
      }
      func spokenOf(_ name: String) {
        needs(names.contains(name), "nobody is called \(name)")
        needs(sentence.characters.contains(name), "\(name) is not in the sentence")
      }
      func isHere(_ thing: String, _ name: String) -> Bool {
        thingPlace[thing] == .with(name)
          || place[name].map { thingPlace[thing] == .at($0) } == true
      }
      func named(_ thing: String, orIt: Bool = true) {
        let hasIt = Self.words(sentence.text, quoted: true).contains {
          ["it", "one"].contains($0.lowercased())
        }
        needs(
          sentence.things.contains(thing) || sentence.text.contains(thing) || orIt && hasIt,
          "\(thing) is not in the sentence")
        needs(!gone.contains(thing), "\(thing) is used up")
      }
      switch event.action {
      case .arrives(let name, let where_):
        spokenOf(name)
        place[name] = where_
      case .obtains(let name, let thing):
        spokenOf(name)
        named(thing)
        if case .with(let other) = thingPlace[thing] { needs(other == name, "\(other) has it") }
        thingPlace[thing] = .with(name)
      case .lies(let thing, let where_):
        named(thing)
        needs(thingPlace[thing] == nil, "it was somewhere before")
        thingPlace[thing] = .at(where_)
      case .takes(let name, let thing), .finds(let name, let thing):
        spokenOf(name)
        named(thing)
        needs(
          place[name] != nil && thingPlace[thing] == place[name].map(Where.at),
          "it is not where \(name) is")
        thingPlace[thing] = .with(name)
      case .leaves(let name, let thing), .loses(let name, let thing):
        spokenOf(name)
        named(thing)
        needs(thingPlace[thing] == .with(name), "\(name) does not have it")
        needs(place[name] != nil, "\(name) is nowhere")
        thingPlace[thing] = .at(place[name] ?? "")
      case .gives(let name, let other, let thing):
        spokenOf(name)
        spokenOf(other)
        named(thing)
        needs(thingPlace[thing] == .with(name), "\(name) does not have it")
        if let one = place[name], let two = place[other] { needs(one == two, "they are apart") }
        thingPlace[thing] = .with(other)
      case .uses(let name, let thing):
        spokenOf(name)
        named(thing)
        needs(isHere(thing, name), "\(name) cannot reach it")
      case .mentions(let thing): named(thing)
      case .makes(let name, let thing):
        spokenOf(name)
        named(thing)
        needs(thingPlace[thing] == nil, "it was there before")
        thingPlace[thing] = place[name].map(Where.at) ?? .with(name)
      case .breaks(let thing):
        named(thing)
        needs(broken.insert(thing).inserted, "it is broken already")
      case .mends(let name, let thing):
        spokenOf(name)
        named(thing)
        needs(broken.remove(thing) != nil, "it is not broken")
      case .consumes(let name, let thing):
        spokenOf(name)
        named(thing)
        needs(isHere(thing, name), "\(name) cannot reach it")
        gone.insert(thing)
      case .feels(let name, let feeling):
        spokenOf(name)
        needs(sentence.text.contains(feeling), "the feeling is not told")
      case .weather: break
      }
      if case .uses(_, let thing) = event.action { needs(!broken.contains(thing), "it is broken") }
    }
  }

  // MARK: Weather

  private mutating func checkWeather() {
    let allowed: [String: Set<String>] = [
      "sunny": ["sunny"], "sun": ["sunny"], "sunshine": ["sunny"], "cloudless": ["sunny"],
      "rainbow": ["sunny"],
      "cloudy": ["cloudy"], "overcast": ["cloudy"], "windy": ["windy"], "gusty": ["windy"],
      "foggy": ["foggy"],
      "misty": ["foggy"], "rain": ["stormy", "rainy"], "thunder": ["stormy"],
      "lightning": ["stormy"],
      "snow": ["snowy"], "gust": ["windy"], "mist": ["foggy"],
    ]
    var weather = ""
    for (index, sentence) in story.sentences.enumerated() {
      for event in story.events where event.sentence == index {
        if case .weather(let state) = event.action { weather = state }
      }
      for word in Self.words(sentence.text).map({ $0.lowercased() }) {
        if let states = allowed[word], !states.contains(weather) {
          problem("'\(word)' while it is \(weather.isEmpty ? "any weather" : weather)", index)
        }
      }
    }
  }
}

extension StringProtocol {
  /// Where a text first stands in this one.
  func firstPlace(of part: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part),
        let end = index(start, offsetBy: part.count, limitedBy: endIndex)
      {
        return start..<end
      }
      start = index(after: start)
    }
    return nil
  }
}
