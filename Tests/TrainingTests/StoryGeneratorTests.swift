import Files
import Testing

@testable import Training

@Suite("Generated stories") struct StoryGeneratorTests {
  @Test("are consistent: names, pronouns, things, places, weather", arguments: 0..<4)
  func consistent(seed: UInt64) {
    let generator = StoryGenerator(seed: seed)
    var reported = 0
    for index in 0..<500 {
      for problem in StoryChecker.problems(of: generator.story(index)) where reported < 20 {
        reported += 1
        Issue.record("story \(index): \(problem)")
      }
    }
  }

  @Test("that are tampered with are found out: the checker sees what it is there for")
  func checkerSees() {
    let generator = StoryGenerator(seed: 3)
    for (old, new) in [(" she ", " he "), (" he ", " she "), (" his ", " her "), (" an ", " a ")] {
      var seen = 0
      var tried = 0
      for index in 0..<200 where tried < 20 {
        let story = generator.story(index)
        guard
          let number = story.sentences.firstIndex(where: { $0.text.firstPlace(of: old) != nil }),
          !story.sentences[number].text.contains("\"")
        else { continue }
        tried += 1
        if !StoryChecker.problems(of: story.replacing(old, by: new, in: number)).isEmpty {
          seen += 1
        }
      }
      // A wrong pronoun may by chance mean somebody else whom the sentence speaks of.
      #expect(tried > 5 && 4 * seen >= 3 * tried, "\(old) → \(new): \(seen) of \(tried)")
    }
    // A thing that goes from hand to hand without being given.
    var broken = 0
    for index in 0..<200 {
      let story = generator.story(index)
      guard
        let place = story.events.firstIndex(where: {
          if case .gives = $0.action { true } else { false }
        }),
        story.events[place...].contains(where: { if case .uses = $0.action { true } else { false } }
        )
          || story.events[(place + 1)...].contains(where: {
            if case .gives = $0.action { true } else { false }
          })
      else { continue }
      var events = story.events
      events.remove(at: place)
      let without = story.with(events: events)
      if !StoryChecker.problems(of: without).isEmpty { broken += 1 }
    }
    #expect(broken > 20)
  }

  @Test("do not depend on how many are asked for, and are the same every time")
  func determinism() throws {
    let generator = StoryGenerator(seed: 5)
    let ten = try StoryGenerator.text(count: 10, seed: 5)
    let hundred = try StoryGenerator.text(count: 100, seed: 5)
    #expect(hundred.hasPrefix(ten))
    #expect(ten == (0..<10).map { generator.story($0).text + "\n" }.joined(separator: "\n"))
    #expect(generator.story(7) == StoryGenerator(seed: 5).story(7))
    #expect(generator.story(7) != generator.story(8))
    #expect(generator.story(7) != StoryGenerator(seed: 6).story(7))
    #expect(try StoryGenerator.text(count: 0, seed: 5) == "")
    #expect(generator.story(1_000_000_007).sentences.count > 5)

    let bytes = try StoryGenerator.text(atLeast: 20_000, seed: 5)
    #expect((20_000..<25_000).contains(bytes.utf8.count))
    #expect(hundred.hasPrefix(bytes))
  }

  @Test("are these stories: a change of words or grammar changes the digest, knowingly")
  func digest() throws {
    let text = try StoryGenerator.text(count: 200, seed: 1)
    #expect(
      Digest.hexadecimal(of: text)
        == "b5668a23f75eeccd17f9c37fb56ed1de2bde45b6be600742df2f5db93f612c6a")
  }

  @Test("use more than 2,000 different words with a meaning of their own")
  func vocabulary() throws {
    let text = try StoryGenerator.text(count: 4_000, seed: 9)
    var seen: Set<String> = []
    var word: [UInt8] = []
    for byte in text.lowercased().utf8 {
      if byte >= 0x61 && byte <= 0x7A || byte == 0x2D {
        word.append(byte)
      } else if !word.isEmpty {
        seen.insert(String(decoding: word, as: UTF8.self))
        word = []
      }
    }
    seen.subtract(FunctionWords.all)
    #expect(seen.count > 3_500)
    // Forms of one word count once: "hopped", "hops" and "hop"; adverbs count with their adjectives.
    let stems = Set(seen.map { FunctionWords.stem($0, among: seen) })
    #expect(stems.count >= 2_000, "\(stems.count)")
  }

  @Test("begin in many ways, are of many kinds, and have titles of their own")
  func variety() {
    let generator = StoryGenerator(seed: 2)
    let stories = (0..<1_000).map(generator.story)
    // Openings by their words that are not names or drawn from lists: the first two words.
    var openings: [String: Int] = [:]
    for story in stories {
      let names = Set(story.characters.map(\.name))
      let words = story.text.split(separator: " ").prefix(2).map {
        names.contains(String($0)) ? "NAME" : String($0)
      }
      openings[words.joined(separator: " "), default: 0] += 1
    }
    #expect(openings.count > 40)
    #expect(
      (openings.values.max() ?? 0) < 150, "\(openings.sorted { $0.value > $1.value }.prefix(3))")

    let schemes = Dictionary(grouping: stories, by: \.scheme).mapValues(\.count)
    #expect(Set(schemes.keys) == Set(StoryGenerator.schemes))
    #expect((schemes.values.min() ?? 0) > 20)
    #expect(Set(stories.map(\.title)).count > 600)
    #expect(Set(stories.map(\.text)).count == 1_000)
    // Sentences are not told word for word again and again.
    var sentences: [String: Int] = [:]
    for sentence in stories.flatMap(\.sentences) { sentences[sentence.text, default: 0] += 1 }
    #expect(
      (sentences.values.max() ?? 0) < 40, "\(sentences.sorted { $0.value > $1.value }.prefix(3))")
  }
}

extension Story {
  /// The story with a piece of one sentence changed, in the text as well.
  fileprivate func replacing(_ old: String, by new: String, in number: Int) -> Story {
    var sentences = sentences
    let sentence = sentences[number]
    guard let place = sentence.text.firstPlace(of: old) else { return self }
    let changed = sentence.text[..<place.lowerBound] + new + sentence.text[place.upperBound...]
    sentences[number] = StorySentence(
      text: String(changed), paragraph: sentence.paragraph, characters: sentence.characters,
      things: sentence.things)
    var text = ""
    for (index, sentence) in sentences.enumerated() {
      if index > 0 { text += sentence.paragraph == sentences[index - 1].paragraph ? " " : "\n" }
      text += sentence.text
    }
    return Story(
      title: title, scheme: scheme, text: text, characters: characters, sentences: sentences,
      events: events)
  }

  fileprivate func with(events: [StoryEvent]) -> Story {
    Story(
      title: title, scheme: scheme, text: text, characters: characters, sentences: sentences,
      events: events)
  }
}
