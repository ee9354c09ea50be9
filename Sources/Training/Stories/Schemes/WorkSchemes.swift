/// Stories about doing and making things.
extension Teller {
  mutating func helping() -> String {
    cast("A")
    castAdult("C")
    putPlace("p", [.town, .farm, .garden, .shore, .river])
    putThing("x", ["keepsake", "toy", "garment"])
    open()
    newParagraph()
    if chance(60) { tellWeather(fairWeather()) }
    go(to: "p")
    maybeScenery()
    tell(
      [
        "There {A} met {C.name}, an old {C.kind}, who looked {tired}.",
        "An old {C.kind} named {C.name} was working there and looked {tired}.",
        "{C.name}, the {C.kind}, sat on a {thing} and sighed.",
      ], .arrives("C", place: "p"))
    let chores = [
      "sweep the floor", "carry the {vegetable.s} inside", "paint the fence",
      "wash the {dishware.s}", "feed the {beast.s}", "clean every {furniture}",
      "pick the {fruit.s}",
      "polish the {instrument.s}", "fold the {garment.s}", "sort the {tool.s}",
      "water the {vegetable.s}",
      "pull the heavy {vehicle}", "wind the {material}", "peel the {vegetable.s}",
      "count the {garment.s}",
      "hang up the {garment.s}", "bring in the {material}", "crack the {nut.s}", "pick some {herb}",
    ]
    let first = random.int(below: chores.count)
    let second = (first + 1 + random.int(below: chores.count - 1)) % chores.count
    // Filled once: the same work is meant whenever it is spoken of.
    let (chore, another) = (phrase(chores[first]), phrase(chores[second]))
    tell([
      "\"I still have to \(chore), and my {body} hurts,\" {said} {C.name}.",
      "\"How shall I ever \(chore) before tonight?\" {sobbed} {C.name}.",
      "\"I must \(chore) and \(another), and it is already late,\" {said} {C.name}.",
    ])
    newParagraph()
    tell([
      "\"I can help you!\" {said} {A.name} at once.", "{A.name} did not have to think for long.",
      "\"Let me do that,\" {said} {A.name} {kindly}.",
      "{A.name} put down {A.his} bag. \"I have time,\" {A} {said}.",
    ])
    tell([
      "{A} took a {tool} and began to \(chore).", "So {AC} began to \(chore) together.",
      "First {A} had to \(chore), and that took an hour.",
    ])
    tell([
      "It was hard work, and {A.his} {body} hurt, but {A} went on.",
      "{A} worked {gently} and did not stop to play.",
      "Once {A} {struggled} over a {tool}, but {A} got up and laughed.",
      "{A} whistled a song about {subject}.",
    ])
    if chance(50) {
      tell([
        "After that, {A} even helped to \(another).", "Then there was time to \(another) as well.",
      ])
    }
    maybeScenery(30)
    tell([
      "When the work was done, everything looked {look}.", "At last the work was done.",
      "\"Finished!\" {cheered} {A.name} when the last bit was done.",
    ])
    leading("C") { $0.feel($0.pick(["happy", "surprised", "proud"])) }
    newParagraph()
    tell(
      [
        "\"You have earned this,\" {said} {C.name}, who took {x.a} from a {container}.",
        "{C.name} opened a {container} and took out {x.a}.",
        "{C.name} went inside and came back with {x.a}.",
      ], .obtains("C", thing: "x"))
    tell(
      [
        "\"This is for you,\" {said} {C.name} and gave {x} to {A.name}.",
        "{C.name} put {x} into {A.his} arms and {grinned}.",
        "{C.name} gave {x} to {A.name}, together with some {taste} {treat.s}.",
      ], .gives("C", to: "A", thing: "x"))
    leading("A") { $0.feel($0.pick(["proud", "happy"])) }
    if chance(60) {
      moral([
        "many small hands make light work", "it is nice to be useful",
        "those who help are never bored",
        "a little help can change a whole day",
      ])
    } else {
      closing()
    }
    return title([
      "{A} helps out", "{A} and the {C.kind}", "the old {C.kind}", "a busy day for {A}",
    ])
  }

  mutating func making() -> String {
    cast("A")
    cast("B")
    putPlace("p", [.home, .garden, .farm, .forest, .river])
    putThing("x", noun: word("project"), adjective: word("size"))
    putThing("t", noun: word("buildTool"), adjective: word("hardMaterial"))
    open()
    introduceFriend()
    newParagraph()
    tell([
      "One {weekday}, {AB} were bored.",
      "It was {season}, and {AB} wanted to make something.",
      "\"What shall we do today?\" {asked} {B.name}.",
    ])
    tell(
      [
        "\"Let us make {x.a}!\" {said} {A.name}.",
        "\"I have an idea,\" {said} {A.name}. \"We will make {x.a}!\"",
        "\"We could make {x.a},\" {said} {B.name}.",
      ])
    tell(
      [
        "{AB} {moved} to {p} with {t.a}, which {A.name} carried.",
        "{AB} {moved} to {p}, and {A.name} brought {t.a}.",
      ],
      .obtains("A", thing: "t"), .arrives("A", place: "p"), .arrives("B", place: "p"))
    here = Biome.byName[places["p"]?.biome ?? ""] ?? .home
    let material = words("material", count: 4)
    tell([
      "{AB} needed \(material[0]), \(material[1]) and some \(material[2]).",
      "{B.name} brought \(material[0]) and \(material[1]), and there was \(material[2]) in a {container}.",
      "First {AB} {gathered} \(material[0]) and a lot of \(material[1]).",
    ])
    newParagraph()
    tell([
      "{A.name} drew a plan with a piece of {color} chalk.",
      "{B.name} made a drawing with a {color} crayon.",
      "\"I will hold it, and you tie it,\" {said} {B.name}.",
    ])
    tell(
      [
        "{A.name} used {t}, and {B.name} held the \(material[0]).",
        "{A.name} worked {gently} with {t}.",
        "{B.name} measured, and {A.name} worked with {t}.",
      ], .uses("A", thing: "t"))
    tell([
      "It was harder than it looked.", "The first try fell over with a {noise}.",
      "Then a piece broke off with a {noise}.",
      "After an hour, there was \(material[1]) everywhere.",
    ])
    leading(pick(["A", "B"])) { $0.feel($0.pick(["sad", "angry", "tired"])) }
    tell([
      "\"We should stop,\" {sobbed} {B.name}.", "\"It will never work,\" {said} {B.name}.",
      "\"Perhaps we need a better plan,\" {said} {B.name}.",
    ])
    tell([
      "\"Let us try again with more \(material[3]),\" {said} {A.name}.",
      "\"One more time,\" {said} {A.name} {bravely}.",
      "A {adult} came by and said, \"Try it with \(material[3])!\"",
    ])
    maybeScenery(40)
    newParagraph()
    tell(
      [
        "And this time {AB} did it: there stood {x.a}!", "In the evening, {AB} had finished {x}.",
        "When the day was over, {AB} had made {x.a}.",
        "At last {AB} stepped back and {stared} at {x}.",
      ], .makes("A", thing: "x"))
    tell([
      "{AB} painted it {color} and {color}.", "{B.name} tied a {color} ribbon to it.",
      "{A.name} {decorated} it with {material} and {material}.",
    ])
    leading(pick(["A", "B"])) { $0.feel("proud") }
    tell(
      [
        "{AB} used {x} every day until {season}.",
        "Everybody came to see {x}, and {A.name} showed it to a {adult}, too.",
        "{AB} showed {x} to everyone who came by.",
      ], .uses("A", thing: "x"))
    moral([
      "it is worth trying again", "two friends can make almost anything", "good things take time",
      "a plan is a good beginning",
    ])
    return title([
      "the {x.an}", "{A} and {B} make a {x.n}", "how the {x.n} was made", "a {x.n} for two",
    ])
  }

  mutating func cooking() -> String {
    cast("A")
    castAdult("C")
    putPlace("p", [Biome.home])
    putThing(
      "x", noun: pick(["cake", "pie", "tart", "pudding", "loaf", "casserole", "pizza"]),
      adjective: word("taste"))
    open()
    newParagraph()
    tell([
      "On {weekday}, {A} wanted to surprise {A.his} {parent}.",
      "{A} was hungry, and it was {weekday}.",
      "It was {A.his} {parent}'s birthday, and {A} had a plan.",
    ])
    here = .home
    tell(
      [
        "{C.name}, the {C.kind}, was already in the kitchen when {A.name} came in.",
        "{A} {moved} to the kitchen, where {C.name}, a {trait} {C.kind}, was waiting.",
      ], .arrives("A", place: "kitchen"), .arrives("C", place: "kitchen"))
    tell([
      "\"Will you help me to make {x.a}?\" {asked} {A.name}.",
      "\"I want to make {x.a},\" {said} {A.name}.",
    ])
    tell([
      "\"Of course,\" {said} {C.name}. \"First wash your {hands}.\"",
      "\"With pleasure,\" {said} {C.name} and put on a {color} {garment}.",
    ])
    newParagraph()
    let fruit = words("fruit", count: 2)
    let spread = words("spread", count: 3)
    tell([
      "{AC} needed flour, eggs, \(spread[0]) and \(Inflection.plural(of: fruit[0])).",
      "On the [table|counter|kitchen table] stood \(spread[0]), \(spread[1]) and a bowl of \(Inflection.plural(of: fruit[0])).",
      "{C.name} fetched \(spread[0]), \(spread[1]) and some {drink}.",
    ])
    tell([
      "{A.name} stirred with a big spoon, and {C.name} added some \(spread[2]).",
      "{A.name} cut the \(Inflection.plural(of: fruit[1])), and {C.name} melted the \(spread[2]).",
      "{A.name} cracked the {nut.s} and ate every second one.",
    ])
    tell([
      "Then the bowl fell down with a {noise}, and everything was on the floor.",
      "Suddenly there was a {noise}, and a cloud of flour flew up.",
      "Then {A.name} put in salt instead of sugar.",
    ])
    leading("A") { $0.feel($0.pick(["sad", "sorry", "surprised"])) }
    tell([
      "\"That happens to everyone,\" {said} {C.name} {kindly}.",
      "But {C.name} only laughed and took a {tool}.",
      "\"Never mind, we will start again,\" {said} {C.name}.",
    ])
    tell([
      "Together {AC} {cleaned} the floor and began once more.",
      "{AC} {cleaned} everything and tried again.",
    ])
    newParagraph()
    tell(
      [
        "An hour later, {A.name} took {x} out of the oven, and it was golden and {taste}.",
        "Soon the whole house smelled of {bakingSmell}, and {A.name} put {x} on a plate.",
        "At last {A.name} had made {x.a}.",
      ], .makes("A", thing: "x"))
    tell([
      "{A} put a {fruit} on top.", "{C.name} {decorated} it with {nut.s} and a leaf of {herb}.",
      "{A} wrote a name on it with {spread}.",
    ])
    tell(
      [
        "Then everyone sat down, and {AC} ate {x} with some {drink}.",
        "There was not a crumb left of {x} when {AC} had eaten.",
      ],
      .consumes("A", thing: "x"))
    leading("A") { $0.feel("proud") }
    if chance(60) {
      moral([
        "a mistake is not the end", "cooking is more fun together",
        "it is best to laugh and begin again",
      ])
    } else {
      closing()
    }
    return title([
      "the {x.an}", "{A} makes a {x.n}", "{A} and {C} in the kitchen", "a {x.n} for {weekday}",
    ])
  }

  mutating func gardening() -> String {
    cast("A")
    castAdult("C")
    putPlace("p", [.garden])
    here = .garden
    let plant = pick([word("vegetable"), word("flower"), word("vegetable")])
    putThing("x", noun: "seed", adjective: pick([word("size"), word("color")]))
    reserve(plant)
    open()
    newParagraph()
    tell(
      [
        "One {season}, {C.name}, the {C.kind}, gave {A.him} {x.a}.",
        "{C.name}, an old {C.kind}, came by and gave {A.him} {x.a}.",
      ],
      .obtains("C", thing: "x"), .gives("C", to: "A", thing: "x"))
    tell([
      "\"What will it be?\" {asked} {A.name}.", "\"It is so small,\" {said} {A.name}.",
    ])
    tell([
      "\"Wait and see,\" {said} {C.name}.", "\"Be patient, and you will see,\" {said} {C.name}.",
    ])
    newParagraph()
    tell(
      [
        "{A} {moved} to {p} and dug a little hole with a {digger}.",
        "So {A} {moved} to {p} with a {digger} and a pail of water.",
      ],
      .arrives("A", place: "p"))
    tell(
      [
        "{A} put {x} into the ground and covered it {gently}.",
        "{gently}, {A} laid {x} into the soft earth.",
      ],
      .leaves("A", thing: "x"))
    maybeScenery(80)
    tell([
      "Every morning, {A} gave it water.", "Each day {A} brought water in a {vessel}.",
      "{A} even sang to it about {subject}.",
    ])
    tell([
      "One day passed, then a week, and nothing happened.",
      "But nothing happened for days and days.", "A {critter} came by, but nothing grew.",
    ])
    leading("A") { $0.feel($0.pick(["sad", "angry", "tired"])) }
    tell([
      "\"It will never grow,\" {sobbed} {A.name}.", "{A} wanted to dig it up again.",
      "\"Maybe it is broken,\" {said} {A.name}.",
    ])
    tell([
      "\"Good things take time,\" {said} {C.name}.", "\"Do not give up,\" {said} {C.name}.",
      "\"A seed sleeps before it wakes,\" {said} {C.name}.",
    ])
    maybeScenery(40)
    newParagraph()
    tell([
      "Then, one {weekday}, there was a tiny green leaf.",
      "At last, on a {weekday} morning, something green looked out of the ground.",
    ])
    leading("A") { $0.feel("happy") }
    tell([
      "It grew and grew until it was as tall as {A.name}.",
      "After {season}, it was a {look} \(plant) plant.",
    ])
    tell([
      "In the end there were so many \(Inflection.plural(of: plant)) that {A} could give some to everyone.",
      "One \(plant) was as big as a {vessel}.",
      "And what did it bring: \(Inflection.plural(of: plant))!",
    ])
    tell([
      "{A} brought the first one to {C.name}.",
      "{A} gave the best one to {C.name} and said thank you.",
    ])
    moral([
      "patience is a kind of magic", "small things can become great", "waiting is part of growing",
    ])
    return title(["the {x.an}", "{A} and the \(plant)", "what will it be", "{A} waits"])
  }

  mutating func shopping() -> String {
    cast("A")
    castAdult("C")
    putThing("x", noun: "basket", adjective: pick([word("size"), word("color")]))
    putPlace("p", [.town])
    open()
    newParagraph()
    let kind = pick(["fruit", "vegetable"])
    let meal = kind == "fruit" ? "pie" : "soup"
    let list = words(kind, count: 2)
    let extra = words("spread", count: 2)
    tell([
      "\"Please go and buy some \(extra[0]), two \(Inflection.plural(of: list[0])) and a \(list[1]),\" said {A.his} {parent}.",
      "{A.his} {parent} needed \(Inflection.plural(of: list[0])), a \(list[1]) and some \(extra[0]) for supper.",
    ])
    tell(
      ["{A} took {x.a} and some coins.", "{A} got {x.a} and put the money into it."],
      .obtains("A", thing: "x"))
    tell(
      [
        "To remember everything, {A} sang it all the way to {p}.",
        "{A} {moved} to {p} and said the list over and over.",
      ],
      .arrives("A", place: "p"))
    here = .town
    maybeScenery(80)
    tell(
      [
        "There {C.name}, the {C.kind}, had a stall.",
        "Behind a stall stood {C.name}, a {trait} {C.kind}.",
      ],
      .arrives("C", place: "p"))
    let wares = words("tool", count: 2) + words("garment", count: 2) + words("dishware", count: 2)
    tell([
      "One could buy a \(wares[0]), a \(wares[2]) or a \(wares[4]) there.",
      "On it lay \(Inflection.plural(of: wares[1])), \(Inflection.plural(of: wares[3])) and {treat.s}.",
      "The stall was full of \(Inflection.plural(of: wares[5])), {herb} and {taste} {treat.s}.",
      "{A} could not stop looking at a {color} \(wares[2]).",
    ])
    newParagraph()
    tell([
      "But when {C.name} asked, {A} had forgotten the list!",
      "\"What would you like?\" {asked} {C.name}, but suddenly {A.his} head was empty.",
    ])
    leading("A") { $0.feel($0.pick(["scared", "sad", "sorry"])) }
    gesture()
    tell([
      "\"Let us see,\" {said} {C.name}. \"What will your {parent} cook?\"",
      "\"Think of the color,\" {said} {C.name} {kindly}.",
      "\"Take your time,\" {said} {C.name}.",
    ])
    tell([
      "\"It was something {taste},\" {said} {A.name}, \"and two of something round.\"",
      "\"\(meal) with \(Inflection.plural(of: list[0]))!\" {cheered} {A.name}, who remembered it all at once.",
    ])
    tell(
      [
        "{A} held {x} open, and {C.name} put two \(Inflection.plural(of: list[0])) and a \(list[1]) into it.",
        "Soon {A} had everything in {x}: \(extra[0]), \(Inflection.plural(of: list[0])) and even a \(list[1]).",
      ],
      .uses("A", thing: "x"))
    if chance(60) {
      tell([
        "\"And here is a {treat} for the way,\" {said} {C.name}.",
        "{C.name} added a {fruit} and would not take money for it.",
      ])
    }
    newParagraph()
    tell(
      [
        "{A} thanked {C.name} and {moved} home with {x}.",
        "With {x} full to the top, {A} {moved} home.",
      ],
      .uses("A", thing: "x"), .arrives("A", place: "home"))
    tell([
      "There was {dish} that night, and it was {dishTaste}.",
      "\"You did not forget a thing!\" said {A.his} {parent}.",
      "That night, the family had {dish} with \(extra[1]) and {herb}.",
    ])
    leading("A") { $0.feel("proud") }
    if chance(50) { closing() }
    return title([
      "{A} goes shopping", "the forgotten list", "{A} and the {x.an}",
      "two \(Inflection.plural(of: list[0])) and a \(list[1])",
    ])
  }
}
