/// A root: one id, and the forms in which it is written.
public struct HybridRoot: Sendable, Equatable {
  /// The form by itself, in small letters.
  public var text: String
  /// The form before a vowel (`kitab`, `ağz`, `hakk`), if it is another one.
  public var beforeVowel: String?
  /// Forms before affixes, by their names (`başlı` before the progressive).
  public var beforeAffix: [String: String] = [:]
  /// It takes affixes of the other harmony (`saat`, `saatler`).
  public var isFronted = false

  public init(_ text: String, beforeVowel: String? = nil) {
    self.text = text
    self.beforeVowel = beforeVowel
  }

  /// The forms beside its own.
  var variants: [String] {
    (beforeVowel.map { [$0] } ?? []) + beforeAffix.sorted { $0.key < $1.key }.map(\.value)
  }
}
