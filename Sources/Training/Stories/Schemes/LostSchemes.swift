/// Stories in which something, or somebody, is missing.
extension Teller {
  mutating func lostAndFound() -> String {
    cast("A")
    cast("B")
    putThing("x", ["toy", "keepsake", "garment"])
    putPlace("p", Biome.outdoors)
    open()
    tell(
      [
        "{A} had {x.a} that {A} {liked} more than anything.",
        "The thing {A} {liked} most in the world was {x.a}.",
        "{A} never went anywhere without {A.his} {x.an}.",
        "{A} had {x.a}, which had once belonged to {A.his} {elder}.",
        "For {A.his} last birthday, {A} had been given {x.a}.",
        "{A} owned {x.a}, and no other {x.n} was quite like it.",
      ], .obtains("A", thing: "x"))
    newParagraph()
    if chance(70) { tellWeather(fairWeather()) }
    go(to: "p")
    maybeScenery()
    tell(
      [
        "{A} put {x} down next to a {thing} and forgot all about it.",
        "While {A} was watching a {bird}, {x} slipped from {A.his} arms, and {A} did not notice.",
        "{A} left {x} on a {thing} and {moved} after a {critter}.",
        "{A} laid {x} in the grass for a moment, and then {A} forgot about it.",
        "Somehow {x} fell down beside a {thing}, and {A} did not see it.",
      ], .loses("A", thing: "x"))
    tell(
      [
        "Later {A} {moved} home.", "Then it was time for [lunch|tea|supper], and {A} {moved} home.",
        "When {A} was tired, {A} {moved} home.",
      ], .arrives("A", place: "home"))
    newParagraph()
    tell(
      [
        "At home, {A} looked for {x}, but it was not there.",
        "That evening, {A} could not find {x}.",
        "\"Where is my {x.n}?\" {asked} {A.name}, but {x} was gone.",
        "{A} looked under the bed and behind the {furniture}, but {x} was nowhere.",
      ], .mentions(thing: "x"))
    feel("sad")
    if chance(50) { gesture() }
    tell([
      "In the morning, {A} told {B.name}, a {trait} {B.kind} from next door.",
      "The next day, {A} met {B.name}, a {trait} {B.kind}, and told {B.him} everything.",
      "\"I can help you,\" {said} {B.name}, a {trait} {B.kind}.",
      "{A} ran to {B.name}, a {trait} {B.kind}, who was {A.his} best friend.",
    ])
    newParagraph()
    tell(
      [
        "{AB} {moved} to {p} together.", "Together, {AB} {moved} back to {p}.",
        "So {AB} {moved} to {p} again.",
      ], .arrives("A", place: "p"), .arrives("B", place: "p"))
    tell([
      "{AB} {searched} behind every {thing} and under every leaf.",
      "{A.name} {searched} on the left, and {B.name} {searched} on the right.",
      "{AB} {searched} for a long time.", "{AB} {searched} {gently}, step by step.",
    ])
    if chance(40) {
      tell([
        "\"[Do not give up|Keep looking|We will find it]!\" {said} {B.name}.",
        "At first there was nothing but {critter.s} and dust.",
        "\"It must be here somewhere,\" {said} {A.name}.",
      ])
    }
    tell(
      [
        "Suddenly {B.name} {noticed} something {look} beside a {thing}, and it was {x}!",
        "\"Look!\" {shouted} {B.name}, and there, behind a {thing}, lay {x.full}.",
        "Then {B.name} lifted a branch, and under it {B} found {x}.",
        "At last {B.name} {noticed} {x.full} next to a {thing}.",
      ], .finds("B", thing: "x"))
    tell(
      [
        "{B} {gladly} gave {x} to {A.name}.", "{B} picked it up and handed {x} to {A.name}.",
        "{gently}, {B} put {x} into {A.his} arms.",
      ], .gives("B", to: "A", thing: "x"))
    feel(pick(["happy", "proud"]))
    tell([
      "{A} {hugged} {B.name} and said, \"Thank you!\"",
      "\"You are the best friend in the world,\" {said} {A.name}.",
      "\"Thank you, {B.name}!\" {cheered} {A.name}.",
    ])
    if chance(60) {
      moral([
        "friends help each other", "two pairs of eyes see more than one",
        "it is wise to take care of the things one loves", "it is good to ask for help",
      ])
    } else {
      closing()
    }
    return title(["the lost {x.n}", "{A} and the lost {x.n}", "where is the {x.n}"])
  }

  mutating func lostAnimal() -> String {
    cast("A")
    castAnimal("B")
    putPlace("p", [.forest, .river, .farm, .mountain, .garden, .town])
    open()
    newParagraph()
    if chance(70) { tellWeather(fairWeather()) }
    go(to: "p")
    maybeScenery(75)
    tell(
      [
        "Behind a {thing}, {A} {noticed} a baby {B.kind} all alone.",
        "All at once {A} heard a tiny voice, and there sat a little {B.kind}.",
        "Beside a {thing} sat a very small {B.kind} and {wept}.",
      ])
    tell([
      "\"Who are you?\" {asked} {A.name}.", "\"What is the matter?\" {asked} {A.name} {kindly}.",
      "\"Why are you sad, little one?\" {asked} {A.name}.",
    ])
    tell(
      [
        "\"I am {B.name}, and I cannot find my mother,\" {sobbed} {B.name}.",
        "\"My name is {B.name}, and I am lost,\" {whispered} {B.name}.",
        "\"I ran after a {critter}, and now I do not know the way home,\" {sobbed} {B.name}, the baby {B.kind}.",
      ], .arrives("B", place: "p"))
    leading("B") { $0.feel("scared") }
    newParagraph()
    tell([
      "{A.name} gave {B.him} a {fruit} and a sip of {drink}.",
      "{A.name} {hugged} {B.him} and {promised} to help.",
      "\"Do not worry,\" {said} {A.name}, \"we will look for her together.\"",
    ])
    tell([
      "{AB} asked a {beast}, but the answer was no.",
      "First {AB} asked a {trait} {beast}, and then a {trait} {beast}.",
      "{AB} followed some small footprints around a {thing}.",
    ])
    maybeScenery(50)
    tell([
      "\"A {B.kind} went that way this morning,\" {said} an old {beast}.",
      "\"Listen,\" {whispered} {A.name}, for somebody was calling far away.",
      "A {beast} pointed the way with one {body}.",
    ])
    putPlace("q", [.forest, .river, .farm, .mountain].filter { $0.name != here.name })
    tell(
      ["So {AB} {moved} on, as far as {q}.", "{gently}, {AB} {moved} on to {q}."],
      .arrives("A", place: "q"), .arrives("B", place: "q"))
    tell([
      "And there was {B.his} mother!", "There, at last, stood {B.his} mother.",
      "Suddenly {B.his} mother jumped out from behind a tree.",
    ])
    leading("B") { $0.feel("happy") }
    tell([
      "\"Thank you for bringing my little {B.kind} home,\" said the mother.",
      "The mother thanked {A.name} and gave {A.him} a {fruit}.",
      "\"You have a {trait} heart,\" said the mother to {A.name}.",
    ])
    if chance(60) {
      moral([
        "even a small helper can do great things", "nobody who is lost should be alone",
        "kindness finds its way home",
      ])
    } else {
      closing()
    }
    return title(["{A} and the little {B.kind}", "the lost {B.kind}", "{B} wants to go home"])
  }

  mutating func treasure() -> String {
    cast("A")
    cast("B")
    putPlace("p", [.home])
    putPlace("q", [.shore, .forest, .mountain, .river, .garden])
    putThing("m", noun: "map", adjective: word("look"))
    putThing(
      "x", noun: pick(["chest", "box", "casket", "trunk", "crate"]), adjective: word("look"))
    open()
    newParagraph()
    here = .home
    tell(
      [
        "It was a quiet day, and {A} was {p.in}.",
        "On a dull {weekday}, {A} was looking around {p.in}.",
      ],
      .arrives("A", place: "p"))
    maybeScenery()
    tell(
      [
        "Inside an old {container}, {A} found {m.a}.",
        "Behind a {furniture}, under a lot of dust, {A} found {m.a}.",
        "When {A} opened a book about {subject}, {m.a} fell out.",
      ], .lies(thing: "m", place: "p"), .finds("A", thing: "m"))
    tell([
      "There was a big red cross on it.", "On it, somebody had drawn a cross and a {color} arrow.",
      "\"Follow me if you are {trait},\" it said at the top.",
    ])
    tell(
      [
        "{A} showed it to {B.name}, a {trait} {B.kind}.",
        "{A} called {B.name}, a {trait} {B.kind} who loved riddles.",
      ], .arrives("B", place: "p"))
    tell([
      "\"It must be a treasure!\" {cheered} {B.name}.",
      "\"Let us go and look!\" {shouted} {B.name}.",
    ])
    newParagraph()
    if chance(60) { tellWeather(fairWeather()) }
    here = Biome.byName[places["q"]?.biome ?? ""] ?? .forest
    tell(
      [
        "{AB} took {m} and a {digger} and {moved} to {q}.",
        "{A.name} put {m} into a bag and {moved} to {q}, and {B.name} came too.",
      ], .uses("A", thing: "m"), .arrives("A", place: "q"), .arrives("B", place: "q"))
    maybeScenery(80)
    tell([
      "{AB} counted [ten|twenty|thirty|forty] steps from a {thing}.",
      "{AB} walked three times around a {thing}, as the arrow said.",
      "\"Left at the {thing}, then straight on,\" read {A.name}.",
    ])
    tell([
      "Then {AB} began to dig.", "{B.name} dug and dug until there was a deep hole.",
      "{A.name} pushed a heavy stone away.",
    ])
    tell(
      [
        "There was {x.a}!", "At last something went clunk, and it was {x.a}.",
        "Deep in the ground stood {x.a}.",
      ], .lies(thing: "x", place: "q"))
    let treasures = words("keepsake", count: 3)
    tell(
      [
        "{A.name} opened {x}, and in it lay a \(treasures[0]), a \(treasures[1]) and a \(treasures[2]).",
        "{A.name} looked into {x} and saw a {color} \(treasures[0]), a {look} \(treasures[1]) and a letter.",
        "{AB} lifted the lid of {x} together, and inside lay a \(treasures[0]) and a \(treasures[1]).",
      ], .uses("A", thing: "x"))
    leading(pick(["A", "B"])) { $0.feel("happy") }
    tell([
      "\"We will share it,\" {said} {A.name}, and {B.name} nodded.",
      "\"Half for you and half for me,\" {said} {B.name}.",
      "\"The best part was looking for it,\" {said} {B.name}.",
    ])
    closing()
    return title(["the treasure map", "{A}, {B} and the map", "the {x.an}", "a map in {p}"])
  }
}
