/// Nouns, by what they can do in a story.
enum NounWords {
  static let classes: [String: [String]] = [
    // MARK: Things that are owned, lost and given

    "toy": words(
      """
      accordion airplane balloon ball banjo boomerang camera cello checkerboard clarinet crayon doll dollhouse \
      domino drum dulcimer flute frisbee globe guitar harmonica harp helicopter hoop jigsaw kaleidoscope \
      kazoo kite lute magnet mandolin marble marionette notebook oboe ocarina paintbrush pencil piccolo \
      pinwheel puppet puzzle racket rattle recorder robot rocket saxophone scooter sketchbook skateboard \
      spyglass storybook tambourine teapot teddy telescope tractor train triangle tricycle trombone \
      trumpet tuba ukulele violin wagon whistle xylophone yo-yo
      """),
    "keepsake": words(
      """
      almanac amulet badge basket bell book bookmark bottle bowl bracelet brooch button candle candlestick \
      charm clock coin comb compass diary flask goblet hairbrush hourglass inkwell jar jewel jug key lamp lantern letter \
      locket map medal medallion mirror mug necklace padlock paperweight pendant photograph pillow pitcher \
      postcard pouch purse ring scroll seashell statue suitcase tankard teacup thermometer thimble token trinket \
      trophy trunk umbrella vase wallet watch
      """),
    "garment": words(
      """
      apron bandanna beanie belt beret blanket bonnet boot bow cap cape cardigan cloak coat cushion dress gown \
      handkerchief hat hood jacket jersey kimono mitten mantle muff necktie pinafore poncho pullover quilt raincoat robe \
      rug sandal sash scarf shawl shirt shoe skirt slipper smock sock sunhat sweater tie tunic turban vest waistcoat wig
      """),

    // MARK: Things that are made and used

    "project": words(
      """
      birdbath birdhouse boat bookshelf bridge cart catapult crate cradle dam dollhouse fence fort garland go-cart \
      hammock hutch igloo kennel ladder mobile raft rocket sailboat sandcastle scarecrow seesaw sled sleigh snowman \
      stage swing table tent treehouse tunnel weathervane wheelbarrow windmill
      """),
    "material": words(
      """
      bamboo bark canvas cardboard cement chalk clay cloth cotton driftwood felt foil glue gravel hay ink leather \
      lumber moss paint paper plaster plywood rope rubber sand sawdust straw string tape thread timber tinsel twine varnish \
      wax wicker wire wood wool yarn
      """),
    "tool": words(
      """
      ax broom brush bucket chisel crowbar dustpan file funnel hammer hatchet hoe hook hose knife \
      mallet mop needle oilcan paddle pail paintbrush pick pitchfork pulley pump rake roller ruler saw screwdriver shovel sickle \
      sieve spade sponge squeegee stapler toolbox trowel wheelbarrow wrench
      """),
    "furniture": words(
      """
      armchair bathtub bed bench bookcase bunk carpet chair chandelier chest chimney couch crib cupboard curtain \
      desk dresser faucet fireplace hatstand mantelpiece mattress oven piano shelf sink sofa stool stove \
      wardrobe washbasin workbench
      """),
    "dishware": words(
      "cauldron colander cup dish fork grater kettle ladle pan plate platter pot saucepan saucer skillet spatula spoon tablecloth teaspoon tray tumbler whisk"
    ),
    "vessel": words(
      "basin beaker bottle bowl bucket can cup flask jar jug kettle mug pail pitcher pot teacup teapot thermos tub"
    ),
    "buildTool": words(
      "chisel drill hammer hatchet knife mallet plane saw screwdriver spanner wrench"),
    "digger": words("hoe shovel spade trowel"),
    "container": words(
      "cabinet chest closet cupboard drawer dresser hamper locker suitcase wardrobe"),
    "vehicle": words(
      """
      bicycle bus canoe carriage car dinghy ferry gondola helicopter jeep kayak locomotive motorboat motorcycle \
      rowboat sailboat ship sleigh steamboat submarine tractor trailer tram trolley truck tugboat van yacht
      """),
    "game": words(
      """
      badminton baseball basketball bowling cards charades checkers chess cricket croquet dominoes football golf \
      handball hide-and-seek hockey hopscotch jacks lacrosse leapfrog marbles ping-pong rugby soccer softball tag tennis \
      tiddlywinks tug-of-war volleyball
      """),
    "instrument": words(
      """
      accordion bagpipe banjo bugle cello clarinet drum fiddle flute guitar harmonica harp horn lute mandolin oboe \
      organ piano saxophone tambourine trombone trumpet tuba ukulele viola violin xylophone
      """),

    // MARK: People

    "adult": words(
      """
      acrobat actor architect artist astronomer author baker barber beekeeper blacksmith boatman bookseller brewer \
      bricklayer builder butcher carpenter carver caretaker cheesemaker chef chemist clockmaker clown coach cobbler composer \
      cook cooper coppersmith dairyman dancer dentist doctor dressmaker driver electrician engineer explorer farmer \
      ferryman firefighter fisherman florist forester gardener geologist glassblower goldsmith grocer guard guide hatter herder \
      hunter innkeeper inventor janitor jeweler judge juggler knight librarian lifeguard locksmith lumberjack magician \
      mason mayor mechanic merchant messenger miller miner musician nurse painter peddler pharmacist photographer \
      pilot plumber poet postman potter printer puppeteer ranger reporter roofer sailor scholar scientist sculptor \
      seamstress sheriff shepherd shopkeeper singer soldier spinner stonecutter storyteller surgeon tailor teacher \
      thatcher tinker toymaker trapper tutor veterinarian waiter watchman weaver woodcarver woodcutter writer zookeeper
      """),
    "elder": words("aunt grandfather grandmother uncle"),
    "parent": words("father mother"),
    "relative": words("brother cousin neighbor sister twin"),
    "hero": words(
      "dragon dwarf elf emperor fairy ghost giant gnome goblin king mermaid monster ogre pirate prince princess queen troll unicorn warrior witch wizard"
    ),

    // MARK: Animals that are characters

    "beast": words(
      """
      alpaca anteater antelope armadillo badger bear beaver bison calf camel cat chameleon cheetah chicken \
      chipmunk crocodile donkey dormouse duck elephant elk ferret fox frog gazelle gecko giraffe goat goose gopher \
      hamster hare hedgehog hen heron hippo hyena iguana jackal jaguar kangaroo kitten koala lamb lemur \
      leopard lion lizard llama lynx mole mongoose monkey moose mouse mule newt opossum ostrich otter owl ox panda panther \
      parrot peacock pelican penguin pheasant pig platypus pony porcupine puma puppy quail rabbit raccoon rat reindeer \
      rhino rooster salamander seal sheep shrew skunk sloth squirrel stoat swan tapir tiger toad tortoise toucan turkey \
      turtle walrus weasel wolf wombat yak zebra
      """),

    // MARK: The rest of the world

    "body": words(
      "ankle arm back cheek chin ear elbow eyebrow finger forehead hip knee leg neck nose shoulder stomach thumb toe wrist"
    ),
    "abstract": words(
      """
      adventure advice answer courage dream fairness feeling friendship happiness hope idea imagination joke kindness \
      lesson luck manners memory mistake patience promise question riddle rule secret surprise trick trust truth wish
      """),
    "subject": words(
      """
      airplanes ants astronauts birds bridges bugs butterflies castles caves clouds comets dinosaurs dragons \
      engines explorers flowers fossils insects inventions islands jungles kings lighthouses machines monsters mountains mummies \
      numbers oceans owls penguins pirates planets puzzles pyramids rainbows rivers robots rockets seashells sharks ships \
      snails spiders stars submarines trains treasures volcanoes whales wolves
      """),
    "weekday": words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "season": words("spring summer autumn winter"),
    "smell": words(
      "baking cinnamon clover coffee grass honey hay leather mint nutmeg pine pepper roses salt smoke soap vanilla varnish"
    ),
    "festival": words(
      "carnival celebration ceremony competition concert contest exhibition fair feast festival parade picnic play recital show tournament"
    ),
    "prize": words("certificate cup medal ribbon rosette trophy"),
    "group": words("band bunch club crew gang group team troop"),
    "noise": words(
      "bang boom clang clatter click crash creak groan growl hiss howl knock moan rattle roar rumble rustle scratch screech shriek snap splash squeak thud thump tick"
    ),
    "injury": words("blister bruise bump scrape scratch splinter sprain"),
  ]
}
