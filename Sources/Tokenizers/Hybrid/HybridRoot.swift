/// A root: one id, and the forms in which it is written.
public struct HybridRoot: Sendable, Equatable {
  /// The form by itself, in small letters.
  public var text: String
  /// The form before a vowel (`kitab`, `ağz`, `hakk`), if it is another one.
  public var beforeVowel: String?
  /// Forms before what starts with a text (`başlı` before `yor`).
  public var beforeText: [String: String] = [:]
  /// It takes affixes of the other harmony (`saat`, `saatler`).
  public var isFronted = false

  public init(_ text: String, beforeVowel: String? = nil) {
    self.text = text
    self.beforeVowel = beforeVowel
  }

  /// The forms beside its own.
  var variants: [String] {
    (beforeVowel.map { [$0] } ?? []) + beforeText.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The form that is written before a text, which may be empty.
  func form(before following: some Collection<UInt8>, _ rules: HarmonyRules) -> String {
    if !beforeText.isEmpty {
      for (start, form) in beforeText.sorted(by: { $0.key < $1.key })
      where following.starts(with: start.utf8) { return form }
    }
    guard let beforeVowel, rules.startsWithVowel(following) else { return text }
    return beforeVowel
  }
}

extension HarmonyRules {
  /// Whether a text in UTF-8 starts with a vowel.
  func startsWithVowel(_ text: some Collection<UInt8>) -> Bool {
    let first = String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first
    return first.map(isVowel) ?? false
  }
}
