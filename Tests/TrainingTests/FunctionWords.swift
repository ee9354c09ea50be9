/// Words that only hold sentences together, and a rough way to bring forms of one word together.
enum FunctionWords {
  static let all = Set(
    """
    a about above across after again ago all almost along already also although always am among an and another any \
    anybody anymore anyone anything are around as ask at away back be because been before behind being below beside best \
    better between both but by can cannot could did do does done down during each either else enough even ever every \
    everybody everyone everything everywhere far few first for from further had has have he her here hers herself him \
    himself his how i if in inside instead into is it its itself just last least less let like little long lot made make many \
    may maybe me mine more most much must my myself near nearby neither never next no nobody none nor not nothing now \
    nowhere of off often oh on once one only onto or other others our out outside over own perhaps please quite rather \
    really same shall she should since so some somebody someone something sometimes somehow somewhere soon still such than that \
    the their them themselves then there these they thing things this those though through till to together too toward \
    towards twice two three four five six seven eight nine ten twenty thirty forty hundred under until up upon us very was \
    we well were what whatever when where which while who whoever whole whom whose why will with within without would yes yet \
    you your yourself don t s
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  /// The shortest form of the word that is in the set itself.
  static func stem(_ word: String, among words: Set<String>) -> String {
    let endings = [
      ("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("d", ""), ("ing", ""),
      ("ing", "e"),
      ("ly", ""), ("ily", "y"), ("er", ""), ("er", "e"), ("est", ""), ("y", ""),
    ]
    for (ending, instead) in endings where word.hasSuffix(ending) {
      let stem = String(word.dropLast(ending.count)) + instead
      if stem.count > 2 && words.contains(stem) { return stem }
    }
    return word
  }
}
