/// Choosing who and what a story is about.
extension Teller {
  /// A main character. A second one usually has the other pronoun, which makes for clearer sentences.
  mutating func cast(_ role: Swift.Character) {
    let animals = isAmongAnimals
    var pronouns: StoryPronouns = chance(50) ? .she : .he
    if let first = castOrder.first, chance(80) { pronouns = first.pronouns == .she ? .he : .she }
    let kind = animals ? word("beast") : pronouns == .she ? "girl" : "boy"
    enter(
      role,
      StoryCharacter(
        name: freshName(animals ? animalNames(pronouns) : childNames(pronouns)), kind: kind,
        pronouns: pronouns))
  }

  /// A grown-up with a trade; among animals, another animal.
  mutating func castAdult(_ role: Swift.Character) {
    let pronouns: StoryPronouns = chance(50) ? .she : .he
    let animals = isAmongAnimals
    enter(
      role,
      StoryCharacter(
        name: freshName(animals ? animalNames(pronouns) : childNames(pronouns)),
        kind: word(animals ? "beast" : "adult"), pronouns: pronouns))
  }

  /// A baby animal, in any world.
  mutating func castAnimal(_ role: Swift.Character) {
    let pronouns: StoryPronouns = chance(50) ? .she : .he
    enter(
      role,
      StoryCharacter(
        name: freshName(animalNames(pronouns)), kind: word("beast"), pronouns: pronouns))
  }

  private func childNames(_ pronouns: StoryPronouns) -> [String] {
    pronouns == .she ? NameWords.girls : NameWords.boys
  }

  private func animalNames(_ pronouns: StoryPronouns) -> [String] {
    pronouns == .she ? NameWords.femaleAnimals : NameWords.maleAnimals
  }

  /// A name whose letters differ from those of the others at the start, so that readers tell them apart.
  private mutating func freshName(_ names: [String]) -> String {
    for _ in 0..<50 {
      let name = pick(names)
      let isFree = !isTaken(name.lowercased())
      if isFree && castOrder.allSatisfy({ $0.name.prefix(1) != name.prefix(1) }) { return name }
    }
    return names.first { name in castOrder.allSatisfy { $0.name != name } } ?? names[0]
  }

  /// A thing of a class, with one or two adjectives that suit it.
  @discardableResult
  mutating func putThing(_ label: Swift.Character, _ classes: [String]) -> String {
    let name = pick(classes)
    let noun = word(name)
    var adjectives: [String] = []
    switch name {
    case "garment":
      adjectives = [pick(["pattern", "softMaterial", "look"]), "color"].map { word($0) }
    case "treat", "fruit", "vegetable": adjectives = [word("taste")]
    case "toy", "keepsake":
      adjectives = [pick(["size", "look", "look"]), pick(["color", "color", "hardMaterial"])].map {
        word($0)
      }
    default: adjectives = [word(pick(["size", "look", "hardMaterial"]))]
    }
    if adjectives.count == 2 && (chance(50) || adjectives[0] == adjectives[1]) {
      adjectives.removeFirst()
    }
    adjectives.removeAll { $0 == noun }
    put(label, Thing(noun: noun, adjectives: adjectives.joined(separator: " ")))
    return noun
  }

  /// A thing with a given noun.
  mutating func putThing(_ label: Swift.Character, noun: String, adjective: String = "") {
    let adjective = adjective == noun ? "" : adjective
    put(label, Thing(noun: noun, adjectives: adjective))
  }

  /// A place of one of these kinds.
  mutating func putPlace(_ label: Swift.Character, _ biomes: [Biome]) {
    let biome = pick(biomes)
    let others = places.values.map(\.noun)
    var place = pick(biome.places)
    for _ in 0..<20 where others.contains(place.noun) { place = pick(biome.places) }
    self.place(label, place)
  }

  /// Weather that suits a day outdoors.
  mutating func fairWeather() -> String { pick(["sunny", "sunny", "cloudy", "windy", "foggy"]) }

  /// Opening lines: who it is about, and something about the character.
  mutating func open() {
    introduce()
    if chance(75) { describe() }
    if chance(25) { describe() }
  }
}
