/// Stories in which something goes wrong, or is frightening, and is put right.
extension Teller {
  mutating func storm() -> String {
    cast("A")
    cast("B")
    putPlace("p", [.home])
    putThing("x", noun: pick(["candle", "lantern", "lamp", "torch"]), adjective: word("look"))
    open()
    newParagraph()
    here = .home
    tell(
      [
        "One evening, {A} was {p.in} with {B.name}, a {trait} {B.kind}.",
        "It was late, and {AB} were {p.in}.",
      ],
      .arrives("A", place: "p"), .arrives("B", place: "p"))
    maybeScenery(70)
    tell(
      [
        "Then black clouds came up, and rain {fell} on the roof.",
        "Suddenly a storm began, and the wind {blew} around the house.",
        "All at once it began to rain, and a storm {blew} over the hills.",
      ], .weather("stormy"))
    tell([
      "Lightning {glowed}, and thunder rolled.", "There was a flash and then a loud {noise}.",
      "The {part} {ticked}, and the {part} shook.",
      "A {thing} fell over with a {noise}.",
    ])
    tell(["Then all the lights went out.", "All of a sudden it was dark."])
    leading("A") { $0.feel("scared") }
    tell([
      "{A} {trembled} and crept under a blanket.", "{A} put both arms around {B.name}.",
      "\"I do not like this,\" {whispered} {A.name}.",
    ])
    newParagraph()
    tell([
      "\"It is only a storm,\" {said} {B.name}.",
      "\"I am here with you,\" {said} {B.name} {kindly}.",
      "\"Thunder is just a big drum in the sky,\" {said} {B.name}.",
    ])
    tell(
      ["{B} felt along the {furniture} and found {x.a}.", "In a {furniture}, {B} found {x.a}."],
      .lies(thing: "x", place: "p"), .finds("B", thing: "x"))
    tell(
      [
        "{B.name} lit {x}, and soon the room looked [cozy|warm|less dark|quite different].",
        "{B.name} held up {x}, and everything was less dark.",
      ], .uses("B", thing: "x"))
    tell([
      "{AB} told stories about {subject}.", "{AB} sang every song {AB} knew.",
      "{AB} counted the seconds between the lightning and the thunder.",
      "{AB} made shadows of {subject} on the wall.",
      "{AB} drank {drink} and ate {taste} {treat.s}.",
    ])
    tell([
      "Little by little, the storm moved on.", "After a while, the thunder was far away.",
      "The rain became softer and softer.",
    ])
    newParagraph()
    tell(
      [
        "In the morning, the sun was shining.",
        "When {AB} woke up, the sky was clear and the sun was out.",
        "At last the clouds opened, and the sun came through.",
      ],
      .weather("sunny"))
    tell([
      "There was a rainbow over the houses.", "Drops {glowed} on every leaf.",
      "The whole garden smelled of wet grass.", "A wide rainbow stood in the sky.",
    ])
    leading("A") { $0.feel($0.pick(["happy", "proud"])) }
    moral([
      "after every storm the sky is clear again", "being scared is not so bad with a friend",
      "even the loudest night comes to an end",
    ])
    return title([
      "the storm", "{A} and the storm", "a night without light", "thunder over the house",
    ])
  }

  mutating func noiseAtNight() -> String {
    cast("A")
    putPlace("p", [Biome.home])
    if places["p"]?.noun == "bedroom" {
      place("p", Place(noun: "attic", preposition: "in", biome: "home"))
    }
    putThing(
      "x", noun: pick(["flashlight", "lantern", "candle", "torch"]), adjective: word("color"))
    let culprit = pick([
      "kitten", "mouse", "hedgehog", "squirrel", "raccoon", "owl", "puppy", "bat", "beetle",
      "duckling",
    ])
    open()
    newParagraph()
    here = .home
    tell(
      [
        "One night, {A} could not sleep.", "It was long past bedtime, and {A} was still awake.",
        "In the middle of the night, {A} woke up.",
      ],
      .arrives("A", place: "bedroom"))
    tell([
      "There was a strange {noise}, and then a {noise}.",
      "Something went {noise}, {noise}, {noise}.",
      "A {noise} came from far away, and then a {noise} from close by.",
    ])
    leading("A") { $0.feel("scared") }
    tell([
      "\"Is it a {hero}?\" {thought} {A.name}.",
      "\"Perhaps it is a {hero},\" {whispered} {A.name}.",
      "{A} imagined a {color} {hero} with long teeth.",
    ])
    tell([
      "{A} pulled the blanket over {A.his} head.", "{A} {trembled} so much that the bed shook.",
      "{A} called, but everybody was asleep.",
    ])
    newParagraph()
    tell([
      "But {A} was {trait}, and so {A} got up.", "\"I will be brave,\" {said} {A.name} and got up.",
      "Then {A} thought of {A.his} {elder}, who was never afraid.",
    ])
    tell(
      ["{A} took {x.a} from the {furniture}.", "On the {furniture} lay {x.a}, and {A} took it."],
      .lies(thing: "x", place: "bedroom"), .takes("A", thing: "x"))
    tell(
      [
        "{gently}, {A} tiptoed to {p}.", "Step by step, {A} crept to {p}.",
        "On tiptoe, {A} went as far as {p}.",
      ],
      .arrives("A", place: "p"))
    tell([
      "The {part} {ticked}.", "The {noise} came again, much louder now.",
      "Something moved behind a {furniture}.",
    ])
    tell(
      [
        "{A} held up {x} and {stared} into the dark.",
        "With {x} in front, {A} looked around the corner.",
        "{A} lifted {x} high and took one more step.",
      ],
      .uses("A", thing: "x"))
    newParagraph()
    tell([
      "There sat a little \(culprit) in a {vessel}!",
      "It was only a \(culprit) that was looking for some {spread}.",
      "Two round eyes {glowed}, and then a small \(culprit) came out.",
      "A \(culprit) had knocked over a {vessel}.",
    ])
    tell([
      "{A} laughed until {A.his} {body} hurt.", "\"So it was you!\" {cheered} {A.name}.",
      "\"You are no {hero} at all,\" {said} {A.name}.",
    ])
    leading("A") { $0.feel($0.pick(["proud", "happy", "surprised"])) }
    tell([
      "{A} gave the \(culprit) a {fruit} and a soft {garment} to sleep on.",
      "The \(culprit) got a bit of {spread} and a warm place to sleep.",
      "{gently}, {A} opened the door, and the \(culprit) ran out into the moonlight.",
    ])
    tell(
      [
        "Then {A} went back to bed with {x} and slept until morning.",
        "Soon {A} was in bed again, with {x} on the pillow.",
      ], .arrives("A", place: "bedroom"), .uses("A", thing: "x"))
    if chance(60) {
      moral([
        "most monsters are very small", "it helps to look at what one is afraid of",
        "being brave means being afraid and going anyway",
      ])
    }
    return title([
      "the noise in {p}", "{A} and the noise", "who is there", "{A} is not afraid",
      "the {p.n} at night",
    ])
  }

  mutating func outOfReach() -> String {
    cast("A")
    cast("B")
    putThing(
      "x",
      noun: pick([
        "kite", "ball", "balloon", "frisbee", "hat", "boomerang", "cap", "shuttlecock", "glider",
        "scarf", "parachute",
      ]), adjective: word("color"))
    putPlace("p", [.town, .garden, .farm, .forest])
    let tree = pick(Biome.forest.classes["tree"] ?? ["oak"])
    open()
    introduceFriend()
    newParagraph()
    tellWeather("windy")
    tell(
      [
        "{A.name} took {A.his} {x.an} and {moved} to {p}.",
        "{A.name} {moved} to {p} and took {x.a} along.",
      ],
      .obtains("A", thing: "x"), .arrives("A", place: "p"))
    here = Biome.byName[places["p"]?.biome ?? ""] ?? .town
    tell(["{B.name} came too.", "{B.name} was there already."], .arrives("B", place: "p"))
    maybeScenery(60)
    tell(
      [
        "{AB} played with {x} and laughed.",
        "{A.name} showed {x} to everyone, and {B.name} ran after it.",
        "\"Watch how {x} flies!\" {cheered} {A.name}.",
      ], .uses("A", thing: "x"))
    tell(
      [
        "Then a gust of wind came and blew {x} away from {A.name}, up into a tall \(tree).",
        "Suddenly the wind took {x} out of {A.his} {hands}, and up it went into a \(tree).",
        "The wind {blew}, and before {A.name} could do anything, {x} was stuck at the top of a \(tree).",
      ],
      .loses("A", thing: "x"))
    leading("A") { $0.feel($0.pick(["sad", "scared"])) }
    newParagraph()
    tell([
      "{A.name} {jumped} as high as possible, but it was much too high.",
      "{A.name} tried to climb up, but the lowest branch was too high.",
    ])
    tell([
      "\"Let us throw something at it,\" {said} {B.name}, but then a {garment} was up there too.",
      "{B.name} shook the \(tree), but only leaves fell down.",
      "{B.name} tried with a long {tool}, but it was too short.",
    ])
    if chance(50) {
      tell([
        "\"We need a {trait} plan,\" {said} {B.name}.", "\"What now?\" {asked} {B.name}.",
        "{AB} sat down to think.",
      ])
    }
    castAdult("C")
    tell(
      [
        "Just then {C.name}, the {C.kind}, came by with a ladder.",
        "{C.name}, a {trait} {C.kind}, heard the noise and brought a ladder.",
        "\"Wait a moment,\" {said} {C.name}, the {C.kind}, and fetched a ladder.",
      ],
      .arrives("C", place: "p"))
    tell(
      [
        "{gently}, {C.name} climbed up and got {x} down.",
        "{C.name} climbed up, one step at a time, and reached {x}.",
        "Up went {C.name}, and soon {x} was free.",
      ],
      .finds("C", thing: "x"))
    newParagraph()
    tell(
      [
        "\"Here you are,\" {said} {C.name} and gave {x} to {A.name}.",
        "{C.name} {grinned} and handed {x} to {A.name}.",
      ], .gives("C", to: "A", thing: "x"))
    leading("A") { $0.feel("happy") }
    tell([
      "\"Thank you, {C.name}!\" {cheered} {A.name}.",
      "{AB} thanked {C.name} and shared {treat.s} with {C.him}.",
      "{AB} picked some {fruit.s} for {C.name}.",
    ])
    if chance(50) {
      closing()
    } else {
      moral([
        "it is no shame to ask for help", "what is too high for one may be easy for another",
        "a ladder is sometimes better than a jump",
      ])
    }
    return title([
      "the {x.n} in the \(tree)", "{A} and the {x.an}", "out of reach", "up in the \(tree)",
    ])
  }

  mutating func honesty() -> String {
    cast("A")
    castAdult("C")
    putThing("x", ["keepsake"])
    putThing(
      "y", noun: pick(["ball", "hoop", "marble", "frisbee", "scooter", "yo-yo"]),
      adjective: word("color"))
    putPlace("p", [.home, .garden])
    open()
    tell(
      [
        "{C.name}, the {C.kind}, had {x.a}, and everybody {admired} it.",
        "In the same house lived {C.name}, a {C.kind}, who owned {x.a}.",
      ],
      .obtains("C", thing: "x"))
    newParagraph()
    tell(
      ["{C} kept {x} {p.in}, on a {furniture}.", "{C.name} had put {x} on a {furniture} {p.in}."],
      .arrives("C", place: "p"), .leaves("C", thing: "x"))
    tell([
      "\"Please do not run near it,\" {said} {C.name}.",
      "\"Be careful with it,\" {said} {C.name} again and again.",
    ])
    tell(
      [
        "But one {weekday}, {A.name} was {p.in} with {y.a}.",
        "But on {weekday}, {A.name} played {p.in} with {y.a}.",
      ], .obtains("A", thing: "y"), .arrives("A", place: "p"))
    here = Biome.byName[places["p"]?.biome ?? ""] ?? .home
    tell(
      [
        "{A} was so {happy} that {A} spun around with {y}.",
        "{A} {moved} around and around with {y}.",
      ], .uses("A", thing: "y"))
    tell(
      [
        "There was a {noise}, and {x} lay on the ground, broken.",
        "{noise}! And then {x} was in pieces.",
      ], .breaks(thing: "x"))
    leading("A") { $0.feel("scared") }
    newParagraph()
    tell([
      "{A} {hid} the pieces under a {thing}.", "{gently}, {A} {hid} the pieces behind a {thing}.",
      "{A} pushed the pieces under a {furniture} and ran away.",
    ])
    tell(
      [
        "\"Have you seen my {x.n}?\" {asked} {C.name} that evening.",
        "Later {C.name} came and looked for {x}.", "\"Where is my {x.n}?\" {asked} {C.name}.",
      ], .mentions(thing: "x"))
    tell([
      "\"Maybe a {beast} took it,\" {said} {A.name}.", "\"I do not know,\" {whispered} {A.name}.",
      "\"It must have been the wind,\" {whispered} {A.name}.",
    ])
    tell([
      "But that night, {A} could not sleep.", "{A} did not want any supper.",
      "All evening, {A} had a bad feeling in {A.his} stomach.",
    ])
    gesture()
    leading("A") { $0.feel("sorry") }
    newParagraph()
    tell([
      "In the morning, {A.name} {moved} to {C.name} and said, \"It was me.\"",
      "At last {A.name} told {C.name} the truth.",
      "\"I broke it, and then I hid it,\" {sobbed} {A.name}. \"I am sorry.\"",
    ])
    tell([
      "{C.name} was quiet for a while and then nodded.", "{C.name} {hugged} {A.name}.",
      "\"I am sad about it,\" {said} {C.name}, \"but glad that you told me.\"",
    ])
    tell([
      "\"The truth is worth more than that,\" {said} {C.name}.",
      "\"It takes courage to say so,\" {said} {C.name}.",
    ])
    tell(
      [
        "Together {AC} {fixed} {x} with glue and {material}.",
        "{AC} sat down and {fixed} {x}, piece by piece.",
      ], .mends("C", thing: "x"))
    leading("A") { $0.feel("proud") }
    moral([
      "the truth is the shortest way home", "a lie is heavier than a stone",
      "it is better to say it at once",
    ])
    return title([
      "the broken {x.n}", "{A} tells the truth", "{A} and the {x.an}", "a heavy secret",
    ])
  }
}
