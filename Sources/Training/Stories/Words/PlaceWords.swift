/// A place that characters go to.
struct Place: Sendable, Equatable {
  let noun: String
  /// `in`, `on`, `at`, `by`: how someone is there.
  let preposition: String
  let biome: String
}

/// Places of one kind, with what grows, lives and can be noticed there.
struct Biome: Sendable {
  let name: String
  let isOutdoors: Bool
  let places: [Place]
  /// What its templates' `{class}` slots are filled from, besides the words for all stories.
  let classes: [String: [String]]
  /// Sentences about the place that involve nobody.
  let scenery: [String]

  init(
    _ name: String, isOutdoors: Bool = true, places: String, classes: [String: String],
    scenery: [String]
  ) {
    self.name = name
    self.isOutdoors = isOutdoors
    var list: [Place] = []
    var preposition = "in"
    for word in words(places) {
      if word.hasSuffix(":") {
        preposition = String(word.dropLast())
      } else {
        list.append(Place(noun: word, preposition: preposition, biome: name))
      }
    }
    self.places = list
    self.classes = classes.mapValues(words)
    self.scenery = scenery
  }

  static let all = [forest, shore, river, farm, town, mountain, home, garden, wilds]
  static let outdoors = all.filter(\.isOutdoors)
  static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static let forest = Biome(
    "forest", places: "in: clearing dell forest glade grove hollow thicket valley woodland",
    classes: [
      "bird":
        "blackbird bluebird cardinal chickadee cuckoo finch jay nuthatch robin thrush wagtail warbler woodpecker wren",
      "critter":
        "beetle butterfly caterpillar centipede cricket firefly inchworm moth snail spider",
      "tree":
        "alder ash aspen beech birch cedar cypress elm fir hemlock hickory hornbeam larch linden maple oak pine poplar rowan spruce sycamore walnut yew",
      "plant":
        "bluebell bracken bramble fern foxglove holly ivy moss mistletoe mushroom nettle snowdrop thistle toadstool violet",
      "thing": "boulder burrow log root stump trunk woodpile",
      "bit": "acorn branch cobweb feather nest pinecone twig",
    ],
    scenery: [
      "A {bird} sang [somewhere|high up|softly] in [a tall|an old|a crooked] {tree}.",
      "The {tree} trees {ticked} in the breeze.",
      "[Green|Soft|Thick] {plant} grew [all around|everywhere|in the shade] under the {tree} trees.",
      "A {critter} crawled [slowly|lazily|along] over a mossy {bit}.",
      "Light fell through the leaves onto a {bit}.",
      "It smelled of {smell} and wet leaves.",
      "Somewhere a {bird} [tapped|called|chirped|whistled].",
      "The air was cool, and a {critter} {flew} past a {tree}.",
    ])

  static let shore = Biome(
    "shore",
    places:
      "on: beach boardwalk dock island jetty peninsula pier sandbar wharf at: bay cove harbor lagoon lighthouse seaside",
    classes: [
      "bird": "albatross cormorant gull pelican puffin sandpiper seagull tern",
      "critter":
        "barnacle clam crab jellyfish limpet lobster mussel octopus oyster prawn seahorse shrimp squid starfish urchin",
      "fish": "cod haddock herring mackerel sardine tuna dolphin porpoise whale",
      "thing": "barrel bollard boulder crate raft rock rowboat",
      "bit": "anchor bottle buoy conch net oar paddle pebble rudder sail shell",
      "vehicle": "dinghy ferry sailboat schooner steamboat trawler tugboat yacht",
    ],
    scenery: [
      "The waves {ticked} against the rocks.",
      "A {bird} {flew} over the water.",
      "A [little|tiny|pink] {critter} hid under [some seaweed|a wet rock|a stone].",
      "Far out at sea, a {vehicle} went by.",
      "The air tasted of salt, and the tide was [low|high|coming in|going out].",
      "[An old|A broken|A rusty|A forgotten] {bit} lay half buried in the sand.",
      "Once, a {fish} jumped out of the waves.",
      "White foam {glowed} on the water.",
    ])

  static let river = Biome(
    "river",
    places:
      "by: brook canal creek lake marsh millpond pond reservoir river spring stream swamp waterfall",
    classes: [
      "bird":
        "crane dipper duckling egret flamingo goose heron kingfisher loon mallard plover snipe stork swallow swan",
      "critter": "dragonfly gnat leech mayfly midge minnow mosquito salamander tadpole toad",
      "fish": "bass carp catfish eel perch pike salmon sturgeon trout",
      "plant": "bulrush cattail lily reed rush sedge watercress willow",
      "thing": "boulder footbridge raft root rock rowboat trunk",
      "bit": "bubble pebble puddle ripple stick",
    ],
    scenery: [
      "A {bird} stood [very still|on one leg|quietly] between the reeds.",
      "A {fish} splashed and was gone.",
      "A {critter} {flew} over the water.",
      "The water {ticked} over [smooth|round|gray] stones.",
      "[Tall|Green|Thin] {plant} leaves bent over the water.",
      "Little ripples {glowed} in the light.",
      "A {bit} drifted by.",
      "Somewhere a frog croaked, and a {bird} answered.",
    ])

  static let farm = Biome(
    "farm",
    places:
      "on: farm ranch in: barn barnyard cornfield field haystack meadow orchard paddock pasture stable vineyard wheatfield",
    classes: [
      "animal":
        "bull calf chick cow colt donkey ewe filly foal gander goat hen heifer horse lamb mare ox piglet pony pullet ram rooster sow stallion",
      "crop": "alfalfa barley clover corn flax hay hops millet oats rye soybeans wheat",
      "critter": "aphid bee bumblebee grasshopper horsefly hornet ladybug wasp",
      "thing": "barrel coop fence gate haystack manger plow silo sty trough wagon",
      "bit": "bridle halter harness horseshoe pitchfork saddle scythe yoke",
    ],
    scenery: [
      "A {animal} looked over the fence.",
      "The {crop} was [tall|golden|ripe|green] and [swayed|rustled|waved] in the wind.",
      "A {critter} {flew} from flower to flower.",
      "Far away, a {animal} called for its mother.",
      "There was an old {bit} [near the path|beside the barn door|in the corner|by the wall].",
      "It smelled of {smell}.",
      "The {animal} and the {animal} ate [hay|fresh {crop}|dry {crop}] for [breakfast|dinner|lunch].",
    ])

  static let town = Biome(
    "town",
    places:
      "in: alley arcade bakery bookshop cafe library museum park plaza square theater toyshop village at: airport fairground market playground school stadium station zoo on: avenue bridge corner lane street",
    classes: [
      "bird": "crow magpie pigeon sparrow starling jackdaw",
      "vehicle":
        "ambulance bicycle bus cab carriage limousine minivan moped motorcycle taxi tram trolley truck van",
      "thing":
        "bench billboard fountain hydrant kiosk lamppost mailbox pillar railing signpost statue streetlight",
      "bit": "banner flag poster ticket",
      "person":
        "baker butcher florist grocer jogger mailman musician newsboy pedestrian policeman shopper tourist visitor",
      "animal":
        "bulldog cat collie dachshund dalmatian dog greyhound kitten poodle puppy pug spaniel terrier",
    ],
    scenery: [
      "A {vehicle} rolled by.",
      "A {person} hurried past with [a heavy bag|an umbrella|a newspaper|a box of flowers].",
      "Two {bird.s} sat on top of a {thing}.",
      "Somebody had dropped a {bit} in front of a {thing}.",
      "[Somebody's|A friendly|A sleepy] {animal} barked at a {vehicle}.",
      "The clock on the tower struck [two|three|four|ten|eleven].",
      "It smelled of {smell}.",
      "People {moved} up and down, and bells rang.",
      "A {person} waved from the other side.",
    ])

  static let mountain = Biome(
    "mountain",
    places:
      "on: cliff hill hilltop hillside ledge mountain peak plateau ridge slope summit in: canyon cave cavern gorge ravine",
    classes: [
      "bird": "buzzard condor eagle falcon hawk kestrel kite osprey raven vulture",
      "animal": "bat chamois ibex lizard marmot pika snake viper",
      "plant": "edelweiss gentian gorse heather juniper lichen sagebrush thyme",
      "thing": "boulder cairn crag rock",
      "bit": "crevice fossil icicle pebble",
      "stone": "agate crystal flint granite limestone marble quartz sandstone slate",
    ],
    scenery: [
      "[High above|Far up in the sky|Over the rocks], a {bird} circled.",
      "[Purple|Pale|Tough|Dry] {plant} grew between the stones.",
      "A {animal} vanished behind a {thing}.",
      "The wind {blew} around the rocks.",
      "Between two stones lay a {bit}.",
      "An echo came back from [far away|the other side|the rocks].",
      "Bits of {stone} {glowed} in the light.",
      "From there, the houses looked as small as {fruit.s}.",
    ])

  static let home = Biome(
    "home", isOutdoors: false,
    places:
      "in: attic basement bathroom bedroom cellar closet garage hallway kitchen library lounge nursery pantry parlor playroom shed study workshop on: balcony porch staircase veranda",
    classes: [
      "critter": "ant cockroach cricket fly goldfish hamster ladybug mouse moth spider termite",
      "part":
        "ceiling cupboard curtain door doorknob floorboard keyhole radiator roof shutter stair wall window windowsill",
      "thing": "armchair bed bookcase cabinet cradle curtain dresser sofa trunk wardrobe",
      "bit": "blanket candlestick cushion doily lampshade pillow sheet teapot vase",
    ],
    scenery: [
      "The {part} {ticked} a little.",
      "A {critter} ran across the floor.",
      "A {furniture} stood [in the corner|by the window|next to the door], with a {bit} on it.",
      "It smelled of {smell}.",
      "Outside, the neighbor's {vehicle} drove by.",
      "[The clock|An old clock|The kitchen clock] ticked on the wall.",
      "Dust {glowed} in the light from the window.",
      "On the {furniture} there was a {dishware}.",
    ])

  static let garden = Biome(
    "garden",
    places: "in: arbor backyard courtyard garden gazebo greenhouse yard on: lawn patio terrace",
    classes: [
      "flower":
        "anemone aster azalea begonia camellia carnation chrysanthemum cornflower crocus daffodil dahlia daisy forget-me-not foxglove gardenia geranium gladiolus hibiscus hollyhock hyacinth hydrangea iris jasmine larkspur lavender lilac lily lotus lupine magnolia marigold narcissus orchid pansy peony petunia phlox poppy primrose rhododendron rose snapdragon sunflower tulip verbena violet wisteria zinnia",
      "critter":
        "ant bee beetle bumblebee butterfly caterpillar cicada dragonfly earthworm earwig hummingbird ladybug moth slug snail spider wasp",
      "bird": "blackbird bluebird dove finch nightingale robin sparrow starling swallow wren",
      "thing": "birdbath bush flowerbed hedge rockery sundial trellis",
      "bit": "flowerpot pebble petal seedling",
      "vegetable": "bean cabbage carrot cucumber lettuce pea pepper pumpkin radish squash tomato",
    ],
    scenery: [
      "A {critter} {flew} around a {color} {flower}.",
      "{Flower.s} and {flower.s} bloomed [along the path|by the wall|in every corner|everywhere].",
      "A {bird} pecked at a crumb near the {thing}.",
      "The {vegetable.s} were [almost ripe|growing well|still small].",
      "It smelled of {smell} and {flower.s}.",
      "[Drops of dew|Tiny drops] {glowed} on the {flower} leaves.",
      "A {critter} climbed over a {bit}.",
    ])

  static let wilds = Biome(
    "wilds",
    places: "in: desert jungle prairie rainforest savanna swampland tundra at: oasis waterhole",
    classes: [
      "bird":
        "cockatoo emu flamingo ibis kookaburra lyrebird macaw ostrich parakeet toucan vulture",
      "animal":
        "aardvark bonobo buffalo caiman chimpanzee cobra coyote gorilla iguana jerboa mandrill meerkat okapi orangutan oryx python rhinoceros scorpion tarantula warthog wildebeest",
      "tree": "acacia baobab ebony eucalyptus kapok mahogany mangrove palm teak",
      "thing": "anthill cactus dune thornbush",
      "bit": "coconut skull vine",
    ],
    scenery: [
      "A {animal} {rested} in the shade of a {tree}.",
      "A {color} {bird} {flew} from one {tree} to the next.",
      "Far away, a {animal} [called|watched|drank|dug a hole].",
      "A {thing} cast a long shadow, and a {bit} lay beside it.",
      "The ground was [hot|dry|dusty|warm], and nothing moved but a {bird}.",
    ])
}
