/// Errors as scanners make them: letters taken for others, words split and joined, letters swapped
/// and doubled (the kinds that KL3M's character-level vocabularies are made for, arXiv 2503.17247).
///
/// Line ends stay, so that clean and noisy text have the same lines.
public struct RecognitionNoise: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// c for e, 5 for S, 0 for o, l for 1, S for §, and the other way.
    case confusion
    /// A space inside a word.
    case split
    /// A space between two words is lost.
    case join
    /// Two neighbouring letters change places.
    case transposition
    /// A letter comes twice.
    case doubling
  }

  /// Errors for each character of the text; fewer where there are not enough places for them.
  public var rate: Double
  public var kinds: [Kind]

  public init(rate: Double, kinds: [Kind] = Kind.allCases) {
    self.rate = rate
    self.kinds = kinds
  }

  private static let confused: [Unicode.Scalar: Unicode.Scalar] = [
    "c": "e", "e": "c", "5": "S", "S": "5", "0": "o", "o": "0", "O": "0", "l": "1", "1": "l",
    "§": "S",
  ]

  /// The text with `rate · characters` errors, rounded, at places that are drawn without
  /// repetition; at each, one of the kinds that are possible there.
  ///
  /// - Complexity: O(characters).
  public func applied(to text: String, seed: UInt64) -> String {
    var generator = SplitMix(seed: seed)
    let letters = Array(text.unicodeScalars)
    let possible = letters.indices.map { place in kinds.filter { fits($0, letters, place) } }
    var places = letters.indices.filter { !possible[$0].isEmpty }
    var changes = [Kind?](repeating: nil, count: letters.count)
    var left = Int((min(max(rate, 0), 1) * Double(letters.count)).rounded())
    var last = places.count - 1
    while left > 0, last >= 0 {
      // Fisher and Yates, one step for each place that is looked at.
      places.swapAt(Self.number(below: last + 1, &generator), last)
      let place = places[last]
      last -= 1
      if place > 0, changes[place - 1] == .transposition { continue }
      let kinds = possible[place]
      let kind = kinds[Self.number(below: kinds.count, &generator)]
      if kind == .transposition, changes[place + 1] != nil { continue }
      changes[place] = kind
      left -= 1
    }
    return Self.text(letters, changes)
  }

  private static func number(below count: Int, _ generator: inout SplitMix) -> Int {
    // The bias of a count far below 2^64 is beyond measuring.
    Int(generator.next().multipliedFullWidth(by: UInt64(count)).high)
  }

  private func fits(_ kind: Kind, _ letters: [Unicode.Scalar], _ place: Int) -> Bool {
    func isWord(_ place: Int) -> Bool {
      guard letters.indices.contains(place) else { return false }
      let flags = CharacterClasses.shared.flags(letters[place].value)
      return flags & (CharacterClasses.letter | CharacterClasses.number) != 0
    }
    return switch kind {
    case .confusion: Self.confused[letters[place]] != nil
    case .split: isWord(place) && isWord(place - 1)
    case .join: letters[place] == " " && isWord(place - 1) && isWord(place + 1)
    case .transposition:
      isWord(place) && isWord(place + 1) && letters[place] != letters[place + 1]
    case .doubling: isWord(place)
    }
  }

  private static func text(_ letters: [Unicode.Scalar], _ changes: [Kind?]) -> String {
    var result = String.UnicodeScalarView()
    var place = 0
    while place < letters.count {
      let letter = letters[place]
      switch changes[place] {
      case nil: result.append(letter)
      case .confusion: result.append(confused[letter] ?? letter)
      case .split:
        result.append(" ")
        result.append(letter)
      case .join: break
      case .transposition:
        result.append(letters[place + 1])
        result.append(letter)
        place += 1
      case .doubling:
        result.append(letter)
        result.append(letter)
      }
      place += 1
    }
    return String(result)
  }
}
