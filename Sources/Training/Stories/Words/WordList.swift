/// The words of a text, in its order.
func words(_ text: String) -> [String] {
  text.split(whereSeparator: \.isWhitespace).map(String.init)
}

/// The words that a template's `{class}` is filled from.
enum WordList {
  /// The plainest words of some classes, and how often, in percent, one of them is taken.
  static let plain: [String: ([String], Int)] = [
    "said": (["said"], 70), "asked": (["asked"], 70),
    "cheered": (["cheered", "laughed", "cried"], 60),
    "shouted": (["shouted", "called"], 60), "whispered": (["whispered"], 60),
    "sobbed": (["sobbed", "sighed"], 50),
    "thought": (["thought"], 60), "moved": (["went", "walked", "ran", "hurried"], 45),
    "very": (["very", "so"], 50),
    "happy": (["happy", "glad"], 30), "sad": (["sad"], 30), "scared": (["afraid", "scared"], 30),
    "angry": (["angry"], 30), "proud": (["proud"], 40), "sorry": (["sorry"], 40),
    "searched": (["searched", "looked"], 60), "liked": (["loved", "liked"], 60),
    "hugged": (["hugged"], 50),
    "fixed": (["mended", "fixed", "repaired"], 70), "grinned": (["smiled"], 50),
    "stared": (["looked"], 40),
    "rested": (["rested", "slept"], 50), "gently": (["carefully", "slowly", "gently"], 30),
    "noticed": (["saw", "noticed"], 60), "practiced": (["practiced"], 60),
    "celebrated": (["cheered", "clapped"], 40),
    "color": (["red", "blue", "green", "yellow", "white", "black"], 30),
    "look": (["beautiful", "old", "new", "pretty"], 15),
    "trait": (["kind", "curious", "brave", "clever", "friendly", "shy"], 15),
  ]

  /// All classes by the names that templates use. Nouns stand in the singular, verbs as templates
  /// need them: those of past-tense classes are listed in their base form and changed here.
  static let classes: [String: [String]] = {
    var classes = DescribingWords.classes
    for (name, list) in NounWords.classes { classes[name] = list }
    for (name, list) in FoodWords.classes { classes[name] = list }
    for (name, list) in ActionWords.pastClasses { classes[name] = list.map(Inflection.past) }
    for (name, list) in ActionWords.plainClasses { classes[name] = list }
    return classes
  }()
}
