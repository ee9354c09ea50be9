/// Stories about two friends: sharing, a quarrel, a race, a newcomer.
extension Teller {
  mutating func sharing() -> String {
    cast("A")
    cast("B")
    putThing("x", ["toy"])
    putPlace("p", [.town, .garden, .forest, .shore, .farm])
    open()
    tell(
      [
        "{A.his} {elder} had sent {A.him} {x.a}.",
        "One {weekday}, {A} got {x.a} for being so {trait}.",
        "{A} had bought {x.a} with {A.his} own money.", "In the attic, {A} had found {x.a}.",
      ], .obtains("A", thing: "x"))
    newParagraph()
    if chance(60) { tellWeather(fairWeather()) }
    go(to: "p")
    tell(
      [
        "All morning {A} played with {x}.", "{A} sat down beside a {thing} and played with {x}.",
        "{A} {gladly} tried out {x}.",
      ], .uses("A", thing: "x"))
    maybeScenery(50)
    tell(
      [
        "Then {B.name}, a {trait} {B.kind}, came by and stopped.",
        "After a while {B.name} came along, a {trait} {B.kind} from the next street.",
        "A {trait} {B.kind} named {B.name} {stared} at {A.name} from behind a {thing}.",
      ], .arrives("B", place: "p"))
    tell(
      [
        "\"May I play with it too?\" {asked} {B.name}.",
        "\"What a {look} {x.n}!\" {said} {B.name}. \"May I try it?\"",
        "\"Please, may I have a turn?\" {asked} {B.name} {shyly}.",
      ])
    newParagraph()
    tell(
      [
        "\"No, it is mine!\" {snapped} {A.name} and held {x} tight.",
        "{A.name} hid {x} behind {A.his} back and said no.",
        "{A.name} shook {A.his} head {angrily} and turned away with {x}.",
      ], .uses("A", thing: "x"))
    leading("B") { $0.feel("sad") }
    tell([
      "{B.name} sat down on a {thing} and {stared} at the ground.",
      "{B.name} {moved} a few steps away and {wept}.",
      "A tear ran down {B.his} cheek.",
    ])
    tell(
      [
        "{A.name} went on playing with {x}, but alone it was no fun.",
        "For a while {A.name} played with {x} alone, but soon it was boring.",
        "{A.name} looked at {x}, and then at {B.name}.",
      ], .uses("A", thing: "x"))
    if chance(50) { gesture() }
    leading("A") { $0.feel("sorry") }
    newParagraph()
    tell(
      [
        "\"Here, you can have a turn,\" {said} {A.name} and gave {x} to {B.name}.",
        "{A.name} {moved} over to {B.name} and handed {B.him} {x}.",
        "\"Let us play together,\" {said} {A.name}, and {B.name} got {x} first.",
      ], .gives("A", to: "B", thing: "x"))
    leading("B") { $0.feel("happy") }
    tell([
      "{AB} played until the sky turned {color}.", "{AB} took turns all afternoon.",
      "Then {AB} made up a new game about {subject}.",
      "{AB} laughed so loudly that a {bird} flew away.",
    ])
    tell(
      [
        "In the evening, {B.name} gave {x} back to {A.name} and said, \"Thank you!\"",
        "When it was time to go, {B.name} put {x} back into {A.his} arms.",
      ], .gives("B", to: "A", thing: "x"))
    moral([
      "sharing makes a toy twice as much fun", "a toy is no fun without a friend",
      "it feels better to share than to keep everything", "those who share are never alone",
    ])
    return title(["the {x.an}", "{A} learns to share", "{A}, {B} and the {x.n}", "may I play too"])
  }

  mutating func quarrel() -> String {
    cast("A")
    cast("B")
    putThing("x", ["toy", "keepsake"])
    putPlace("p", [.home, .garden, .town, .farm])
    open()
    introduceFriend()
    newParagraph()
    go(to: "p")
    tell(
      ["{B.name} was there already.", "{B.name} came too.", "{B.name} was waiting there."],
      .arrives("B", place: "p"))
    tell(
      [
        "In front of a {thing} lay {x.a}.",
        "Next to a {furniture} stood a box, and on it lay {x.a}.",
        "Somebody had left {x.a} there.",
      ], .lies(thing: "x", place: "p"))
    tell(
      [
        "\"I saw it first!\" {shouted} {A.name} and took {x}.",
        "{A.name} {grabbed} {x} and {shouted}, \"Mine!\"",
      ], .takes("A", thing: "x"))
    tell([
      "\"No, I saw it first!\" {snapped} {B.name}.", "\"That is not fair!\" {snapped} {B.name}.",
      "\"You always take everything!\" {shouted} {B.name}.",
    ])
    leading(pick(["A", "B"])) { $0.feel("angry") }
    tell([
      "{AB} {argued} and {argued}.", "{AB} pulled as hard as {AB} could.",
      "{AB} {argued} so loudly that a {critter} ran away.",
    ])
    tell(
      [
        "There was a loud {noise}, and {x} was broken.", "Then, with a {noise}, {x} broke in two.",
        "{noise}! Suddenly {x} was in two pieces.",
      ], .breaks(thing: "x"))
    newParagraph()
    tell([
      "For a moment it was very quiet.", "Nobody said a word.", "\"Oh no,\" {whispered} {B.name}.",
    ])
    leading("A") { $0.feel("sorry") }
    tell([
      "{B.name} {moved} away and sat alone behind a {thing}.",
      "\"I do not want to be your friend anymore,\" {said} {B.name} and turned away.",
      "{B.name} {wept} and would not look at {A.name}.",
    ])
    if chance(60) { gesture() }
    tell([
      "After a while, {A.name} {moved} over to {B.name}.",
      "At last {A.name} stood up and looked at {B.name}.",
      "{A.name} sat down beside {B.name}.",
    ])
    tell([
      "\"I am sorry,\" {said} {A.name} {shyly}.",
      "\"I am sorry, {B.name}, I was wrong,\" {said} {A.name}.",
      "\"It was my fault,\" {whispered} {A.name}. \"Please forgive me.\"",
    ])
    tell([
      "\"I am sorry too,\" {said} {B.name}.", "\"I was wrong as well,\" {said} {B.name}.",
      "{B.name} nodded and held out one arm.",
    ])
    newParagraph()
    tell(
      [
        "With {material}, {material} and a little patience, {AB} {fixed} {x}.",
        "{AB} fetched some {material} and {gently} {fixed} {x}.",
        "{B.name} held the pieces, and {A.name} {fixed} {x} with {material}.",
      ], .mends("A", thing: "x"))
    tell(
      [
        "It did not look new, but {AB} {liked} {x} even more now.",
        "Now {x} had a crack, and {AB} were proud of it.",
        "After that, {AB} took turns with {x}.",
      ], .uses("A", thing: "x"))
    leading(pick(["A", "B"])) { $0.feel("happy") }
    moral([
      "a friend is worth more than any thing", "saying sorry can mend almost everything",
      "it takes two to quarrel and two to make up", "nothing is worth losing a friend",
    ])
    return title(["the broken {x.n}", "{A} and {B} make up", "the quarrel", "whose {x.n} is it"])
  }

  mutating func race() -> String {
    cast("A")
    cast("B")
    putPlace("p", Biome.outdoors)
    putPlace("q", Biome.outdoors)
    putThing("x", noun: word("prize"), adjective: word("color"))
    bind("judge", word("adult"))
    open()
    introduceFriend()
    tell([
      "{B} was the fastest of all and told everybody so.", "{B} had won every race since {season}.",
      "{B.name} could run like the wind, or so {B} said.",
    ])
    newParagraph()
    tell(
      [
        "One {weekday}, {AB} came to {p} for a big race.",
        "On {weekday}, {AB} met {p.in} to run a race.",
        "Every {season}, there was a race to {q}, and {AB} were waiting {p.in} for the start.",
      ], .arrives("A", place: "p"), .arrives("B", place: "p"))
    tellWeather(fairWeather())
    tell(
      [
        "The prize was {x.a}.", "Whoever won would get {x.a}.",
        "A {judge} held up the prize: {x.a}.",
      ],
      .mentions(thing: "x"))
    tell([
      "\"I will win, and you will be last,\" {said} {B.name}.",
      "\"[Nobody is faster than I am|You are as slow as a snail|Watch my heels]!\" {cheered} {B.name}.",
    ])
    tell([
      "\"I will just try my best,\" {said} {A.name}.",
      "\"We will see,\" {said} {A.name} {bravely}.",
      "{A.name} only {grinned} and stretched {A.his} legs.",
    ])
    newParagraph()
    here = Biome.byName[places["p"]?.biome ?? ""] ?? .forest
    tell([
      "\"One, two, three, go!\" {shouted} a {judge}.", "A whistle blew, and the race began.",
      "A {judge} dropped a {color} flag, and off {AB} went.",
    ])
    tell([
      "{B.name} {moved} past a {thing} and was soon far ahead.",
      "At the first {thing}, {B.name} was already far in front.",
      "{B.name} {jumped} over a {thing} and waved.",
    ])
    tell([
      "{A.name} {moved} on, step by step.", "{A.name} did not stop, not even for a {critter}.",
      "{A.name} breathed {gently} and kept going.",
    ])
    maybeScenery(50)
    if chance(50) {
      tell([
        "{B.name} looked back, saw nobody, and {rested} under a tree.",
        "\"I have so much time,\" {thought} {B.name} and stopped to eat a {fruit}.",
        "{B.name} stopped to show off for some {adult.s}.",
      ])
      tell(
        [
          "While {B} {rested}, {A.name} {moved} past and reached {q} first.",
          "When {B} looked up, {A.name} was already crossing the line, for {q} was not far.",
        ], .arrives("A", place: "q"))
      tell(
        [
          "{B.name} {moved} after {A.him}, but it was too late.",
          "A moment later, {B.name} came in second.",
        ],
        .arrives("B", place: "q"))
      tell(
        [
          "A {judge} gave {x} to {A.name}, and everyone {celebrated}.",
          "Everyone {celebrated}, and {A.name} was given {x}.",
        ], .obtains("A", thing: "x"))
      leading("A") { $0.feel($0.pick(["proud", "surprised", "happy"])) }
      leading("B") { $0.feel("sorry") }
      tell([
        "\"Well done, {A.name},\" {said} {B.name}.",
        "\"Next time I will not boast,\" {promised} {B.name}.",
      ])
      moral([
        "slow and steady can win a race", "those who boast often lose",
        "it is never too late to try",
      ])
    } else {
      tell([
        "But then {B.name} tripped over a {thing} and fell.",
        "Suddenly {B.name} slipped and hurt one {body}.",
        "There was a loud {noise}, and {B.name} lay on the ground with a {injury}.",
      ])
      tell([
        "{A.name} could have won now, but {A} stopped.",
        "{A.name} stopped at once and {moved} back.",
      ])
      tell([
        "\"Are you hurt?\" {asked} {A.name} and helped {B.him} up.",
        "\"Lean on me,\" {said} {A.name} {kindly}.",
      ])
      tell(
        [
          "Arm in arm, {AB} reached {q}, the very last of all.",
          "Slowly, {AB} walked on together until {AB} came to {q}.",
        ], .arrives("A", place: "q"), .arrives("B", place: "q"))
      tell(
        [
          "Everyone {celebrated} loudest for {A.name}, and a {judge} gave {A.him} {x}.",
          "\"A good heart deserves a prize,\" said the {judge}, and {A.name} was given {x}.",
        ], .obtains("A", thing: "x"))
      leading("B") { $0.feel("proud") }
      tell(
        [
          "{A.name} gave {x} to {B.name} to hold for a while.",
          "{A.name} let {B.name} hold {x} all the way home.",
        ],
        .gives("A", to: "B", thing: "x"))
      moral([
        "helping a friend is better than winning",
        "there are more important things than being first",
      ])
    }
    return title([
      "the big race", "{A} and {B} run a race", "the race to {q}", "who will win the {x.an}",
    ])
  }

  mutating func newcomer() -> String {
    cast("A")
    cast("B")
    putPlace("p", [.town, .garden, .farm, .shore])
    putThing("x", ["toy", "garment"])
    open()
    newParagraph()
    tell([
      "One {weekday}, a new family moved into the {houseLook} house across the road.",
      "In {season}, a new {B.kind} came to the village.",
      "A big {vehicle} full of boxes stopped next door.",
    ])
    tell([
      "The {trait} {B.kind} who moved in was called {B.name}.",
      "With it came a {trait} {B.kind} named {B.name}.",
      "{B.name} was the name of the new {B.kind}, who did not know anybody.",
    ])
    leading("B") { $0.feel($0.pick(["scared", "sad"])) }
    newParagraph()
    go(to: "p")
    maybeScenery(50)
    tell(
      [
        "{B.name} was there too, all alone, with {x.a}.",
        "And there sat {B.name} on a {thing}, holding {x.a}.",
        "In a corner, {A} saw {B.name}, who had brought {x.a}.",
      ], .obtains("B", thing: "x"), .arrives("B", place: "p"))
    tell([
      "Everyone else was playing {game}.", "Nobody spoke to {B.name}.",
      "The others ran around and did not see {B.name}.",
    ])
    tell([
      "{A.name} remembered {A.his} own first day.",
      "\"It must be hard to be new,\" {thought} {A.name}.",
      "{A.name} thought for a moment.",
    ])
    newParagraph()
    tell([
      "\"Hello, I am {A.name},\" {said} {A.name}. \"What is your name?\"",
      "{A.name} {moved} over and said, \"Would you like to play {game} with us?\"",
      "\"Hi! Do you like {subject}?\" {asked} {A.name}.",
    ])
    tell([
      "\"I am {B.name},\" {whispered} {B.name}.", "{B.name} nodded {shyly}.",
      "\"Yes, please,\" {whispered} {B.name}.",
    ])
    tell(
      [
        "\"That is a {look} {x.n},\" {said} {A.name}, and {B.name} let {A.him} hold {x}.",
        "{B.name} showed {x} to {A.name} and let {A.him} try it.",
        "{B.name} {grinned} and gave {x} to {A.name} for a moment.",
      ], .gives("B", to: "A", thing: "x"))
    tell(
      [
        "{A.name} looked at {x} from all sides and gave it back to {B.name}.",
        "\"Thank you,\" {said} {A.name} and gave {x} back to {B.name}.",
      ], .gives("A", to: "B", thing: "x"))
    tell([
      "Then {AB} played {game} and {game}.",
      "{AB} talked about {subject} and {subject}.",
      "{AB} {moved} around {p} and looked at everything.",
      "{AB} ate {treat.s} and told jokes.",
    ])
    leading("B") { $0.feel("happy") }
    if chance(50) {
      tell([
        "\"Will you come again on {weekday}?\" {asked} {A.name}.",
        "\"See you on {weekday}!\" {cheered} {B.name}.",
      ])
    }
    if chance(60) {
      moral([
        "a kind word can make a new friend", "every friend was once a stranger",
        "it only takes a hello to begin a friendship",
      ])
    } else {
      closing()
    }
    return title(["the new {B.kind}", "{B} finds a friend", "hello, {B}", "{A} meets {B}"])
  }
}
