/// Who is introduced, named, and meant by pronouns.
extension StoryReader {
  /// When somebody was spoken of last: the paragraph, and the narrated sentence counted from 1.
  private struct Mention {
    var paragraph = -1
    var sentence = -9
  }

  mutating func readPeople() {
    var mentions: [String: Mention] = [:]
    var lastNamed: [StoryPronouns: String] = [:]
    var (sentence, narrated) = (-1, 0)
    /// The baby animal that is told of before it says its name.
    var littleOne = ""
    for index in words.indices {
      let word = words[index]
      if word.isNarrated && word.sentence != sentence {
        (sentence, narrated) = (word.sentence, narrated + 1)
      }
      let now = Mention(paragraph: word.paragraph, sentence: narrated)
      func isNear(_ name: String) -> Bool {
        guard let last = mentions[name] else { return false }
        return last.paragraph == now.paragraph && last.sentence >= now.sentence - 1
      }
      if let pronouns = nameAt(index) {
        if person(word.text) == nil {
          introduce(index, pronouns, littleOne)
        } else {
          checkKnown(index)
        }
        if word.isNarrated {
          meant[index] = word.text
          mentions[word.text] = now
          lastNamed[pronouns] = word.text
        }
      } else if word.isCapitalized && !word.opens && word.lower != "i"
        && !StoryLexicon.calendar.contains(word.text) && !word.lower.hasPrefix("i'")
      {
        find(.name, index, "nobody can be called \(word.text)")
      } else if word.isNarrated, let pronouns = StoryLexicon.pronounWords[word.lower] {
        let near = people.filter { $0.pronouns == pronouns && isNear($0.name) }.map(\.name)
        guard let latest = lastNamed[pronouns], let nearest = near.last else {
          find(.pronoun, index, "nobody near can be meant by '\(word.lower)'")
          continue
        }
        let name = near.contains(latest) ? latest : nearest
        meant[index] = name
        mentions[name] = now
        checkOwn(index, name)
      } else if word.isNarrated, ["they", "them", "their"].contains(word.lower) {
        let near = people.filter { isNear($0.name) }.map(\.name)
        if near.count < 2 { find(.pronoun, index, "no two are near whom '\(word.lower)' can mean") }
        for name in near { mentions[name] = now }
      }
      if littleOne.isEmpty && isLittleOne(index) { littleOne = word.lower }
    }
    if people.isEmpty { find(.name, 0, "it is about nobody with a name") }
  }

  /// An animal that is told of before it has a name: "a baby cat", "there sat a little cat".
  func isLittleOne(_ index: Int) -> Bool {
    guard StoryLexicon.beasts.contains(words[index].lower) else { return false }
    let before = (1...3).map { lower(index - $0, with: index) ?? "" }
    return before[0] == "baby" || before[0] == "small" && before[1] == "very"
      || before[0] == "little" && before[1] == "a" && before[2] == "sat"
  }

  /// Whose name a word is, if it is one: "Honey" opens sentences as a name only.
  private func nameAt(_ index: Int) -> StoryPronouns? {
    guard let pronouns = StoryLexicon.pronouns[words[index].text] else { return nil }
    // "Rumble! And then…": a noise.
    if words[index].opens && words.indices.contains(index + 1) && words[index + 1].opens
      && words[index].isNarrated && words[index + 1].marks == "!"
    {
      return nil
    }
    return pronouns
  }

  // MARK: Introductions

  private mutating func introduce(_ index: Int, _ pronouns: StoryPronouns, _ littleOne: String) {
    let name = words[index].text
    var kind = introducedKind(index)
    if kind == nil { find(.name, index, "\(name) was not introduced") }
    if kind == "", !words[index].isNarrated { kind = littleOne }
    let fits =
      switch kind ?? "" {
      case "": true
      case "girl": pronouns == .she && !StoryLexicon.animalNames.contains(name)
      case "boy": pronouns == .he && !StoryLexicon.animalNames.contains(name)
      case let beast where StoryLexicon.beasts.contains(beast):
        StoryLexicon.animalNames.contains(name)
      default: !StoryLexicon.animalNames.contains(name)
      }
    if !fits { find(.kind, index, "\(name) is no name for a \(kind ?? "")") }
    people.append(StoryCharacter(name: name, kind: kind ?? "", pronouns: pronouns))
  }

  /// The kind by which a name is introduced where it stands; empty if it is left open, nil if the
  /// name is used as one that is known.
  private func introducedKind(_ index: Int) -> String? {
    let word = words[index]
    let (before, second) = (lower(index - 1, with: index), lower(index - 2, with: index))
    if word.isPossessive { return nil }
    if !word.isNarrated {
      return before == "am" || before == "is" && second == "name" ? "" : nil
    }
    if ["named", "called"].contains(before), words[index - 1].isNarrated,
      index < 2 || words[index - 2].isNarrated || words[index - 2].sentence != word.sentence
    {
      return kindBefore(index) ?? kindBehind(index) ?? ""
    }
    if ["was", "is"].contains(before), second == "name" { return kindBefore(index) ?? "" }
    if before == "little", lower(index + 1, with: index) == "was" { return "" }
    if let kind = kindBehind(index) { return kind }
    let (next, third) = (lower(index + 1, with: index), lower(index + 3, with: index))
    if next == "lived" || next == "was" && third == "years" { return "" }
    let start = reading.sentences[word.sentence].lowerBound
    let opening = [0, 1, 2].map { lower(start + $0, with: index) ?? "" }
    return opening == ["it", "was", "late"] ? "" : nil
  }

  private func kindBefore(_ index: Int) -> String? {
    reading.sentences[words[index].sentence].prefix { $0 < index }.last {
      StoryLexicon.kinds.contains(words[$0].lower) && !words[$0].isPossessive
    }.map { words[$0].lower }
  }

  /// "Tom, a kind boy", "Pip the rat", "Mia was a shy and clever little girl".
  private func kindBehind(_ index: Int) -> String? {
    for next in index + 1..<max(index + 1, reading.sentences[words[index].sentence].upperBound) {
      let word = words[next]
      guard word.isNarrated else { return nil }
      if StoryLexicon.kinds.contains(word.lower) { return word.isPossessive ? nil : word.lower }
      if !StoryLexicon.introducing.contains(word.lower) { return nil }
    }
    return nil
  }

  // MARK: Those who are known

  private mutating func checkKnown(_ index: Int) {
    let word = words[index]
    if ["named", "called"].contains(lower(index - 1, with: index)), index > 1,
      words[index - 1].isNarrated, words[index - 2].isNarrated,
      StoryLexicon.kinds.contains(words[index - 2].lower)
    {
      return find(.name, index, "\(word.text) is introduced a second time")
    }
    guard word.isNarrated, !word.isPossessive, let kind = apposition(index),
      let known = people.firstIndex(where: { $0.name == word.text })
    else { return }
    let before = people[known]
    if before.kind.isEmpty {
      people[known] = StoryCharacter(name: before.name, kind: kind, pronouns: before.pronouns)
    } else if before.kind != kind {
      find(.kind, index, "\(word.text) is a \(before.kind), not a \(kind)")
    }
  }

  /// "Tom, the baker,", "Tom the baker.": the kind ends the phrase.
  private func apposition(_ index: Int) -> String? {
    guard ["the", "a", "an"].contains(lower(index + 1, with: index)), words[index + 1].isNarrated,
      let kind = kindBehind(index),
      let place = words[index...].firstIndex(where: { $0.lower == kind }),
      place + 1 == words.count || !words[place + 1].marks.isEmpty
    else { return nil }
    return kind
  }

  /// Where one person alone has been spoken of in a sentence, "his ear" is that person's, and "himself" too.
  private mutating func checkOwn(_ index: Int, _ name: String) {
    let word = words[index]
    let before = reading.sentences[word.sentence].prefix { $0 < index }
    // "… asked Tom, but her head was empty": another clause.
    let clause = before.last { words[$0].lower == "but" } ?? before.startIndex
    let others = before.filter { $0 >= clause }.compactMap { meant[$0] }
    guard let subject = others.first, subject != name, others.allSatisfy({ $0 == subject }) else {
      return
    }
    let next = lower(index + 1, with: index) ?? ""
    if word.lower.hasSuffix("self")
      || ["his", "her"].contains(word.lower) && Self.ownNouns.contains(next)
    {
      find(.pronoun, index, "'\(word.lower)' is not \(subject)'s")
    }
  }

  private static let ownNouns = StoryLexicon.body.union(
    ["back", "eyes", "head", "legs", "mouth", "own", "pillow", "room", "stomach"])
}
