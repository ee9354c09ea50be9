/// A little story with the record of what happens in it.
public struct Story: Sendable, Equatable {
  public let title: String
  /// The kind of plot: `lost and found`, `a race`, ….
  public let scheme: String
  /// Paragraphs of whole sentences, separated by a newline.
  public let text: String
  public let characters: [StoryCharacter]
  public let sentences: [StorySentence]
  /// What happens, in order. It suffices to know at any time who has what, and where everybody is.
  public let events: [StoryEvent]
}

/// Someone with a name.
public struct StoryCharacter: Sendable, Equatable {
  public let name: String
  /// What the character is: `girl`, `baker`, `rabbit`.
  public let kind: String
  public let pronouns: StoryPronouns
}

public enum StoryPronouns: String, Sendable, CaseIterable {
  case she, he

  var object: String { self == .she ? "her" : "him" }
  var possessive: String { self == .she ? "her" : "his" }
  var reflexive: String { self == .she ? "herself" : "himself" }
}

/// One sentence, and whom and what it speaks of outside of quotations.
public struct StorySentence: Sendable, Equatable {
  public let text: String
  public let paragraph: Int
  /// The names of the characters meant, by name or by pronoun.
  public let characters: Set<String>
  /// The nouns of the story's things in it.
  public let things: Set<String>
}

public struct StoryEvent: Sendable, Equatable {
  /// The index of the sentence that tells it.
  public let sentence: Int
  public let action: StoryAction
}

/// Something that happens. Characters stand by their names, things and places by their nouns.
public enum StoryAction: Sendable, Equatable {
  /// The character is at the place from now on.
  case arrives(String, place: String)
  /// The character has the thing from now on; nobody had it before in this story.
  case obtains(String, thing: String)
  /// The thing is at the place; nobody has it.
  case lies(thing: String, place: String)
  /// The character takes a thing that is where the character is.
  case takes(String, thing: String)
  /// The character leaves a thing where the character is.
  case leaves(String, thing: String)
  /// As `leaves`, without noticing it.
  case loses(String, thing: String)
  /// As `takes`, for a thing that was lost or hidden.
  case finds(String, thing: String)
  case gives(String, to: String, thing: String)
  /// The character does something with a thing that the character has, or that is here.
  case uses(String, thing: String)
  /// The thing is spoken of, wherever it is.
  case mentions(thing: String)
  /// The character makes a thing, which is then here.
  case makes(String, thing: String)
  case breaks(thing: String)
  case mends(String, thing: String)
  /// The thing is eaten, or used up.
  case consumes(String, thing: String)
  case feels(String, feeling: String)
  /// The weather from now on: `sunny`, `cloudy`, `windy`, `foggy`, `rainy`, `snowy`, `stormy`.
  case weather(String)
}
