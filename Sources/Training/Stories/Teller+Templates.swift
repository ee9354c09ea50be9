/// Filling templates: alternatives, slots, and the choice between names and pronouns.
extension Teller {
  /// All of a template's slots have something to be filled from at this place, and none of its own
  /// words is one of the story's things, which it would seem to speak of.
  func fits(_ template: String) -> Bool {
    let bytes = Array(template.utf8)
    var index = 0
    while index < bytes.count {
      let start = index
      if bytes[index] == UInt8(ascii: "{") {
        while index < bytes.count && bytes[index] != UInt8(ascii: "}") { index += 1 }
        let slot = bytes[(start + 1)..<index].prefix { $0 != UInt8(ascii: ".") }
        let isLabel =
          slot.count == 1 || slot.count == 2 && slot.allSatisfy { $0 < UInt8(ascii: "a") }
        if !isLabel {
          let name = String(decoding: slot, as: UTF8.self)
          if bound[name] == nil && here.classes[name] == nil && WordList.classes[name] == nil {
            return false
          }
        }
      } else if SentenceFinish.isLetter(bytes[index]) {
        while index < bytes.count && SentenceFinish.isLetter(bytes[index]) { index += 1 }
        if things.values.contains(where: { $0.noun.utf8.elementsEqual(bytes[start..<index]) }) {
          return false
        }
        continue
      }
      index += 1
    }
    return true
  }

  private mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }

  mutating func expand(_ template: ArraySlice<UInt8>) {
    var index = template.startIndex
    while index < template.endIndex {
      switch template[index] {
      case UInt8(ascii: "["):
        let end = closing(template, from: index)
        let options = alternatives(template[(index + 1)..<end])
        expand(options[random.int(below: options.count)])
        index = end + 1
      case UInt8(ascii: "{"):
        let end = template[index...].firstIndex(of: UInt8(ascii: "}")) ?? template.endIndex - 1
        fill(String(decoding: template[(index + 1)..<end], as: UTF8.self))
        index = end + 1
      default:
        if template[index] == UInt8(ascii: "\"") { inQuotation.toggle() }
        output.append(template[index])
        index += 1
      }
    }
  }

  private func closing(_ template: ArraySlice<UInt8>, from start: Int) -> Int {
    var depth = 0
    for index in start..<template.endIndex {
      if template[index] == UInt8(ascii: "[") { depth += 1 }
      if template[index] == UInt8(ascii: "]") { depth -= 1 }
      if depth == 0 { return index }
    }
    return template.endIndex - 1
  }

  private func alternatives(_ template: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var start = template.startIndex
    var depth = 0
    for index in template.indices {
      switch template[index] {
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "|") where depth == 0:
        result.append(template[start..<index])
        start = index + 1
      default: break
      }
    }
    return result + [template[start...]]
  }

  private mutating func fill(_ slot: String) {
    let parts = slot.split(separator: ".", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    let form = parts.count > 1 ? parts[1] : ""
    if name.count == 1, let label = name.first.map({ $0 == "@" ? destination : $0 }) {
      if let character = character(label) { return fill(character, form) }
      if let thing = things[label] { return fill(thing, form) }
      if let place = places[label] { return fill(place, form) }
    }
    if name.count == 2, let first = name.first.flatMap(character),
      let second = name.last.flatMap(character)
    {
      return fill(first, second, form)
    }
    var word = bound[name] ?? self.word(name)
    for _ in 0..<10 where bound[name] == nil && usedWords.contains(word) { word = self.word(name) }
    usedWords.insert(word)
    write(form == "s" ? Inflection.plural(of: word) : word)
  }

  private mutating func fill(_ character: StoryCharacter, _ form: String) {
    let pronouns = character.pronouns
    switch form {
    case "kind": write(character.kind)
    case "self":
      write(pronouns.reflexive)
      mention(character, byName: false)
    case "name": name(character)
    case "him" where mayUsePronoun(character):
      write(pronouns.object)
      mention(character, byName: false)
    case "his" where mayUsePronoun(character):
      write(pronouns.possessive)
      mention(character, byName: false)
    case "his":
      name(character)
      write("'s")
    case ""
    where mayUsePronoun(character)
      && (pronounRun[character.name, default: 0] < 3
        || lastMention[character.name] == sentences.count):
      write(pronouns.rawValue)
      pronounRun[character.name, default: 0] += 1
      mention(character, byName: false)
    default: name(character)
    }
  }

  private mutating func name(_ character: StoryCharacter) {
    write(character.name)
    if !inQuotation { pronounRun[character.name] = 0 }
    mention(character, byName: true)
  }

  private mutating func mention(_ character: StoryCharacter, byName: Bool) {
    if inQuotation { return }
    mentioned.insert(character.name)
    lastMention[character.name] = sentences.count
    if byName { lastOf[character.pronouns] = character.name }
  }

  /// Nobody else whom the pronoun could mean was spoken of in this sentence or the one before.
  private func mayUsePronoun(_ character: StoryCharacter) -> Bool {
    if isSubject(character) { return true }
    let now = sentences.count
    guard !inQuotation, lastOf[character.pronouns] == character.name,
      let last = lastMention[character.name], last >= now - 1,
      last == now || sentences[last].paragraph == paragraph
    else { return false }
    return castOrder.allSatisfy {
      $0 == character || $0.pronouns != character.pronouns
        || lastMention[$0.name, default: -9] < now - 2
    }
  }

  /// Spoken of in this sentence already, and nobody else whom the pronoun could mean.
  private func isSubject(_ character: StoryCharacter) -> Bool {
    let now = sentences.count
    return !inQuotation && lastOf[character.pronouns] == character.name
      && lastMention[character.name] == now
      && castOrder.allSatisfy {
        $0 == character || $0.pronouns != character.pronouns || lastMention[$0.name] != now
      }
  }

  private mutating func fill(_ first: StoryCharacter, _ second: StoryCharacter, _ form: String) {
    let now = sentences.count
    let isClear =
      !inQuotation
      && [first, second].allSatisfy {
        let last = lastMention[$0.name, default: -9]
        return last == now || last == now - 1 && sentences[last].paragraph == paragraph
      }
      && castOrder.allSatisfy {
        $0 == first || $0 == second || lastMention[$0.name, default: -9] < now - 1
      }
    let pronoun = ["": "they", "them": "them", "their": "their"][form]
    if isClear, let pronoun {
      write(pronoun)
      mention(first, byName: false)
      mention(second, byName: false)
      return
    }
    name(first)
    write(" and ")
    name(second)
    if form == "their" { write("'s") }
  }

  private mutating func fill(_ thing: Thing, _ form: String) {
    if !inQuotation { mentionedThings.insert(thing.noun) }
    let full = thing.adjectives.isEmpty ? thing.noun : thing.adjectives + " " + thing.noun
    switch form {
    case "full": write("the " + full)
    case "a": write("a " + full)
    case "an": write(full)
    case "n": write(thing.noun)
    case "s": write(Inflection.plural(of: thing.noun))
    default: write("the " + thing.noun)
    }
  }

  private mutating func fill(_ place: Place, _ form: String) {
    switch form {
    case "in": write(place.preposition + " the " + place.noun)
    case "n": write(place.noun)
    default: write("the " + place.noun)
    }
  }
}
