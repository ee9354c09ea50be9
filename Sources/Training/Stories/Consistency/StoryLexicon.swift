/// What a reader knows of words: who bears a name, what is a kind, a thing, an adjective.
enum StoryLexicon {
  /// Whom a pronoun means whose bearer has this name.
  static let pronouns: [String: StoryPronouns] = {
    var result: [String: StoryPronouns] = [:]
    for name in NameWords.girls + NameWords.femaleAnimals { result[name] = .she }
    for name in NameWords.boys + NameWords.maleAnimals { result[name] = .he }
    return result
  }()

  static let animalNames = Set(NameWords.femaleAnimals + NameWords.maleAnimals)
  static let beasts = nouns(["beast"])
  static let adults = nouns(["adult"])
  static let kinds = beasts.union(adults).union(["girl", "boy"])
  static let calendar: Set<String> = {
    let days = NounWords.classes["weekday", default: []]
    return Set(days + days.map(Inflection.plural))
  }()

  /// Things that a story is about: owned, made, given, lost.
  static let things = nouns(["toy", "keepsake", "garment", "project", "buildTool", "prize"])
    .union(nouns(["instrument"]))
    .union(
      words(
        """
        boomerang box cake candle cap casket casserole chest crate flashlight glider lamp lantern loaf \
        map parachute pie pizza pudding seed shuttlecock tart torch trunk
        """))

  /// Things that the world has without their being told of: rooms have clocks, kitchens have bowls.
  static let ownWorld: Set<String> = Set(
    words("birdbath blanket bowl bridge chest clock fence piano pillow stage table"))

  /// Words that may stand between an article and a thing.
  static let adjectives: Set<String> = described([
    "look", "size", "color", "hardMaterial", "softMaterial", "pattern", "taste",
  ])

  /// Words that may stand between a name and the kind that it is introduced by.
  static let introducing: Set<String> = described(["trait", "tired"]).union(
    words(
      "a an the was came along by little baby old small young and for he she such name of new very so"
    ))

  static let skills = Set(ActionWords.plainClasses["skill", default: []])
  static let body = nouns(["body"])
  static let places = Set(Biome.all.flatMap { $0.places.map(\.noun) })

  /// Nouns of classes.
  static func nouns(_ classes: [String]) -> Set<String> {
    Set(classes.flatMap { NounWords.classes[$0, default: []] })
  }

  private static func described(_ classes: [String]) -> Set<String> {
    Set(classes.flatMap { DescribingWords.classes[$0, default: []] })
  }

  static let pronounWords: [String: StoryPronouns] = [
    "she": .she, "her": .she, "hers": .she, "herself": .she,
    "he": .he, "him": .he, "his": .he, "himself": .he,
  ]
}

extension StoryLexicon {
  /// What is bought by twos, in the plural.
  static let groceries: Set<String> = {
    let nouns =
      FoodWords.classes["fruit", default: []] + FoodWords.classes["vegetable", default: []]
    return Set(nouns.map(Inflection.plural))
  }()
}
