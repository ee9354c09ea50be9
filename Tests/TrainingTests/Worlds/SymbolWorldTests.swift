import Testing

@testable import Training

@Suite("Symbol tasks and ciphers") struct SymbolWorldTests {
  @Test("a looked-up value is that of its key")
  func lookup() throws {
    let problems = try LookupWorld(seed: 1, pairs: [1, 8, 26]).problems(300)
    for (index, problem) in problems.enumerated() {
      let words = problem.prompt.split(separator: " ")
      #expect(words.count == [1, 8, 26][index % 3] + 1)
      let pairs = words.dropLast().map { (key: $0.first, value: $0.last) }
      #expect(Set(pairs.map(\.key)).count == pairs.count)
      #expect(Set(pairs.map(\.value)).count == pairs.count)
      let wanted = pairs.filter { $0.key == words.last?.first }
      #expect(wanted.count == 1 && problem.answer == wanted[0].value.map { String($0) })
      #expect(!problem.verdict(on: problem.answer + "a").isRight)
      for other in pairs.map(\.value) where other != wanted[0].value {
        #expect(!problem.verdict(on: other.map { String($0) } ?? "").isRight)
      }
    }
    // The answer may be any letter, at any place.
    #expect(Set(problems.map(\.answer)).count == 26)
    let places = try LookupWorld(seed: 2, pairs: [4]).problems(800).map(\.asked)
    for place in 0..<4 { #expect((150...250).contains(places.count { $0 == place })) }
  }

  @Test("a permuted tuple goes the way of the examples")
  func permute() throws {
    let world = try PermutationWorld(seed: 3, sizes: [2, 3, 6], examples: [1, 4])
    for (index, problem) in try world.problems(200).enumerated() {
      let words = problem.prompt.split(separator: " ").map {
        $0.split(separator: ">", omittingEmptySubsequences: false).map(Array.init)
      }
      #expect(words.count == [1, 4][index / 3 % 2] + 1)
      let question = try #require(words.last)[0]
      #expect(question.count == [2, 3, 6][index % 3] && Set(question).count == question.count)
      // Every example says by itself where each symbol goes.
      for example in words.dropLast() {
        let answer = example[1].map { symbol in
          question[example[0].firstIndex(of: symbol) ?? 0]
        }
        #expect(String(answer) == problem.answer)
      }
      #expect(!problem.verdict(on: String(problem.answer.reversed())).isRight)
      #expect(problem.verdict(on: String(problem.answer.dropLast())).wrongAt == question.count - 1)
    }
    var counts: [[Int]: Int] = [:]
    for problem in try PermutationWorld(seed: 4, sizes: [3]).problems(600) {
      counts[problem.permutation, default: 0] += 1
    }
    #expect(counts.count == 6 && counts.values.allSatisfy { (65...135).contains($0) })
  }

  @Test(
    "what is no prompt is refused",
    arguments: ["", ">", "a>", "a>b", "a>b c>", "a>b ab>", "a>b a>b", "ab>ba", "a>bc a>"])
  func malformed(text: String) {
    #expect(LookupProblem(fields: ["prompt": .text(text)]) == nil)
    #expect(PermutationProblem(fields: ["prompt": .text(text == "a>b c>" ? "" : text)]) == nil)
  }

  @Test("examples that contradict each other make no problem")
  func contradiction() {
    #expect(PermutationProblem(fields: ["prompt": .text("abc>cab def>fde ghi>")])?.answer == "igh")
    for prompt in ["abc>cab def>def ghi>", "abc>cad ghi>", "abc>cab gh>", "aba>aba ghi>"] {
      #expect(PermutationProblem(fields: ["prompt": .text(prompt)]) == nil, "\(prompt)")
    }
  }

  @Test("symbols may be any scalars, also those that join their neighbours")
  func scalars() throws {
    // A letter, a combining accent, two regional indicators, a joiner.
    let alphabet = "a\u{301}\u{1F1E9}\u{1F1EA}\u{200D}é"
    for problem in try LookupWorld(seed: 5, pairs: [6], alphabet: alphabet).problems(30) {
      let again = try #require(LookupProblem(fields: WorldSamples.columns(problem)))
      #expect(again == problem && again.verdict(on: problem.answer).isRight)
    }
    for problem in try PermutationWorld(seed: 5, sizes: [3], alphabet: alphabet).problems(30) {
      #expect(PermutationProblem(fields: WorldSamples.columns(problem)) == problem)
    }
  }

  @Test("a ciphered text is the plain one, symbol for symbol")
  func cipher() throws {
    let texts = ["The quick brown fox, 42!", "jumps over\nthe lazy dog", ""]
    let problems = try CipherWorld(seed: 6, texts: texts).problems(300)
    var images: [Character: Int] = [:]
    for (index, problem) in problems.enumerated() {
      let plain = texts[index % 3]
      let key = Array(SymbolAlphabet.text(problem.key))
      let letters = Array("abcdefghijklmnopqrstuvwxyz")
      #expect(key.sorted() == letters)
      images[key[4], default: 0] += 1
      let naive = plain.map { character -> String in
        if let place = letters.firstIndex(of: character) { return String(key[place]) }
        let small = Character(character.lowercased())
        guard character.isLetter, let place = letters.firstIndex(of: small) else {
          return String(character)
        }
        return key[place].uppercased()
      }
      #expect(problem.text == naive.joined() && problem.plain == plain)
      #expect(problem.verdict(on: plain) == .right)
      if !plain.isEmpty {
        #expect(problem.verdict(on: "!" + plain.dropFirst()).wrongAt == 0)
        #expect(problem.verdict(on: String(plain.dropLast())).wrongAt == plain.count - 1)
      }
    }
    #expect(images.count > 20 && images.values.allSatisfy { $0 < 40 })
    #expect(problems[0].key != problems[3].key)
  }

  @Test(
    "what has no capitals leaves capitals alone, so that texts come back",
    arguments: [
      "abcdefghijklmnopqrstuvwxyz ", "abcABC", "ßab", "01",
    ])
  func alphabets(alphabet: String) throws {
    let text = "A Cab, a bAbY; Straße ẞ 1001"
    for problem in try CipherWorld(seed: 7, texts: [text], alphabet: alphabet).problems(20) {
      #expect(problem.plain == text)
      #expect(CipherProblem(fields: WorldSamples.columns(problem)) == problem)
    }
    #expect(
      CipherProblem(fields: ["text": .text(""), "key": .text("ab"), "alphabet": .text("ac")]) == nil
    )
    #expect(
      CipherProblem(fields: ["text": .text(""), "key": .text("aa"), "alphabet": .text("aa")]) == nil
    )
  }
}
