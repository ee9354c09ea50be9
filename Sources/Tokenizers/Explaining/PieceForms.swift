/// What pieces of a known pattern can look like, to prove that no piece contains a string.
///
/// The forms are those of the pattern's alternatives, some of them wider: what is part of no form is
/// part of no piece.
struct PieceForms {
  private struct Atom {
    let accepts: @Sendable (UInt32) -> Bool
    var isOptional = false
    var repeats = false
  }

  private let forms: [[Atom]]

  init(_ pattern: ScannedPattern) {
    let flags = CharacterClasses.shared
    func one(_ accepts: @escaping @Sendable (UInt32) -> Bool) -> Atom { Atom(accepts: accepts) }
    func optional(_ atom: Atom) -> Atom { Atom(accepts: atom.accepts, isOptional: true) }
    func many(_ atom: Atom) -> Atom { Atom(accepts: atom.accepts, repeats: true) }
    func any(_ atom: Atom) -> Atom { Atom(accepts: atom.accepts, isOptional: true, repeats: true) }
    let letter = one { flags.flags($0) & CharacterClasses.letter != 0 }
    let number = one { flags.flags($0) & CharacterClasses.number != 0 }
    let space = one { flags.flags($0) & CharacterClasses.space != 0 }
    let classes = CharacterClasses.letter | CharacterClasses.number
    let other = one { flags.flags($0) & (classes | CharacterClasses.space) == 0 }
    let blank = one { $0 == 0x20 }
    let apostrophe = one { $0 == 0x27 }
    let lineEnd = one { $0 == 0x0A || $0 == 0x0D }
    /// What stands before a word.
    let lead = one { flags.flags($0) & classes == 0 && $0 != 0x0A && $0 != 0x0D }
    let contraction = [apostrophe, letter, optional(letter)]
    let digits =
      pattern == .qwen2 ? [number] : [number, optional(number), optional(number)]
    switch pattern {
    case .gpt2:
      forms = [
        contraction, [optional(blank), many(letter)], [optional(blank), many(number)],
        [optional(blank), many(other)], [many(space)],
      ]
    case .cl100k, .llama3, .qwen2:
      forms = [
        contraction, [optional(lead), many(letter)], digits,
        [optional(blank), many(other), any(lineEnd)], [any(space), many(lineEnd)], [many(space)],
      ]
    case .o200k:
      let ofWord = one {
        flags.flags($0) & CharacterClasses.letter != 0 || RangeTable.mark.contains($0)
      }
      let closing = one { $0 == 0x0A || $0 == 0x0D || $0 == 0x2F }
      forms = [
        [optional(lead), any(ofWord), optional(apostrophe), optional(letter), optional(letter)],
        digits, [optional(blank), many(other), any(closing)], [any(space), many(lineEnd)],
        [many(space)],
      ]
    }
  }

  /// Whether a part of some form is made of these characters.
  func contain(_ scalars: [UInt32]) -> Bool {
    forms.contains { form in
      // All places of the form at once: a part may start anywhere.
      var places = Set(0...form.count)
      for scalar in scalars {
        var following: Set<Int> = []
        for place in places {
          var next = place
          while next < form.count {
            if form[next].accepts(scalar) {
              following.insert(next + 1)
              if form[next].repeats { following.insert(next) }
            }
            guard form[next].isOptional else { break }
            next += 1
          }
        }
        if following.isEmpty { return false }
        places = following
      }
      return true
    }
  }
}
