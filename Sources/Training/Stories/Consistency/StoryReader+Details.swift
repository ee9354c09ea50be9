/// What a story comes back to: a plan, a plant, a skill, a shopping list, a place, an animal.
extension StoryReader {
  mutating func readDetails() {
    readPlan()
    readPlant()
    readSkill()
    readPairs()
    readReturns()
    readKnownKinds()
  }

  /// "Let us make a big kite!" … "At last they had made a big kite."
  private mutating func readPlan() {
    var plan: (noun: String, adjectives: [String])?
    for index in words.indices
    where StoryLexicon.things.contains(words[index].lower) && !describesThing(index) {
      let phrase = phrase(index)
      guard ["a", "an"].contains(phrase.determiner) else { continue }
      if words[index].quotation != nil, phrase.before == "make" {
        plan = plan ?? (words[index].lower, phrase.adjectives)
      } else if words[index].isNarrated, ["made", "stood"].contains(phrase.before), let plan,
        phrase.before == "made"
          || lower(index - phrase.adjectives.count - 3, with: index) == "there"
      {
        if plan.noun != words[index].lower {
          find(.detail, index, "the plan was to make a \(plan.noun)")
        } else if plan.adjectives != phrase.adjectives {
          find(.detail, index, "the plan was another \(plan.noun)")
        }
      }
    }
  }

  /// "it was a tall pumpkin plant" … "there were so many pumpkins".
  private mutating func readPlant() {
    guard let place = words.indices.first(where: { words[$0].lower == "plant" && $0 > 0 }) else {
      return
    }
    let plant = words[place - 1].lower
    let forms = [plant, Inflection.plural(of: plant)]
    for index in words.indices where index > place {
      let before = (lower(index - 2, with: index) ?? "", lower(index - 1, with: index) ?? "")
      let next = lower(index + 1, with: index)
      guard
        before == ("so", "many") || before == ("it", "bring")
          || before.1 == "one" && next == "was" && words[index - 1].opens
      else { continue }
      if !forms.contains(words[index].lower) {
        find(.detail, index, "the plant was a \(plant)")
      }
    }
  }

  /// Somebody wishes to swim, tries to swim, and swims.
  private mutating func readSkill() {
    var skill: String?
    for index in words.indices where StoryLexicon.skills.contains(words[index].lower) {
      let before = (lower(index - 2, with: index) ?? "", lower(index - 1, with: index) ?? "")
      let next = lower(index + 1, with: index) ?? ""
      let isMeant =
        before.1 == "to" && ["how", "tried", "wanted"].contains(before.0)
        || before == ("will", "never") || before.1 == "could" && ["too", "like"].contains(next)
      guard isMeant else { continue }
      if let skill, skill != words[index].lower {
        find(.detail, index, "it is about how to \(skill)")
      }
      skill = skill ?? words[index].lower
    }
  }

  /// "two apples" of a list stay two apples.
  private mutating func readPairs() {
    var pair: String?
    for index in words.indices
    where lower(index - 1, with: index) == "two"
      && StoryLexicon.groceries.contains(words[index].lower)
    {
      if let pair, pair != words[index].lower { find(.detail, index, "two \(pair) were spoken of") }
      pair = pair ?? words[index].lower
    }
  }

  /// One goes back only to where one was.
  private mutating func readReturns() {
    var seen: Set<String> = []
    for index in words.indices {
      let word = words[index].lower
      if StoryLexicon.places.contains(word), lower(index - 1, with: index) == "the",
        lower(index - 2, with: index) == "to", !seen.contains(word),
        lower(index - 3, with: index) == "back"
          || ["again", "together"].contains(lower(index + 1, with: index))
      {
        find(.detail, index, "nobody was at the \(word) before")
      }
      seen.insert(word)
    }
  }

  /// "the kitten" was "a kitten" before, and the little one stays what it is.
  private mutating func readKnownKinds() {
    var seen: Set<String> = []
    var little: String?
    for index in words.indices {
      let word = words[index].lower
      if StoryLexicon.kinds.contains(word), !words[index].isPossessive, !words[index].isCapitalized
      {
        let before = lower(index - 1, with: index) ?? ""
        if before == "the", !seen.contains(word), named(index - 2) == nil, !isAtHand(index) {
          find(.kind, index, "no \(word) was told of before")
        }
        if let little, little != word, StoryLexicon.beasts.contains(word),
          before == "baby" || before == "little" && lower(index - 2, with: index) == "my"
        {
          find(.kind, index, "the little one is a \(little)")
        }
        if little == nil && isLittleOne(index) { little = word }
      }
      seen.insert(word)
    }
  }
}

extension StoryReader {
  /// "…," said the judge; the lamb and the goose ate hay; the deer are many.
  private func isAtHand(_ index: Int) -> Bool {
    if Inflection.plural(of: words[index].lower) == words[index].lower { return true }
    if index > 2, words[index].isNarrated, !words[index - 3].isNarrated { return true }
    let start = reading.sentences[words[index].sentence].lowerBound
    return index - start <= 4 && lower(start, with: index) == "the"
      && lower(start + 2, with: index) == "and" && lower(start + 3, with: index) == "the"
  }
}

/// Whether a text is a whole story.
extension StoryReader {
  mutating func readForm() {
    if let place = reading.openQuotation {
      find(.form, words.lastIndex { $0.place < place } ?? 0, "a quotation has no end")
    }
    if reading.sentences.count < StoryConsistency.fewestSentences {
      find(.form, words.count - 1, "it is no story yet")
    } else if !reading.isFinished {
      find(.form, words.count - 1, "the last sentence has no end")
    }
    var told: [String: Int] = [:]
    for sentence in reading.sentences {
      let text = words[sentence].map(\.lower).joined(separator: " ")
      if sentence.count >= 5, told[text] != nil {
        find(.form, sentence.lowerBound, "the sentence is told twice")
      }
      told[text] = sentence.lowerBound
    }
  }
}
