/// Generated stories as a world of their own: what is judged is a story's text, whoever wrote it.
public struct StoryWorld: World {
  public let seed: UInt64
  private let generator: StoryGenerator

  public init(seed: UInt64) {
    self.seed = seed
    generator = StoryGenerator(seed: seed)
  }

  public func problem(_ index: Int) -> StoryProblem {
    let story = generator.story(index)
    return StoryProblem(title: story.title, scheme: story.scheme, text: story.text)
  }
}

/// A story; every consistent one is right.
public struct StoryProblem: WorldProblem {
  public static let world = WorldKind.stories
  public static let needed: [String] = []
  public static let solutionColumn = "text"

  public let title: String
  public let scheme: String
  public let text: String

  public var fields: [(name: String, value: WorldField)] {
    [("title", .text(title)), ("scheme", .text(scheme)), ("text", .text(text))]
  }

  init(title: String, scheme: String, text: String) {
    (self.title, self.scheme, self.text) = (title, scheme, text)
  }

  public init?(fields: [String: WorldField]) {
    self.init(
      title: fields["title"]?.text ?? "", scheme: fields["scheme"]?.text ?? "",
      text: fields["text"]?.text ?? "")
  }

  public func verdict(on answer: String) -> WorldVerdict {
    guard let first = StoryConsistency(answer).first else { return .right }
    return .wrong("\(first.matter.rawValue): \(first.reason)", at: first.place)
  }
}
