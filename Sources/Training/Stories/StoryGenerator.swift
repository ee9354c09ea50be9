import Kernels
import Tensors

/// Little stories in simple English from a seeded grammar, made for training and testing language models.
///
/// The `index`-th story depends on the seed and the index only. Characters keep their names, pronouns and
/// kinds; things are where they were left and with whom they were given to; every story comes with the record
/// of what happens in it, so that a test or a probe knows the truth behind the text.
public struct StoryGenerator: Sendable {
  public let seed: UInt64
  private let stream: RandomStream

  public init(seed: UInt64) {
    self.seed = seed
    stream = RandomStream(seed: seed, path: ["data.stories"])
  }

  /// The names of all kinds of plots.
  public static var schemes: [String] { StoryScheme.all.map(\.name) }

  /// One story; any index that is not negative has one.
  public func story(_ index: Int) -> Story {
    var teller = Teller(random: stream.child(String(index)))
    let scheme = teller.pick(StoryScheme.all)
    let title = scheme.tell(&teller)
    return teller.finished(title: title, scheme: scheme.name)
  }

  /// The texts of the first `count` stories, each ended by a newline, with an empty line between them.
  ///
  /// - Throws: `Interruption` when the work is asked to stop.
  /// - Complexity: about a quarter of a millisecond and 900 bytes a story.
  public static func text(count: Int, seed: UInt64) throws(Interruption) -> String {
    let generator = StoryGenerator(seed: seed)
    var text = ""
    for index in 0..<max(0, count) {
      try Cancellation.check()
      generator.append(index, to: &text)
    }
    return text
  }

  /// As ``text(count:seed:)``, with as many whole stories as it takes to reach `bytes` bytes.
  public static func text(atLeast bytes: Int, seed: UInt64) throws(Interruption) -> String {
    let generator = StoryGenerator(seed: seed)
    var text = ""
    var index = 0
    while text.utf8.count < bytes {
      try Cancellation.check()
      generator.append(index, to: &text)
      index += 1
    }
    return text
  }

  private func append(_ index: Int, to text: inout String) {
    if index > 0 { text += "\n" }
    text += story(index).text + "\n"
  }
}

/// A kind of plot.
struct StoryScheme: Sendable {
  let name: String
  /// Tells a story with a fresh teller and gives its title.
  let tell: @Sendable (inout Teller) -> String

  static let all: [StoryScheme] = [
    StoryScheme(name: "lost and found") { $0.lostAndFound() },
    StoryScheme(name: "sharing") { $0.sharing() },
    StoryScheme(name: "helping") { $0.helping() },
    StoryScheme(name: "a journey") { $0.journey() },
    StoryScheme(name: "making something") { $0.making() },
    StoryScheme(name: "a race") { $0.race() },
    StoryScheme(name: "a quarrel") { $0.quarrel() },
    StoryScheme(name: "a storm") { $0.storm() },
    StoryScheme(name: "a birthday") { $0.birthday() },
    StoryScheme(name: "learning a skill") { $0.learning() },
    StoryScheme(name: "a garden") { $0.gardening() },
    StoryScheme(name: "a new friend") { $0.newcomer() },
    StoryScheme(name: "a treasure") { $0.treasure() },
    StoryScheme(name: "shopping") { $0.shopping() },
    StoryScheme(name: "a lost little one") { $0.lostAnimal() },
    StoryScheme(name: "a noise at night") { $0.noiseAtNight() },
    StoryScheme(name: "out of reach") { $0.outOfReach() },
    StoryScheme(name: "cooking") { $0.cooking() },
    StoryScheme(name: "honesty") { $0.honesty() },
    StoryScheme(name: "a performance") { $0.performance() },
  ]
}

extension Teller {
  /// The story as told so far.
  func finished(title: String, scheme: String) -> Story {
    var text = ""
    for (index, sentence) in sentences.enumerated() {
      if index > 0 { text += sentence.paragraph == sentences[index - 1].paragraph ? " " : "\n" }
      text += sentence.text
    }
    return Story(
      title: SentenceFinish.title(title), scheme: scheme, text: text, characters: castOrder,
      sentences: sentences, events: events)
  }
}
