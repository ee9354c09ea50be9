/// Sentences that stories of any plot can use. They speak of `{A}`, which is ``Teller/leading``.
extension Teller {
  /// Runs `body` with another character in the place of `{A}`.
  mutating func leading(_ role: Swift.Character, _ body: (inout Teller) -> Void) {
    let before = leading
    leading = role
    body(&self)
    leading = before
  }

  var leader: String { String(leading) }
  private var isPerson: Bool { !isAmongAnimals }

  // MARK: Who

  mutating func introduce() {
    var templates = [
      "Once upon a time, there was a {trait} {A.kind} named {A.name}.",
      "Once there was a {trait} little {A.kind} called {A.name}.",
      "{A.name} was a {trait} {A.kind}.",
      "{A.name} was a {trait} and {trait} little {A.kind}.",
      "This is the story of a {trait} {A.kind} named {A.name}.",
      "Everybody liked {A.name}, for {A} was such a {trait} {A.kind}.",
      "Long ago, in a {placeLook} village, there lived a {A.kind} named {A.name}.",
      "A {trait} {A.kind} called {A.name} lived in a {houseLook} {color} house.",
      "In a {houseLook} house behind [seven hills|a green hill|an old wall|the last trees], there lived a {A.kind} named {A.name}.",
      "Nobody was as {trait} as {A.name}, a {A.kind} from a {placeLook} village.",
      "Have you heard of {A.name}, the {trait} {A.kind}?",
      "There was once a {A.kind} whose name was {A.name}.",
      "\"[Good morning|What a day|Hello, world|Here I come]!\" {cheered} {A.name}, a {trait} {A.kind}.",
      "One morning, a {trait} {A.kind} named {A.name} woke up very early.",
      "[Far away|Not far from here|Across the river|Up on a hill], there lived a {trait} {A.kind} called {A.name}.",
      "{A.name} lived with {A.his} {parent} and {A.his} {relative} in a {houseLook} house.",
      "It was {season}, and a {trait} {A.kind} named {A.name} was looking for something to do.",
    ]
    if isPerson {
      templates += [
        "{A.name} was [five|six|seven|eight|nine] years old and very {trait}.",
        "Little {A.name} was the {adult}'s [youngest|oldest|only] child, and a {trait} one.",
        "At school, everyone knew {A.name}, the {A.kind} who was always [smiling|humming|late|asking questions].",
      ]
    } else {
      templates += [
        "{A.name} the {A.kind} was {very} {trait}.",
        "Of all the animals, none was as {trait} as {A.name} the {A.kind}.",
        "Deep in the [forest|hills|valley|countryside], there lived a {A.kind} who was called {A.name}.",
      ]
    }
    tell(templates)
  }

  /// A sentence or two on what the leading character is like.
  mutating func describe() {
    tell([
      "{A} {liked} stories about {subject}.",
      "{A} knew a lot about {subject}.",
      "{A} had read every book about {subject}.",
      "{A.his} favorite color was {color}.",
      "{A.his} favorite game was {game}.",
      "{A} [loved|liked] to play {game} on {weekday}s.",
      "{A} wanted to be a {adult} one day.",
      "{A.his} best dish was {dishTaste} {dish}.",
      "For breakfast, {A} always had {taste} {spread} and some {drink}.",
      "{A} often wore a {color} {garment}.",
      "{A} had a {trait} {relative} and a {trait} {relative}.",
      "Every {weekday}, {A} had {dish} with {vegetable.s}.",
      "{A} could tell a {fruit} from a {fruit} with both eyes closed.",
      "{A} was the [fastest|smallest|tallest|youngest|loudest] of all {A.his} friends.",
      "{A} always tried to be {trait}.",
      "{A.his} {parent} liked to say that {A} was {trait} and {trait}.",
      "{A} was afraid of nothing but {subject}.",
      "{A.his} head was full of {subject}.",
      "{A} had never liked {vegetable.s} much.",
      "{A} had a {look} {furniture} by the window and liked to sit there.",
      "{A} smelled a little of {smell}, and nobody knew why.",
      "{A} played the {instrument} in a small {group}.",
      "In {A.his} room there were pictures of {subject} and {subject}.",
      "{A} once won a {prize} at a {festival}.",
      "{A} kept a {bit} under {A.his} pillow, just for luck.",
      "{A} said that {abstract} was more important than {abstract}.",
      "The others called {A.him} the little {hero}.",
      "{A} could {skill} a little, but not very well.",
      "{A} liked {spread} on everything, even on {dish}.",
      "{A} had a pet {critter}, who lived in a {vessel}.",
      "On the wall hung a {garment} that had belonged to {A.his} {elder}.",
      "{A} grew {herb} and {flower.s} on the windowsill.",
      "{A.his} {elder} was a {adult} and told wonderful stories about {subject}.",
      "When {A} laughed, even the {beast.s} had to laugh.",
      "{A} could stand on one {body} and count to a hundred.",
      "Nobody could {skill} as badly as {A} could, but {A} did not mind.",
      "{A} had a {vehicle} made of {material}.",
    ])
  }

  /// The second character comes in, as a friend of the first.
  mutating func introduceFriend() {
    tell([
      "{B.name} was a {trait} {B.kind} who lived nearby.",
      "{B.name}, a {trait} {B.kind}, was {A.his} best friend.",
      "{A.his} best friend was a {trait} {B.kind} named {B.name}.",
      "Next door lived {B.name}, a {trait} {B.kind}.",
      "A {B.kind} named {B.name} was {A.his} [oldest|dearest|closest|favorite] friend.",
      "{A} had a friend, a {trait} {B.kind} called {B.name}.",
    ])
  }

  // MARK: Where and when

  /// Says what the weather is like.
  mutating func tellWeather(_ state: String) {
    let templates: [String: [String]] = [
      "sunny": [
        "It was a {sunny} [morning|afternoon|day].",
        "The sun {glowed} in the sky, and it was {sunny}.",
        "It was one of those {sunny} {season} days.",
        "Outside, it was {sunny}, and there was not a cloud in the sky.",
      ],
      "cloudy": [
        "It was a {cloudy} [morning|afternoon|day].",
        "Gray clouds covered the sky.",
        "It was {cloudy}, and the clouds looked like {subject}.",
        "It was a {cloudy} {season} day.",
      ],
      "windy": [
        "It was a {windy} [morning|afternoon|day].",
        "The wind {blew} around the houses.",
        "It was {windy}, and the wind {blew} all day.",
        "A {windy} {season} day had begun.",
      ],
      "foggy": [
        "It was a {foggy} [morning|afternoon|day].",
        "A thin mist lay over the fields.",
        "It was {foggy}, and the houses looked like {subject}.",
      ],
    ]
    tell(templates[state] ?? ["It was a quiet day."], .weather(state))
  }

  /// The leading character goes to a place.
  mutating func go(to label: Swift.Character) {
    destination = label
    if let place = places[label], let biome = Biome.byName[place.biome] { here = biome }
    tell(
      [
        "{A} {moved} to {@}.", "{A} {moved} [happily|slowly|quickly|straight] to {@}.",
        "So {A} {moved} to {@}.", "After breakfast, {A} {moved} to {@}.",
        "{A} put on a {color} {garment} and {moved} to {@}.",
        "{gladly}, {A} {moved} to {@}.", "{A} {moved} all the way to {@}.",
        "Soon {A} was on the way to {@}.", "It was not far to {@}, and {A} {moved} there.",
      ], .arrives(leader, place: String(label)))
  }

  /// A sentence about the place that involves nobody.
  mutating func scenery() { tell(here.scenery) }

  mutating func maybeScenery(_ percent: Int = 60) { if chance(percent) { scenery() } }

  // MARK: Feelings and speech

  mutating func feel(_ feeling: String) {
    bind("feeling", word(feeling))
    tell(
      [
        "{A} was {very} {feeling}.", "{A} felt {feeling}.", "{A} felt {very} {feeling}.",
        "That made {A.him} {feeling}.", "It made {A.him} {very} {feeling}.",
        "{A} was so {feeling} that {A} did not know what to say.",
        "Now {A} was {feeling}.", "{A} had never been so {feeling}.",
        "Oh, how {feeling} {A} was!",
      ], .feels(leader, feeling: "feeling"))
  }

  /// Rubs, shakes, scratches: something the body does.
  mutating func gesture() {
    tell(
      [
        "{A} scratched {A.his} {body}.", "{A} rubbed {A.his} {body} and thought for a while.",
        "{A} {stared} at the ground.", "{A} took a deep breath.", "{A} {stared} up at the sky.",
        "{A} shook {A.his} head {gently}.", "{A} put one hand on {A.his} {body}.",
        "{A} closed {A.his} eyes and counted to [three|five|seven|ten].",
      ].filter { isPerson || !$0.contains("hand") })
  }

  mutating func moral(_ lines: [String]) {
    let lesson = pick(lines)
    tell([
      "From that day on, {A.name} always remembered: \(lesson).",
      "{A.name} had learned that \(lesson).",
      "\"Now I know that \(lesson),\" {said} {A.name}.",
      "And so {A.name} learned that \(lesson).",
      "That night, {A.name} thought about the day and knew that \(lesson).",
      "It was a good lesson: \(lesson).",
    ])
  }

  mutating func closing() {
    tell([
      "It was the best {weekday} in a long time.", "That evening, {A.name} slept very well.",
      "When the stars came out, {A.name} was still smiling.",
      "At supper there was {dishTaste} {dish} and some {drink} for everyone.",
      "And if you ask {A.name} about it today, {A} will tell you the whole story.",
      "\"What a day!\" {said} {A.name} and fell asleep.",
      "That night, {A.name} dreamed of {subject}.", "{A.name} never forgot that day.",
      "And that is how the day ended: with {taste} {treat.s} and a lot of laughter.",
    ])
  }
}
