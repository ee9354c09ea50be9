/// Stories about setting out, trying, and growing.
extension Teller {
  mutating func journey() -> String {
    cast("A")
    castAdult("C")
    putThing("x", pick([["keepsake"], ["garment"], ["toy"]]))
    let routes = [Biome.forest, .river, .farm, .mountain, .shore, .town]
    putPlace("p", [pick(routes)])
    putPlace("q", routes.filter { $0.name != places["p"]?.biome })
    putPlace("r", routes.filter { $0.name != places["p"]?.biome && $0.name != places["q"]?.biome })
    open()
    tell(
      [
        "Far away, near {r}, lived an old {C.kind} named {C.name}, who was a good friend.",
        "An old {C.kind} named {C.name}, who knew {A.him} well, lived far away, near {r}.",
        "{A} had a friend, an old {C.kind} called {C.name}, who lived near {r}.",
      ], .arrives("C", place: "r"))
    newParagraph()
    tell(
      [
        "One {weekday}, {A} packed {x.a} for {C.name}.",
        "\"I will bring {C.name} {x.a},\" {said} {A.name} and packed it.",
        "{A} had made {x.a} as a present for {C.name}.",
      ],
      .obtains("A", thing: "x"))
    tell([
      "{A} also packed two {fruit.s}, some {spread} and some {drink}.",
      "A {treat}, a {fruit} and some {drink} went into the bag as well.",
      "For the way, {A} took {spread} and {nut.s}.",
    ])
    if chance(70) { tellWeather(fairWeather()) }
    go(to: "p")
    scenery()
    tell([
      "There {A} met a {trait} {beast}.", "An old {beast} sat beside the path.",
      "A {beast} and a {beast} were resting there.",
    ])
    tell([
      "\"Where are you going?\" asked the animal.", "\"Is it far to {r}?\" {asked} {A.name}.",
      "\"Follow the {color} stones,\" said a voice.",
    ])
    newParagraph()
    tell(
      [
        "{A.name} {moved} on until {A} came to {q}.",
        "The way led on to {q}, and {A.name} {moved} there.", "By noon, {A.name} had reached {q}.",
      ], .arrives("A", place: "q"))
    if let biome = Biome.byName[places["q"]?.biome ?? ""] { here = biome }
    scenery()
    let trouble = pick([
      "The bridge was broken, and there was no other way.", "Then the path came to an end.",
      "There a {hero} stood in the way and would not move.",
      "A big {thing} lay across the path.", "There were three paths, and no sign.",
    ])
    tell(trouble)
    leading("A") { $0.feel($0.pick(["scared", "sad", "surprised", "tired"])) }
    gesture()
    if trouble.contains("{hero}") {
      tell([
        "\"Only one who answers my riddle may pass,\" said a deep voice.",
        "\"What have you got for me?\" said a deep voice.",
      ])
      tell([
        "{A} gave away the last {treat}, and the way was free.",
        "{A} thought hard and gave the right answer.",
        "\"The answer is a {fruit},\" {said} {A.name}, and it was right.",
      ])
    } else {
      tell([
        "{A} thought for a while and then tied some {material} to a {tool}.",
        "With {material} and a bit of luck, {A} found a way around.",
        "A {beast} came along and showed {A.him} a secret way.",
        "{gently}, {A} climbed over it and did not look down.",
      ])
    }
    tell([
      "After that, it was easy.", "\"I can do this,\" {said} {A.name} {bravely}.",
      "{A} still had {x}, and that was what mattered.",
    ])
    newParagraph()
    tell(
      [
        "In the evening, {A.name} came to {r}.", "At last {A.name} saw {r}.",
        "When the first star {glowed}, {A.name} reached {r}.",
      ], .arrives("A", place: "r"))
    tell([
      "{C.name} was standing there and waved.", "\"Is that you?\" {shouted} {C.name}.",
      "{C.name} came running with open arms.",
    ])
    tell(
      [
        "\"This is for you,\" {said} {A.name} and gave {x} to {C.name}.",
        "{A.name} {gladly} gave {C.name} {x}.",
      ], .gives("A", to: "C", thing: "x"))
    leading("C") { $0.feel($0.pick(["happy", "surprised"])) }
    tell([
      "{AC} sat by the fire and talked about {subject}.",
      "Then {AC} ate {dish} and told stories until midnight.",
      "There was {dishTaste} {dish}, and {AC} laughed a lot.",
    ])
    if chance(50) {
      moral([
        "the longest way begins with one step", "a friend is worth a long way",
        "there is always a way around",
      ])
    } else {
      closing()
    }
    return title(["the long way to {C}", "{A} sets out", "{A} and the {x.an}", "over {p} and {q}"])
  }

  mutating func birthday() -> String {
    cast("A")
    cast("B")
    putThing("x", ["toy", "keepsake", "garment"])
    putThing("y", noun: pick(["cake", "pie", "tart"]), adjective: word("taste"))
    putPlace("p", [.home, .garden])
    open()
    introduceFriend()
    tell([
      "On {weekday}, it was {B.his} birthday.", "Soon it would be {B.his} birthday.",
      "In two days, {B.name} would have a birthday.",
    ])
    newParagraph()
    tell([
      "\"What can I give to {B.name}?\" {thought} {A.name}.",
      "{A.name} wanted to find the best present of all.",
      "{A.name} had only three coins and did not know what to buy.",
    ])
    let offers = words("keepsake", count: 2) + words("garment", count: 1)
    tell([
      "A \(offers[0]) was too {look}, and a \(offers[1]) was too {size}.",
      "{A} thought of a \(offers[0]), a \(offers[2]) and a \(offers[1]).",
      "In the shop there was a {color} \(offers[2]), but it cost too much.",
    ])
    if chance(60) { gesture() }
    tell([
      "{A} asked a {adult}, who said, \"Give something that comes from the heart.\"",
      "\"Why don't you make something?\" said {A.his} {parent}.",
      "Then {A} had [a wonderful|a clever|a splendid|an unusual] idea.",
    ])
    let material = words("material", count: 3)
    tell(
      [
        "With \(material[0]), \(material[1]) and some \(material[2]), {A} made {x.a}.",
        "All week, {A} worked in secret, and then {x.a} was ready.",
        "{A} took \(material[0]) and \(material[1]) and made {x.a} out of it.",
      ],
      .makes("A", thing: "x"), .obtains("A", thing: "x"))
    tell([
      "{A} wrapped it in {color} paper.", "{A} put it into a box with a {color} ribbon.",
      "{A} wrote a card with a picture of {subject}.",
    ])
    newParagraph()
    tell(
      [
        "On the day of the party, {AB} welcomed many friends {p.in}.",
        "The party was {p.in}, and {AB} hung up {color} paper stars.",
        "At last the day of the party came, and {AB} met {p.in}.",
      ], .arrives("A", place: "p"), .arrives("B", place: "p"))
    here = Biome.byName[places["p"]?.biome ?? ""] ?? .home
    tell([
      "There were {color} balloons, {fruit.s} and a {instrument} player.",
      "There were {treat.s}, {treat.s} and cold {drink}.", "Everybody played {game} and {game}.",
      "A {adult} who was dressed up as a {hero} made everyone laugh.",
    ])
    tell(
      ["In the middle stood {y.a} with candles.", "Then {A.his} {parent} brought in {y.a}."],
      .lies(thing: "y", place: "p"))
    tell(
      [
        "{B.name} blew out the candles on {y} and made a wish.",
        "{B.name} cut {y} and gave everybody a piece.",
      ], .uses("B", thing: "y"))
    newParagraph()
    tell(
      [
        "At last {A.name} gave {x} to {B.name}.", "{shyly}, {A.name} handed {x} to {B.name}.",
        "\"Happy birthday!\" {said} {A.name} and gave {B.name} {x}.",
      ], .gives("A", to: "B", thing: "x"))
    leading("B") { $0.feel($0.pick(["happy", "surprised"])) }
    tell([
      "\"You made it yourself?\" {asked} {B.name}. \"It is {look}!\"",
      "\"It is the best present of all,\" {said} {B.name}.",
      "{B.name} {hugged} {A.name} and would not let go.",
    ])
    leading("A") { $0.feel("proud") }
    tell(
      [
        "{AB} played with {x} until it was dark.", "{B.name} kept {x} for many years.",
        "That night, {B.name} put {x} next to the bed.",
      ], .uses("B", thing: "x"))
    if chance(50) {
      moral([
        "the best presents come from the heart", "a present does not have to cost much",
        "it is lovely to make somebody happy",
      ])
    }
    return title(["a present for {B}", "{B} has a birthday", "the {x.an}", "happy birthday, {B}"])
  }

  mutating func learning() -> String {
    cast("A")
    castAdult("C")
    putPlace("p", Biome.outdoors)
    let skill = word("skill")
    bind("learned", skill)
    bind("learnt", Inflection.past(of: skill))
    open()
    newParagraph()
    go(to: "p")
    maybeScenery(70)
    tell(
      [
        "There {A} saw {C.name}, the {C.kind}, who could {learned} like nobody else.",
        "{C.name}, a {trait} {C.kind}, was there and showed everyone how to {learned}.",
        "A {C.kind} named {C.name} {learnt} there every {weekday}.",
      ], .arrives("C", place: "p"))
    tell([
      "\"I wish I could {learned} too,\" {whispered} {A.name}.",
      "\"That looks easy,\" {said} {A.name}.", "{A.name} wanted to {learned} more than anything.",
    ])
    tell([
      "So {A} tried to {learned}, but it went wrong at once.",
      "{A} tried it, {struggled}, and sat down with a {noise}.",
      "The first time {A} tried to {learned}, everybody laughed.",
    ])
    leading("A") { $0.feel($0.pick(["sad", "angry", "sorry"])) }
    tell([
      "\"I will never {learned},\" {sobbed} {A.name}.",
      "\"It is too hard,\" {said} {A.name} {sadly}.", "{A.name} {moved} away and kicked a stone.",
    ])
    newParagraph()
    tell([
      "\"I could not do it either at first,\" {said} {C.name}.",
      "{C.name} sat down next to {A.him}. \"Shall I show you?\"",
      "\"Nobody is born knowing how to {learned},\" {said} {C.name}.",
    ])
    tell([
      "\"Start {gently}, and do not be afraid,\" {said} {C.name}.",
      "{C.name} showed {A.him} how to hold {A.his} {body.s}.",
      "\"First breathe, then try, then laugh,\" {said} {C.name}.",
    ])
    tell([
      "Every {weekday}, {A.name} {practiced} with {C.name}.",
      "All {season}, {A.name} {practiced} and {practiced}.",
      "{A.name} {practiced} before breakfast and after supper.",
    ])
    tell([
      "There were {injury.s}, and there were tears, but {A} did not stop.",
      "Once {A} got a {injury} on the {body}, but that did not matter.",
      "Little by little, it got better.",
      "Some days it went well, and some days it did not work at all.",
    ])
    maybeScenery(40)
    newParagraph()
    tell([
      "And then, one {weekday}, {A.name} {learnt} as if it were nothing.",
      "One morning, {A.name} {learnt} without a single mistake.",
      "Then came the day of the {festival}, and {A.name} {learnt} in front of everyone.",
    ])
    tell([
      "\"Look at me!\" {cheered} {A.name}.", "Everyone {celebrated}.",
      "\"I knew you could do it,\" {said} {C.name}.", "Even a {bird} seemed to watch.",
    ])
    leading("A") { $0.feel("proud") }
    if chance(70) {
      moral([
        "practice makes everything easier", "every master was once a beginner",
        "it is fine to fail on the way", "one has to try more than once",
      ])
    } else {
      closing()
    }
    return title([
      "{A} learns to {learned}", "how {A} learned to {learned}", "{A} and {C}", "one more try",
    ])
  }

  mutating func performance() -> String {
    cast("A")
    cast("B")
    let instrument = word("instrument")
    putThing("x", noun: instrument, adjective: word("look"))
    putPlace("p", [.town])
    bind("event", word("festival"))
    open()
    tell(
      [
        "{A} had {x.a} and played it every day.", "{A} played {A.his} {x.an} whenever {A} could.",
        "From {A.his} {elder}, {A} had got {x.a}.",
      ], .obtains("A", thing: "x"))
    introduceFriend()
    newParagraph()
    tell([
      "Soon there would be a {event} {p.in}.", "On {weekday}, there was a {event} {p.in}.",
      "A {color} poster said that there would be a {event} {p.in}.",
    ])
    tell([
      "\"You must play there!\" {said} {B.name}.",
      "\"Everybody should hear you,\" {said} {B.name}.",
    ])
    leading("A") { $0.feel("scared") }
    tell([
      "\"What if I forget everything?\" {asked} {A.name}.",
      "\"So many people will look at me,\" {whispered} {A.name}.",
      "\"My {body} shakes when I think of it,\" {said} {A.name}.",
    ])
    tell([
      "\"Then look at me,\" {said} {B.name}.", "\"Just think of {subject},\" {said} {B.name}.",
      "\"I will sit in the first row,\" {promised} {B.name}.",
    ])
    tell(
      [
        "Every day {A.name} {practiced} with {x}.",
        "{A.name} [played|practiced|rehearsed] a song about {subject} on {x}.",
      ], .uses("A", thing: "x"))
    newParagraph()
    tell(
      [
        "At last the day came, and {A.name} {moved} to {p} with {x}.",
        "Then it was time, and {A.name} carried {x} to {p}.",
      ], .arrives("A", place: "p"), .uses("A", thing: "x"))
    here = .town
    tell(
      ["{B.name} was sitting in the first row.", "{B.name} came early and got the best seat."],
      .arrives("B", place: "p"))
    tell([
      "Before {A.him}, a {adult} danced and a {adult} told jokes.",
      "A {adult} juggled {fruit.s}, and a {adult} recited a poem.",
      "First a {group} of {adult.s} sang.",
    ])
    tell([
      "{A.his} {body.s} shook, and {A.his} mouth was dry.",
      "When {A} stood on the stage, {A.his} head was empty.",
      "The lights were bright, and it was very quiet.",
    ])
    gesture()
    tell([
      "Then {A} looked at {B.name}, who {grinned}.", "But there was {B.name}, who waved {gently}.",
      "{A} saw {B.name} in the first row and took heart.",
    ])
    newParagraph()
    tell(
      [
        "{A.name} lifted {x} and began to play.", "{gently}, {A.name} began to play {x}.",
        "And {A.name} played {x} as never before.",
      ], .uses("A", thing: "x"))
    tell([
      "The song {flew} through the room like a {bird}.",
      "Nobody moved, not even a {bird} on the roof.", "It sounded {look}.",
    ])
    tell([
      "When it was over, everyone {celebrated}.",
      "At the end, people {celebrated} and stamped on the floor.",
      "A {adult} threw {color} paper flowers.",
    ])
    leading("A") { $0.feel($0.pick(["proud", "happy"])) }
    tell([
      "\"You were wonderful!\" {cheered} {B.name}.", "\"I told you so,\" {said} {B.name}.",
      "\"I only played for you,\" {said} {A.name} to {B.name}.",
    ])
    if chance(60) {
      moral([
        "a friend in the first row makes one brave", "fear goes away when the music begins",
        "it is worth being brave for a moment",
      ])
    } else {
      closing()
    }
    return title(["{A} plays the {x.n}", "the {x.an}", "the great {event}", "{A} on the stage"])
  }
}
