/// Things: told of before they are known, and given away by whoever has them.
extension StoryReader {
  /// The words that say how a noun at a place is spoken of.
  struct NounPhrase {
    /// The word before all adjectives: "the", "a", "my".
    let determiner: String
    let adjectives: [String]
    /// The word before the determiner.
    let before: String
  }

  func phrase(_ index: Int) -> NounPhrase {
    var place = index - 1
    var adjectives: [String] = []
    while let word = lower(place, with: index), StoryLexicon.adjectives.contains(word),
      words[place + 1].marks.isEmpty
    {
      adjectives.insert(word, at: 0)
      place -= 1
    }
    let determiner = words.indices.contains(place) && words[place].isPossessive ? "'s" : nil
    return NounPhrase(
      determiner: determiner ?? lower(place, with: index) ?? "", adjectives: adjectives,
      before: lower(place - 1, with: index) ?? "")
  }

  /// "a tart cake": an adjective here.
  func describesThing(_ index: Int) -> Bool {
    guard StoryLexicon.adjectives.contains(words[index].lower),
      let next = lower(index + 1, with: index), words[index + 1].marks.isEmpty
    else { return false }
    return StoryLexicon.things.contains(next) || StoryLexicon.adjectives.contains(next)
  }

  mutating func readThings() {
    var seen: Set<String> = []
    var adjectives: [String: [String]] = [:]
    for index in words.indices {
      let word = words[index].lower
      guard StoryLexicon.things.contains(word), !words[index].isCapitalized,
        !describesThing(index)
      else {
        seen.insert(word)
        continue
      }
      let phrase = phrase(index)
      switch phrase.determiner {
      case "the", "my":
        if !seen.contains(word) && !isAtHand(index, phrase) {
          find(.thing, index, "'\(phrase.determiner) \(word)' was not told of before")
        } else if phrase.determiner == "the", !phrase.adjectives.isEmpty,
          let before = adjectives[word], before != phrase.adjectives
        {
          find(.thing, index, "the \(word) was \(before.joined(separator: " ")) before")
        }
      case "a", "an":
        // "What a pretty kite!", "That is a pretty kite": one that both see.
        if words[index].quotation != nil, ["what", "is"].contains(phrase.before),
          !seen.contains(word)
        {
          find(.thing, index, "no \(word) is there that could be spoken of")
        }
        adjectives[word] = adjectives[word] ?? phrase.adjectives
      case "his", "her", "'s": adjectives[word] = adjectives[word] ?? phrase.adjectives
      case "other", "no":
        if !seen.contains(word) { find(.thing, index, "no \(word) was told of before") }
      default: break
      }
      seen.insert(word)
    }
  }

  /// The world has it without its being told of: "played the violin in a small band".
  private func isAtHand(_ index: Int, _ phrase: NounPhrase) -> Bool {
    StoryLexicon.ownWorld.contains(words[index].lower)
      || phrase.before == "played" && lower(index + 1, with: index) == "in"
      || phrase.before == "at" && lower(index - 3, with: index) == "left"
  }

  // MARK: Gifts

  mutating func readGifts() {
    var holder: [String: String] = [:]
    for index in words.indices where words[index].isNarrated {
      guard ["gave", "handed"].contains(words[index].lower),
        let gift = gift(index)
      else { continue }
      let giver = giver(index)
      if let giver {
        if giver == gift.receiver {
          find(.gift, gift.place, "\(giver) gives the \(gift.thing) to \(giver)")
        } else if let holder = holder[gift.thing], holder != giver {
          find(.gift, gift.place, "\(holder) has the \(gift.thing), not \(giver)")
        }
      }
      holder[gift.thing] = gift.receiver
    }
  }

  /// "gave the kite (back) to Tom", "gave Tom the kite".
  private func gift(_ verb: Int) -> (thing: String, receiver: String, place: Int)? {
    let end = reading.sentences[words[verb].sentence].upperBound
    var (thing, receiver, place): (String?, String?, Int) = (nil, nil, verb)
    for index in verb + 1..<max(verb + 1, end) {
      let word = words[index]
      if !word.marks.isEmpty || !word.isNarrated { break }
      if word.lower == "and" { break }
      if let name = meant[index], receiver == nil, !word.isPossessive {
        (receiver, place) = (name, index)
      }
      if StoryLexicon.things.contains(word.lower), thing == nil, phrase(index).determiner == "the" {
        thing = word.lower
      }
      if word.lower == "it", thing == nil { thing = thingBefore(verb) }
      if thing != nil && receiver != nil { break }
    }
    guard let thing, let receiver else { return nil }
    return (thing, receiver, place)
  }

  /// What "it" means: the thing that the sentence has spoken of last.
  private func thingBefore(_ verb: Int) -> String? {
    reading.sentences[words[verb].sentence].prefix { $0 < verb }.last {
      StoryLexicon.things.contains(words[$0].lower)
    }.map { words[$0].lower }
  }

  /// Whoever gives: the person before the verb; across "and", the one whom the sentence began with.
  private func giver(_ verb: Int) -> String? {
    let before = reading.sentences[words[verb].sentence].prefix { $0 < verb }
    for index in before.reversed() {
      if let name = meant[index] { return words[index].isPossessive ? nil : name }
      if words[index].lower == "and" {
        let first = before.first { meant[$0] != nil }
        return first.flatMap { isOfPair($0) || words[$0].isPossessive ? nil : meant[$0] }
      }
      if !words[index].lower.hasSuffix("ly") { return nil }
    }
    return nil
  }
}
