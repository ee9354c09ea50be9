import Tensors

/// A thing of a story: one noun, which no other thing of the story has.
struct Thing: Sendable, Equatable {
  let noun: String
  /// Told once in a while: `small red`.
  let adjectives: String
}

/// Tells a story sentence by sentence: fills templates, chooses names or pronouns, and keeps the record.
///
/// Templates hold alternatives, `[ran|hurried]`, and slots. `{A}` is a character as a subject (a name, or a
/// pronoun where it is clear who is meant); `{A.name}`, `{A.him}`, `{A.his}`, `{A.self}`, `{A.kind}`. `{AB}` are two
/// characters: `They`, or both names; `{AB.them}`, `{AB.their}`, `{AB.names}`. `{x}` is a thing with its article,
/// `{x.full}` with its adjectives too, `{x.a}` with `a`, `{x.an}` adjectives and noun, `{x.n}` the noun alone.
/// `{p}` is a place, `{p.in}` with its preposition, `{p.n}` the noun. All else is a word bound by ``bind(_:_:)``,
/// or one drawn from a class of the place or of all stories; `.s` makes it plural.
struct Teller {
  var random: RandomStream
  private(set) var cast: [Swift.Character: StoryCharacter] = [:]
  private(set) var castOrder: [StoryCharacter] = []
  private(set) var things: [Swift.Character: Thing] = [:]
  private(set) var places: [Swift.Character: Place] = [:]
  private(set) var weather = ""
  private(set) var sentences: [StorySentence] = []
  private(set) var events: [StoryEvent] = []
  var bound: [String: String] = [:]
  private var taken: Set<String> = []
  var paragraph = 0
  private var usedTemplates: Set<String> = []

  /// Who stands for `{A}`, so that sentences for anybody need to be written only once.
  var leading: Swift.Character = "A"

  /// The place that `{@}` stands for.
  var destination: Swift.Character = "p"

  /// The place whose words slots are filled from.
  var here: Biome = .home

  // Who was spoken of last, for each pronoun, and when.
  var lastOf: [StoryPronouns: String] = [:]
  var lastMention: [String: Int] = [:]
  var pronounRun: [String: Int] = [:]

  // The sentence being made.
  var output: [UInt8] = []
  var inQuotation = false
  var mentioned: Set<String> = []
  var mentionedThings: Set<String> = []
  var usedWords: Set<String> = []

  /// Whether the characters are animals; otherwise they are children and grown-ups.
  let isAmongAnimals: Bool

  init(random: RandomStream) {
    self.random = random
    isAmongAnimals = self.random.int(below: 100) < 40
    bound["parent"] = self.random.int(below: 2) == 0 ? "mother" : "father"
    bound["hands"] = isAmongAnimals ? "paws" : "hands"
  }

  // MARK: Setting the scene

  mutating func pick<T>(_ list: [T]) -> T { list[random.int(below: list.count)] }

  mutating func chance(_ percent: Int) -> Bool { random.int(below: 100) < percent }

  mutating func enter(_ role: Swift.Character, _ character: StoryCharacter) {
    cast[role] = character
    castOrder.append(character)
    taken.insert(character.kind)
    taken.insert(character.name.lowercased())
  }

  mutating func put(_ label: Swift.Character, _ thing: Thing) {
    things[label] = thing
    taken.insert(thing.noun)
  }

  mutating func place(_ label: Swift.Character, _ place: Place) {
    places[label] = place
    taken.insert(place.noun)
  }

  mutating func bind(_ name: String, _ word: String) { bound[name] = word }

  /// A word of a class that is not one of the story's things, places or kinds.
  mutating func word(_ name: String) -> String {
    guard let list = here.classes[name] ?? WordList.classes[name], !list.isEmpty else {
      return "{" + name + "}"
    }
    // Plain words are what readers hardly notice: mostly it is "said".
    if let (plain, percent) = WordList.plain[name], chance(percent) { return pick(plain) }
    for _ in 0..<20 {
      let word = pick(list)
      if !taken.contains(word) { return word }
    }
    return list.first { !taken.contains($0) } ?? list[0]
  }

  /// Words of a class that differ from each other.
  mutating func words(_ name: String, count: Int) -> [String] {
    var result: [String] = []
    while result.count < count {
      let word = word(name)
      if !result.contains(word) { result.append(word) }
    }
    return result
  }

  func isTaken(_ word: String) -> Bool { taken.contains(word) }

  /// Keeps a word from being drawn later in this story.
  mutating func reserve(_ word: String) { taken.insert(word) }

  // MARK: Telling

  mutating func newParagraph() { if sentences.last?.paragraph == paragraph { paragraph += 1 } }

  /// Tells one of several sentences, preferring one that was not told yet, and records what happens.
  mutating func tell(_ templates: [String], _ actions: StoryAction...) {
    let template = choose(templates)
    usedTemplates.insert(template)
    tell(template: template, actions)
  }

  /// One of the templates that fit here, preferring one that was not told yet.
  private mutating func choose(_ templates: [String]) -> String {
    for _ in 0..<8 {
      let template = pick(templates)
      if !usedTemplates.contains(template) && fits(template) { return template }
    }
    let fitting = templates.filter(fits)
    let fresh = fitting.filter { !usedTemplates.contains($0) }
    return pick(fresh.isEmpty ? fitting.isEmpty ? templates : fitting : fresh)
  }

  mutating func tell(_ template: String, _ actions: StoryAction...) {
    tell(template: template, actions)
  }

  /// A title from one of several templates; names stand for characters.
  mutating func title(_ templates: [String]) -> String {
    (output, inQuotation, usedWords) = ([], true, [])
    expand(Array(pick(templates.filter(fits)).utf8)[...])
    return String(decoding: output, as: UTF8.self)
  }

  /// Words for a template without characters or things, to be put into other templates.
  mutating func phrase(_ template: String) -> String {
    (output, inQuotation, usedWords) = ([], true, [])
    expand(Array(template.utf8)[...])
    return String(decoding: output, as: UTF8.self)
  }

  private mutating func tell(template: String, _ actions: [StoryAction]) {
    (output, inQuotation, mentioned, mentionedThings, usedWords) = ([], false, [], [], [])
    expand(Array(template.utf8)[...])
    let index = sentences.count
    for action in actions {
      let action = resolved(action)
      if case .weather(let state) = action { weather = state }
      events.append(StoryEvent(sentence: index, action: action))
    }
    sentences.append(
      StorySentence(
        text: SentenceFinish.finished(output), paragraph: paragraph, characters: mentioned,
        things: mentionedThings))
  }

  /// The action with names and nouns for the labels.
  private func resolved(_ action: StoryAction) -> StoryAction {
    func label(_ text: String) -> Swift.Character { text.count == 1 ? text.first ?? " " : " " }
    func who(_ role: String) -> String { character(label(role))?.name ?? role }
    func what(_ name: String) -> String { things[label(name)]?.noun ?? name }
    func place(_ name: String) -> String { places[label(name)]?.noun ?? name }
    return switch action {
    case .arrives(let a, let p): .arrives(who(a), place: place(p))
    case .obtains(let a, let x): .obtains(who(a), thing: what(x))
    case .lies(let x, let p): .lies(thing: what(x), place: place(p))
    case .takes(let a, let x): .takes(who(a), thing: what(x))
    case .leaves(let a, let x): .leaves(who(a), thing: what(x))
    case .loses(let a, let x): .loses(who(a), thing: what(x))
    case .finds(let a, let x): .finds(who(a), thing: what(x))
    case .gives(let a, let b, let x): .gives(who(a), to: who(b), thing: what(x))
    case .uses(let a, let x): .uses(who(a), thing: what(x))
    case .mentions(let x): .mentions(thing: what(x))
    case .makes(let a, let x): .makes(who(a), thing: what(x))
    case .breaks(let x): .breaks(thing: what(x))
    case .mends(let a, let x): .mends(who(a), thing: what(x))
    case .consumes(let a, let x): .consumes(who(a), thing: what(x))
    case .feels(let a, let feeling): .feels(who(a), feeling: bound[feeling] ?? feeling)
    case .weather(let state): .weather(state)
    }
  }

  func character(_ role: Swift.Character) -> StoryCharacter? {
    cast[role == "A" ? leading : role]
  }
}
