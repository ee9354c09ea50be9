import Testing

@testable import Training

@Suite("Word forms") struct InflectionTests {
  @Test(
    "past tense and -ing",
    arguments: [
      ("hop", "hopped", "hopping"), ("bake", "baked", "baking"), ("carry", "carried", "carrying"),
      ("play", "played", "playing"), ("visit", "visited", "visiting"),
      ("open", "opened", "opening"),
      ("gather", "gathered", "gathering"), ("swim", "swam", "swimming"), ("tie", "tied", "tying"),
      ("fix", "fixed", "fixing"), ("mow", "mowed", "mowing"), ("look", "looked", "looking"),
      ("sail", "sailed", "sailing"), ("juggle", "juggled", "juggling"), ("ski", "skied", "skiing"),
      ("zigzag", "zigzagged", "zigzagging"), ("kayak", "kayaked", "kayaking"),
      ("quarrel", "quarreled", "quarreling"), ("skip", "skipped", "skipping"),
      ("hug", "hugged", "hugging"),
      ("spot", "spotted", "spotting"), ("bury", "buried", "burying"),
      ("agree", "agreed", "agreeing"),
      ("canoe", "canoed", "canoeing"), ("weave", "wove", "weaving"), ("sew", "sewed", "sewing"),
      ("yodel", "yodeled", "yodeling"), ("trot", "trotted", "trotting"),
      ("squat", "squatted", "squatting"),
      ("squeeze", "squeezed", "squeezing"), ("embroider", "embroidered", "embroidering"),
      ("leap", "leaped", "leaping"), ("vow", "vowed", "vowing"),
      ("tap-dance", "tap-danced", "tap-dancing"),
      ("begin", "began", "beginning"), ("whisper", "whispered", "whispering"),
      ("swear", "swore", "swearing"),
    ])
  func verbs(verb: String, past: String, gerund: String) {
    #expect(Inflection.past(of: verb) == past)
    #expect(Inflection.gerund(of: verb) == gerund)
  }

  @Test(
    "plurals",
    arguments: [
      ("ball", "balls"), ("box", "boxes"), ("berry", "berries"), ("toy", "toys"), ("mouse", "mice"),
      ("sheep", "sheep"), ("potato", "potatoes"), ("piano", "pianos"), ("brush", "brushes"),
      ("loaf", "loaves"), ("giraffe", "giraffes"), ("fisherman", "fishermen"),
      ("goldfish", "goldfish"),
      ("octopus", "octopuses"), ("calf", "calves"), ("peach", "peaches"), ("monkey", "monkeys"),
    ])
  func plurals(noun: String, plural: String) {
    #expect(Inflection.plural(of: noun) == plural)
  }

  @Test(
    "articles go by sound",
    arguments: [
      ("apple", "an"), ("hour", "an"), ("hourglass", "an"), ("honest", "an"), ("horse", "a"),
      ("unicorn", "a"), ("unusual", "an"), ("umbrella", "an"), ("ukulele", "a"), ("onion", "an"),
      ("eucalyptus", "a"), ("elegant", "an"), ("yak", "a"), ("unhappy", "an"), ("useful", "a"),
      ("one", "a"), ("old", "an"), ("X", "a"), ("", "a"),
    ])
  func articles(word: String, article: String) {
    #expect(Inflection.article(before: word) == article)
  }

  @Test("titles have capitals where titles have them")
  func titles() {
    #expect(SentenceFinish.title("the lost kite") == "The Lost Kite")
    #expect(SentenceFinish.title("a owl in the attic") == "An Owl in the Attic")
  }
}

@Suite("Word lists") struct WordListTests {
  @Test("have no word twice in a class, and only letters and hyphens")
  func wellFormed() {
    var lists = WordList.classes
    for biome in Biome.all {
      for (name, list) in biome.classes { lists["\(biome.name).\(name)"] = list }
      lists[biome.name] = biome.places.map(\.noun)
    }
    for (name, list) in lists {
      #expect(!list.isEmpty)
      #expect(
        Set(list).count == list.count,
        "\(name): \(list.filter { one in list.filter { $0 == one }.count > 1 })")
      for word in list {
        let isLowercase = word.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0 == 0x2D }
        #expect(isLowercase || name == "weekday", "\(name): \(word)")
      }
    }
  }

  @Test("have names that tell which pronoun goes with them")
  func names() {
    let all = [NameWords.girls, NameWords.boys, NameWords.femaleAnimals, NameWords.maleAnimals]
    for list in all { #expect(Set(list).count == list.count) }
    let she = Set(NameWords.girls + NameWords.femaleAnimals)
    let he = Set(NameWords.boys + NameWords.maleAnimals)
    #expect(she.isDisjoint(with: he), "\(she.intersection(he))")
    #expect(she.union(he).allSatisfy { $0.first?.isUppercase == true && $0.utf8.count > 1 })
  }

  @Test("plain words are words that stories know, for classes that exist")
  func plain() {
    for (name, (list, percent)) in WordList.plain {
      #expect(WordList.classes[name] != nil, "\(name)")
      #expect(!list.isEmpty && (1...99).contains(percent))
    }
  }
}
