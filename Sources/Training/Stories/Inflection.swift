/// English word forms: regular spelling rules and tables of the irregular words that stories use.
enum Inflection {
  // MARK: Verbs

  /// The past tense: `hop` → `hopped`, `carry` → `carried`, `swim` → `swam`.
  static func past(of verb: String) -> String {
    if let irregular = irregularVerbs[verb] { return irregular }
    if verb.hasSuffix("e") { return verb + "d" }
    if endsInConsonantAndY(verb) { return verb.dropLast() + "ied" }
    return doubled(verb) + "ed"
  }

  /// The form in -ing: `hop` → `hopping`, `bake` → `baking`, `tie` → `tying`.
  static func gerund(of verb: String) -> String {
    if verb.hasSuffix("ie") { return verb.dropLast(2) + "ying" }
    if verb.hasSuffix("e") && !["ee", "ye", "oe"].contains(where: verb.hasSuffix) && verb != "be" {
      return verb.dropLast() + "ing"
    }
    return doubled(verb) + "ing"
  }

  /// The verb with its last consonant doubled where a short, stressed vowel stands before it.
  private static func doubled(_ verb: String) -> String {
    let letters = Array(verb)
    guard letters.count >= 3, let last = letters.last, !"aeiouwxy".contains(last),
      isVowel(letters[letters.count - 2]),
      !isVowel(letters[letters.count - 3])
        || letters.suffix(4).starts(with: "qu")
    else { return verb }
    // "open", "visit", "gather" are stressed on their first syllable.
    return vowelGroups(letters) == 1 || stressedAtEnd.contains(verb) ? verb + String(last) : verb
  }

  /// The number of syllables, more or less: runs of vowels, where `y` after a consonant is one.
  private static func vowelGroups(_ letters: [Swift.Character]) -> Int {
    var groups = 0
    var wasVowel = false
    for (index, letter) in letters.enumerated() {
      let before = index > 0 ? letters[index - 1] : " "
      let isVowel =
        letter == "y"
        ? index > 0 && !isVowel(before) : isVowel(letter) && !(letter == "u" && before == "q")
      if isVowel && !wasVowel { groups += 1 }
      wasVowel = isVowel
    }
    return groups
  }

  private static func isVowel(_ letter: Swift.Character) -> Bool { "aeiou".contains(letter) }

  private static func endsInConsonantAndY(_ word: String) -> Bool {
    guard word.hasSuffix("y"), let before = word.dropLast().last else { return false }
    return !isVowel(before)
  }

  private static let stressedAtEnd: Set<String> = [
    "admit", "begin", "forget", "prefer", "permit", "zigzag",
  ]

  // MARK: Nouns

  /// The plural: `box` → `boxes`, `berry` → `berries`, `mouse` → `mice`.
  static func plural(of noun: String) -> String {
    if let irregular = irregularPlurals[noun] { return irregular }
    if noun.hasSuffix("man") { return noun.dropLast(3) + "men" }
    if noun.hasSuffix("fish") { return noun }
    if ["s", "x", "z", "ch", "sh"].contains(where: noun.hasSuffix) { return noun + "es" }
    if endsInConsonantAndY(noun) { return noun.dropLast() + "ies" }
    return noun + "s"
  }

  // MARK: Articles

  /// `a` or `an`, by the sound the next word starts with.
  static func article(before word: some StringProtocol) -> String {
    let word = word.lowercased()
    if ["hour", "honest", "heir", "honor"].contains(where: word.hasPrefix) { return "an" }
    if ["uni", "use", "usu", "eu", "ukulele", "one", "once"].contains(where: word.hasPrefix)
      && !word.hasPrefix("unim") && !word.hasPrefix("unin") && !word.hasPrefix("onei")
    {
      return "a"
    }
    return word.first.map(isVowel) == true ? "an" : "a"
  }

  // MARK: Tables

  private static let irregularVerbs = pairs(
    """
    be was, become became, begin began, bend bent, bind bound, bite bit, blow blew, break broke, \
    bring brought, build built, burst burst, buy bought, catch caught, choose chose, come came, \
    creep crept, cut cut, deal dealt, dig dug, do did, draw drew, dream dreamed, drink drank, drive drove, \
    eat ate, fall fell, feed fed, feel felt, fight fought, find found, fly flew, fold folded, \
    forget forgot, forgive forgave, freeze froze, get got, give gave, go went, grind ground, grow grew, \
    hang hung, have had, hear heard, hide hid, hit hit, hold held, keep kept, kneel knelt, knit knitted, \
    know knew, lay laid, lead led, leap leaped, learn learned, leave left, lend lent, let let, \
    light lit, lose lost, make made, mean meant, meet met, mow mowed, pay paid, put put, read read, \
    ride rode, ring rang, rise rose, run ran, say said, see saw, sell sold, send sent, set set, \
    sew sewed, shake shook, shear sheared, shine shone, show showed, shut shut, sing sang, sink sank, sit sat, \
    ski skied, sleep slept, slide slid, speak spoke, speed sped, spend spent, spin spun, spread spread, \
    spring sprang, stand stood, steal stole, stick stuck, sting stung, stride strode, string strung, \
    strike struck, sweep swept, swim swam, swing swung, swear swore, weep wept, take took, teach taught, tear tore, tell told, \
    think thought, throw threw, wake woke, wear wore, weave wove, win won, wind wound, write wrote
    """)

  private static let irregularPlurals = pairs(
    """
    calf calves, child children, deer deer, elf elves, fish fish, foot feet, goose geese, half halves, \
    knife knives, leaf leaves, loaf loaves, man men, moose moose, mouse mice, dormouse dormice, reindeer reindeer, bison bison, mosquito mosquitoes, gladiolus gladioli, narcissus narcissi, cactus cacti, ox oxen, \
    potato potatoes, scarf scarves, sheep sheep, shelf shelves, thief thieves, tomato tomatoes, \
    tooth teeth, wolf wolves, woman women, mango mangoes, domino dominoes, trout trout, salmon salmon, \
    cod cod, shrimp shrimp, quiz quizzes, echo echoes, hero heroes, buffalo buffaloes, elk elk, hoof hooves
    """)

  private static func pairs(_ text: String) -> [String: String] {
    var result: [String: String] = [:]
    for pair in text.split(separator: ",") {
      let words = pair.split(whereSeparator: \.isWhitespace)
      if words.count == 2 { result[String(words[0])] = String(words[1]) }
    }
    return result
  }
}
