/// The affixes of Turkish, written down from its grammar.
///
/// What is written alike has one id, whatever it means: `-ı` is the accusative and the possessive,
/// `-ın` the genitive, "your" and the passive. An affix has either the vowels a/e or ı/i/u/ü, so
/// that harmony leaves one form; those that differ in more than sound (the accusative after a
/// possessive, `-nı`) have an id of their own.
enum TurkishAffixes {
  static let all: [HybridAffix] = nominal + derivational + verbal + converbs

  private static let nominal: [HybridAffix] = [
    HybridAffix("plural", "lar ler"),
    HybridAffix("accusative", "ı i u ü yı yi yu yü"),
    HybridAffix("possessive-3", "sı si su sü"),
    HybridAffix("accusative-n", "nı ni nu nü"),
    HybridAffix("dative", "a e ya ye"),
    HybridAffix("dative-n", "na ne"),
    HybridAffix("locative", "da de ta te"),
    HybridAffix("locative-n", "nda nde"),
    HybridAffix("ablative", "dan den tan ten"),
    HybridAffix("ablative-n", "ndan nden"),
    HybridAffix("genitive", "ın in un ün nın nin nun nün"),
    HybridAffix("instrumental", "la le yla yle"),
    HybridAffix("possessive-1", "ım im um üm m"),
    HybridAffix("n", "n"),
    HybridAffix("possessive-1-plural", "ımız imiz umuz ümüz mız miz muz müz"),
    HybridAffix("possessive-2-plural", "ınız iniz unuz ünüz nız niz nuz nüz"),
    HybridAffix("relative", "ki kü"),
    HybridAffix("equative", "ca ce ça çe"),
    HybridAffix("equative-n", "nca nce"),
  ]

  private static let derivational: [HybridAffix] = [
    HybridAffix("with", "lı li lu lü"),
    HybridAffix("without", "sız siz suz süz"),
    HybridAffix("ness", "lık lik luk lük lığ liğ luğ lüğ"),
    HybridAffix("agent", "cı ci cu cü çı çi çu çü"),
    HybridAffix(
      "diminutive", "cık cik cuk cük cığ ciğ cuğ cüğ çık çik çuk çük çığ çiğ çuğ çüğ"),
    HybridAffix("fellow", "daş deş taş teş"),
    HybridAffix("related", "sal sel"),
    HybridAffix("adjective", "al el"),
    HybridAffix("ordinal", "ıncı inci uncu üncü ncı nci ncu ncü"),
    HybridAffix("distributive", "şar şer"),
    HybridAffix("like", "ımsı imsi umsu ümsü"),
    HybridAffix("family", "gil"),
    HybridAffix("become", "lan len"),
    HybridAffix("mutual", "laş leş"),
    HybridAffix("doer", "ıcı ici ucu ücü yıcı yici yucu yücü"),
    HybridAffix("outcome", "ıntı inti untu üntü"),
    HybridAffix("result", "gı gi gu gü"),
    HybridAffix("tending", "gın gin gun gün kın kin kun kün"),
    HybridAffix("state", "ık ik uk ük ığ iğ uğ üğ"),
  ]

  private static let verbal: [HybridAffix] = [
    HybridAffix("past", "dı di du dü tı ti tu tü"),
    HybridAffix("past-copula", "ydı ydi ydu ydü"),
    HybridAffix("evidential", "mış miş muş müş"),
    HybridAffix("evidential-copula", "ymış ymiş ymuş ymüş"),
    HybridAffix(progressive, "ıyor iyor uyor üyor yor"),
    HybridAffix("future", "acak ecek acağ eceğ yacak yecek yacağ yeceğ"),
    HybridAffix("aorist-a", "ar er"),
    HybridAffix("aorist", "ır ir ur ür r"),
    HybridAffix("negative", "ma me"),
    HybridAffix("negative-aorist", "maz mez"),
    HybridAffix("question", "mı mi mu mü"),
    HybridAffix("infinitive", "mak mek"),
    HybridAffix("necessity", "malı meli"),
    HybridAffix("conditional", "sa se"),
    HybridAffix("conditional-copula", "ysa yse"),
    HybridAffix("person-3", "sın sin sun sün"),
    HybridAffix("person-1", "yım yim yum yüm"),
    HybridAffix("person-1-plural", "ız iz uz üz yız yiz yuz yüz"),
    HybridAffix("k", "k"),
    HybridAffix("person-2-plural", "sınız siniz sunuz sünüz"),
    HybridAffix("copula", "dır dir dur dür tır tir tur tür"),
    HybridAffix("causative", "t"),
    HybridAffix("causative-vowel", "ıt it ut üt"),
    HybridAffix("passive", "ıl il ul ül"),
    HybridAffix("passive-n", "nıl nil nul nül"),
    HybridAffix("reciprocal", "ış iş uş üş yış yiş yuş yüş"),
    HybridAffix("sh", "ş"),
    HybridAffix("ability", "abil ebil yabil yebil"),
    HybridAffix("inability", "ama eme yama yeme"),
    HybridAffix("suddenly", "ıver iver uver üver yıver yiver yuver yüver"),
    HybridAffix("optative", "alım elim yalım yelim"),
  ]

  private static let converbs: [HybridAffix] = [
    HybridAffix("participle", "an en yan yen"),
    HybridAffix(
      "participle-past", "dık dik duk dük tık tik tuk tük dığ diğ duğ düğ tığ tiğ tuğ tüğ"),
    HybridAffix("and", "ıp ip up üp yıp yip yup yüp"),
    HybridAffix("by", "arak erek yarak yerek"),
    HybridAffix("when", "ınca ince unca ünce yınca yince yunca yünce"),
    HybridAffix("while", "ken yken"),
    HybridAffix("since", "alı eli yalı yeli"),
  ]

  /// Before this one, verbs in a and e change their last vowel (`başla`, `başlıyor`).
  static let progressive = "progressive"
}
