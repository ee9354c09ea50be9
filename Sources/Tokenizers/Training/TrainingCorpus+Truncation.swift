extension TrainingCorpus {
  /// The corpus with its longest texts cut down to the length that a share of them does not exceed: a
  /// long text that repeats itself would bring tokens that no other text has (SuperBPE cuts at 99 %).
  ///
  /// - Parameter share: in 0...1; 1 cuts nothing. Lengths are in bytes; a text of valid UTF-8 is cut
  ///   between characters.
  /// - Throws: ``TokenizerError/wrongTrainingOption(name:asked:)`` for a share outside, and for files,
  ///   whose texts are not known one by one.
  public func truncated(atShare share: Double) throws(TokenizerError) -> TrainingCorpus {
    guard (0...1).contains(share) else {
      throw .wrongTrainingOption(name: "truncation", asked: "\(share)")
    }
    if share == 1 { return self }
    switch self {
    case .texts(let texts):
      guard let limit = Self.length(atShare: share, of: texts.map(\.utf8.count)) else {
        return self
      }
      return .texts(
        texts.map { text in
          if text.utf8.count <= limit { return text }
          let end = text.utf8.index(text.startIndex, offsetBy: limit)
          return String(text.unicodeScalars[..<end])
        })
    case .bytes(let texts):
      guard let limit = Self.length(atShare: share, of: texts.map(\.count)) else { return self }
      return .bytes(texts.map { Array($0.prefix(limit)) })
    case .files:
      throw .wrongTrainingOption(name: "truncation", asked: "of files")
    }
  }

  /// The shortest of the lengths that at least `share` of them do not exceed.
  private static func length(atShare share: Double, of lengths: [Int]) -> Int? {
    let sorted = lengths.sorted()
    let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted.isEmpty ? nil : sorted[max(0, min(place, sorted.count - 1))]
  }
}
