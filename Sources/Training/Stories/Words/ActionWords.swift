/// Verbs in their base form, by how templates use them.
enum ActionWords {
  /// Used in the past tense.
  static let pastClasses: [String: [String]] = [
    // "{A} {moved} to the market."
    "moved": words(
      """
      amble bounce bustle cycle dance dart dash head hike hobble hop hurry jog journey march parade pedal plod prance race run \
      rush saunter scamper scramble scurry scuttle shuffle skip speed sprint stomp stride stroll strut stumble tiptoe toddle totter \
      traipse tramp travel trek trot troop trudge waddle walk wander zigzag zoom
      """),
    // "…," {said} Tom.
    "said": words(
      "add announce comment declare explain mention observe remark reply respond say state"),
    "asked": words("ask inquire wonder"),
    "cheered": words(
      "beam cheer chirp chuckle exclaim giggle gush laugh sing squeal"),
    "shouted": words("bellow call cry holler roar scream shout yell"),
    "whispered": words("breathe gasp hiss mumble murmur mutter sigh stammer whimper whisper"),
    "sobbed": words("groan moan sniffle sob wail weep whine"),
    "promised": words("agree promise swear vow"),
    "snapped": words("bark fume growl grumble huff snap snarl"),
    // "{A} {searched} everywhere."
    "searched": words("forage hunt look rummage scout search"),
    "stared": words("blink gape gawk gaze glance peek peep peer squint stare"),
    "grinned": words("beam chuckle giggle grin laugh smile smirk"),
    "wept": words("cry sniffle sob weep whimper wail"),
    "trembled": words("cringe cower flinch quake quiver shake shiver shudder tremble wobble"),
    "jumped": words("bound bounce hop jump leap spring vault"),
    "rested": words("doze dream nap nod relax rest sleep slumber snooze snore"),
    "ate": words("chew crunch devour eat gobble munch nibble"),
    "celebrated": words("applaud cheer clap dance celebrate rejoice sing twirl whoop"),
    "fixed": words("fix mend patch repair restore"),
    "cleaned": words("clean dust polish rinse scour scrub wash wipe"),
    "grabbed": words("catch clutch grab grasp seize snatch"),
    "hugged": words("cuddle embrace hug squeeze"),
    "built": words("assemble build construct create design fashion invent make"),
    "decorated": words("adorn brighten decorate paint trim"),
    "struggled": words("fumble stumble struggle trip wobble flop"),
    "practiced": words("practice rehearse train try work"),
    "liked": words("adore cherish enjoy like love treasure"),
    "thought": words("ponder reflect think wonder worry"),
    "noticed": words("discover glimpse notice observe see spot"),
    "helped": words("aid assist help rescue support"),
    "argued": words("argue bicker fight quarrel squabble"),
    "arrived": words("appear arrive"),
    "carried": words("bring carry drag haul lug tow"),
    "hid": words("bury conceal hide stash tuck"),
    "flew": words("dip drift flap flit float flutter glide hover sail soar swoop"),
    "ticked": words(
      "buzz chatter chirp click clatter croak crackle drone hum jingle murmur patter purr rattle rustle tick trickle twitter whir whistle"
    ),
    "glowed": words(
      "flash flicker gleam glimmer glisten glitter glow shimmer shine sparkle twinkle"),
    "blew": words("bluster blow gust howl moan roar rush swirl whirl whistle"),
    "fell": words("cascade drizzle drum pelt pour pound spatter splash stream tumble"),
    "gathered": words("bundle collect gather heap pile stack"),
    "admired": words("admire examine inspect study"),
  ]

  /// Used in the base form: "{A} wanted to learn to {skill}."
  static let plainClasses: [String: [String]] = [
    "skill": words(
      """
      bake bowl braid canoe cartwheel carve climb cook crochet cycle dance dive draw embroider fence fish garden ice-skate \
      juggle kayak knit moonwalk paint photograph row sail sculpt sew skate sketch ski sled snorkel somersault spell spin surf \
      swim tap-dance type weave whistle whittle wrestle write yodel
      """)
  ]
}
