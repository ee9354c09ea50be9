/// Adjectives and adverbs, by what they say.
enum DescribingWords {
  static let classes: [String: [String]] = [
    "trait": words(
      """
      adventurous brave bold calm careful caring cheerful clever clumsy confident cooperative courageous creative \
      curious daring dreamy eager energetic fearless forgetful forgiving friendly funny generous gentle \
      giggly good-natured graceful hardworking helpful honest hopeful imaginative impatient independent inventive \
      jolly joyful kind kindhearted lively loyal mischievous modest nimble nosy observant optimistic patient playful \
      plucky polite quick-witted quiet reliable resourceful sensible serious shy silly sincere sleepy sly smart \
      spirited steady stubborn talkative tenderhearted thoughtful tidy timid trusting warmhearted wise witty
      """),
    "happy": words(
      """
      blissful cheerful content delighted ecstatic elated excited glad gleeful happy jolly joyful jubilant \
      merry overjoyed pleased radiant thrilled
      """),
    "sad": words(
      """
      blue dejected disappointed discouraged downcast downhearted forlorn gloomy glum heartbroken hopeless \
      miserable mournful sad sorrowful tearful unhappy upset
      """),
    "scared": words(
      "afraid alarmed anxious fearful frightened jittery nervous panicky petrified scared shaky terrified timid uneasy worried"
    ),
    "angry": words(
      "angry annoyed bitter cranky cross furious grouchy grumpy huffy irritated jealous mad outraged resentful sulky"
    ),
    "tired": words("drowsy exhausted sleepy tired weary worn-out"),
    "proud": words("confident grateful proud relieved satisfied thankful triumphant"),
    "surprised": words(
      "amazed astonished baffled bewildered confused dumbfounded puzzled shocked startled stunned surprised"
    ),
    "sorry": words("ashamed embarrassed guilty regretful remorseful sorry"),

    "color": words(
      """
      amber apricot aqua beige black blue bronze brown chestnut copper coral cream crimson cyan emerald \
      golden gray green indigo ivory jade lavender lilac magenta maroon mauve navy ochre olive orange peach pink plum \
      purple red rose ruby russet sapphire scarlet silver tan teal turquoise vermilion violet white yellow
      """),
    "size": words(
      "big chunky enormous giant huge large little long massive mini narrow petite small tall tiny wide"
    ),
    "look": words(
      """
      ancient antique battered beautiful bent bright charming cracked crooked dazzling delicate dented dusty elegant \
      faded fancy fine glittering glossy gleaming handsome homemade lovely lucky magnificent new odd old \
      old-fashioned ordinary peculiar plain polished precious pretty rare round scratched \
      scruffy shabby shimmering shiny simple smooth sparkling special splendid spotless strange sturdy unusual \
      valuable well-worn wobbly wonderful worn
      """),
    "hardMaterial": words(
      "brass cardboard clay glass iron leather metal oak pine plastic porcelain steel stone tin willow wooden"
    ),
    "softMaterial": words(
      "corduroy cotton denim flannel fleece fluffy fuzzy knitted lacy linen patchwork quilted satin silk silky soft velvet wool woolen woven"
    ),
    "pattern": words(
      "checkered dotted flowery paisley patterned plaid speckled spotted starry striped"),

    "taste": words(
      """
      bitter buttery chewy cold creamy crispy crumbly crunchy crusty delicious fluffy fresh gooey hot juicy \
      mouthwatering nutty rich ripe salty savory scrumptious sour spicy steaming sticky sugary sweet tangy \
      tart tasty tender warm yummy zesty
      """),
    "placeLook": words(
      """
      bustling busy calm charming colorful cozy crowded drowsy dusty grand hidden lonely lovely mossy \
      mysterious narrow neat noisy overgrown peaceful picturesque pleasant quaint quiet remote rocky \
      sandy secret shady silent sleepy spacious steep sunlit tranquil winding
      """),
    "houseLook": words(
      "brick cheerful cramped crooked drafty humble modest narrow ramshackle rickety rustic snug stately thatched tidy tumbledown"
    ),
    "sunny": words("balmy bright clear cloudless golden hot sunny warm"),
    "cloudy": words("chilly cloudy cool drab dull gray mild overcast"),
    "windy": words("blustery breezy brisk gusty windy"),
    "foggy": words("damp foggy hazy misty"),
    "rainy": words("drizzly rainy showery soggy wet"),
    "snowy": words("freezing frosty icy nippy snowy wintry"),

    "gently": words(
      """
      calmly carefully cautiously delicately gently lightly neatly patiently peacefully quietly silently \
      slowly smoothly softly steadily tenderly
      """),
    "quickly": words(
      "abruptly briskly eagerly fast hastily hurriedly immediately instantly promptly quickly rapidly speedily suddenly swiftly"
    ),
    "gladly": words(
      "brightly cheerfully excitedly fondly gladly happily heartily joyfully merrily playfully proudly warmly"
    ),
    "sadly": words("gloomily glumly miserably sadly sorrowfully tearfully unhappily"),
    "bravely": words("boldly bravely confidently courageously fearlessly firmly"),
    "angrily": words("angrily bitterly crossly fiercely furiously grumpily rudely sulkily"),
    "kindly": words("gracefully generously graciously kindly politely sweetly thoughtfully"),
    "shyly": words("bashfully nervously sheepishly shyly timidly uneasily"),
    "very": words(
      "awfully especially extremely incredibly quite really remarkably terribly truly unusually very wonderfully"
    ),
  ]
}
