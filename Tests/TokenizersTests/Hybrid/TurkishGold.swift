/// Inflected Turkish words with their root and affixes, written by hand from the grammar.
enum TurkishGold {
  static let rows = table.split(separator: "\n").map(String.init)

  private static let table = """
    kitabı kitap accusative
    kitaba kitap dative
    kitapta kitap locative
    kitaptan kitap ablative
    kitabın kitap genitive
    kitaplar kitap plural
    kitapları kitap plural accusative
    kitaplarım kitap plural possessive-1
    kitabım kitap possessive-1
    kitabımız kitap possessive-1-plural
    kitapsız kitap without
    kitaplık kitap ness
    kitaplığı kitap ness accusative
    kitapçı kitap agent
    kitapla kitap instrumental
    evi ev accusative
    eve ev dative
    evde ev locative
    evden ev ablative
    evin ev genitive
    evler ev plural
    evlerde ev plural locative
    evlerden ev plural ablative
    evlerimiz ev plural possessive-1-plural
    evimiz ev possessive-1-plural
    eviniz ev possessive-2-plural
    evli ev with
    evsiz ev without
    evlilik ev with ness
    evliliği ev with ness accusative
    evdeki ev locative relative
    evle ev instrumental
    kızlar kız plural
    kızı kız accusative
    kıza kız dative
    kızda kız locative
    kızdan kız ablative
    kızın kız genitive
    kızım kız possessive-1
    kızla kız instrumental
    gözler göz plural
    gözü göz accusative
    göze göz dative
    gözde göz locative
    gözün göz genitive
    gözlük göz ness
    gözlüğü göz ness accusative
    gözlükçü göz ness agent
    gözüm göz possessive-1
    okulu okul accusative
    okula okul dative
    okulda okul locative
    okuldan okul ablative
    okulun okul genitive
    okullar okul plural
    okulumuz okul possessive-1-plural
    okulsuz okul without
    arabayı araba accusative
    arabaya araba dative
    arabada araba locative
    arabanın araba genitive
    arabası araba possessive-3
    arabam araba possessive-1
    arabamız araba possessive-1-plural
    arabalar araba plural
    arabayla araba instrumental
    arabalı araba with
    arabasız araba without
    arabacı araba agent
    kapıyı kapı accusative
    kapıya kapı dative
    kapısı kapı possessive-3
    kapının kapı genitive
    kapıcı kapı agent
    ütüyü ütü accusative
    ütüye ütü dative
    ütüsü ütü possessive-3
    ütülü ütü with
    köyü köy accusative
    köylü köy with
    köyden köy ablative
    üzümler üzüm plural
    üzümü üzüm accusative
    ağzı ağız accusative
    ağza ağız dative
    ağızda ağız locative
    ağızlar ağız plural
    ağzım ağız possessive-1
    çocuğu çocuk accusative
    çocuğa çocuk dative
    çocukta çocuk locative
    çocuklar çocuk plural
    çocukça çocuk equative
    çocukluk çocuk ness
    çocukluğu çocuk ness accusative
    rengi renk accusative
    renge renk dative
    renkte renk locative
    renkler renk plural
    renkli renk with
    ağacı ağaç accusative
    ağaçta ağaç locative
    ağaçlar ağaç plural
    hakkı hak accusative
    hakka hak dative
    haklar hak plural
    haklı hak with
    saatler saat plural
    saati saat accusative
    saatte saat locative
    saatlik saat ness
    günü gün accusative
    günde gün locative
    günkü gün relative
    günlük gün ness
    gitti git past
    gittim git past possessive-1
    gidiyor git progressive
    gider git aorist-a
    giderken git aorist-a while
    gidecek git future
    gideceğim git future possessive-1
    gitmiş git evidential
    gitmek git infinitive
    gitse git conditional
    giden git participle
    gidip git and
    gitmez git negative-aorist
    gitmeden git negative ablative
    yaptı yap past
    yaptılar yap past plural
    yapıyor yap progressive
    yapıyorum yap progressive possessive-1
    yapar yap aorist-a
    yapacak yap future
    yapacağım yap future possessive-1
    yapmış yap evidential
    yapılmış yap passive evidential
    yapan yap participle
    yaptığı yap participle-past accusative
    yapınca yap when
    yaparak yap by
    yapmadı yap negative past
    yapmıyor yap question progressive
    başlıyor başla progressive
    başladı başla past
    başlar başla aorist
    başlayacak başla future
    başlayan başla participle
    başlayınca başla when
    bekliyor bekle progressive
    bekledi bekle past
    bekler bekle aorist
    bekleyecek bekle future
    okuyor oku progressive
    okudu oku past
    okur oku aorist
    okuyacak oku future
    okuyan oku participle
    okumuş oku evidential
    oynuyor oyna progressive
    oynadı oyna past
    oynayan oyna participle
    söylüyor söyle progressive
    söyledi söyle past
    söyleyecek söyle future
    geldi gel past
    geliyor gel progressive
    gelir gel aorist
    gelirken gel aorist while
    gelecek gel future
    gelmiş gel evidential
    gelmeli gel necessity
    gelince gel when
    gelmiyor gel question progressive
    gördü gör past
    görüyor gör progressive
    görür gör aorist
    görecek gör future
    görmüş gör evidential
    görünce gör when
    oldu ol past
    oluyor ol progressive
    olur ol aorist
    olacak ol future
    olan ol participle
    olduğu ol participle-past accusative
    olunca ol when
    olsa ol conditional
    """
}
