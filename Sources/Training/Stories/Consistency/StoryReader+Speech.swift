/// Who speaks to whom, and who does things with whom.
extension StoryReader {
  mutating func readSpeech() {
    var quotations: [Int: Range<Int>] = [:]
    for index in words.indices {
      guard let number = words[index].quotation else { continue }
      quotations[number] = (quotations[number]?.lowerBound ?? index)..<index + 1
    }
    for range in quotations.values {
      guard let speaker = speaker(behind: range) else { continue }
      for index in range where words[index].text == speaker {
        if !["am", "is"].contains(lower(index - 1, with: index)) {
          find(.speech, index, "\(speaker) speaks to \(speaker)")
        }
      }
    }
    for index in words.indices.dropLast(2) {
      if words[index + 1].lower == "and", named(index) != nil, !words[index].isPossessive,
        words[index].text == words[index + 2].text, words[index + 1].marks.isEmpty
      {
        find(.name, index + 2, "\(words[index].text) cannot be with \(words[index].text)")
      }
    }
    for sentence in reading.sentences.indices { checkTwice(sentence) }
  }

  /// Whoever says a quotation: the name behind it and one verb.
  private func speaker(behind range: Range<Int>) -> String? {
    let index = range.upperBound + 1
    guard let last = range.last, words.indices.contains(index), words[index].isNarrated,
      words[index - 1].isNarrated, words[index].sentence == words[last].sentence,
      !words[index - 1].isCapitalized
    else { return nil }
    return meant[index]
  }

  /// A name stands twice in a sentence only where a pronoun could mean somebody else, or behind a pair.
  private mutating func checkTwice(_ sentence: Int) {
    var named: Set<String> = []
    var near: Set<String> = []
    for index in reading.narrated(sentence) {
      guard let name = meant[index] else { continue }
      near.insert(name)
      guard words[index].text == name, !isOfPair(index), !named.insert(name).inserted else {
        continue
      }
      let pronouns = person(name)?.pronouns
      if !near.contains(where: { $0 != name && person($0)?.pronouns == pronouns }) {
        find(.name, index, "the sentence is of \(name) twice, as of two")
      }
    }
  }

  /// One of the names in "Tom and Mia".
  func isOfPair(_ index: Int) -> Bool {
    lower(index + 1, with: index) == "and" && meant[index + 2] != nil
      || lower(index - 1, with: index) == "and" && meant[index - 2] != nil
  }
}
