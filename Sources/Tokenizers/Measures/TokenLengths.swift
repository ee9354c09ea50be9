/// How many tokens there are of each length.
public struct TokenLengths: Sendable, Equatable {
  public enum Unit: String, Sendable, CaseIterable {
    /// A token that is no whole characters counts those that start in it, at least one.
    case characters
    case bytes
  }

  /// By length; tokens without bytes are not counted.
  public let counts: [UInt64]

  /// The ordinary tokens of a vocabulary, each once; special and added ones are left out.
  public init(_ tokenizer: Tokenizer, unit: Unit = .characters) {
    let definition = tokenizer.definition
    let added = Set(definition.addedTokens.map(\.id))
    self.init(tokenizer, unit) { id in
      added.contains(id) || definition.decoder.unassigned.contains(id) ? 0 : 1
    }
  }

  /// The tokens of a text, each as often as it occurs.
  public init(_ tokenizer: Tokenizer, _ statistics: TokenStatistics, unit: Unit = .characters) {
    self.init(tokenizer, unit) { statistics.counts[Int($0)] }
  }

  private init(_ tokenizer: Tokenizer, _ unit: Unit, _ weight: (Int32) -> UInt64) {
    let decoder = tokenizer.definition.decoder
    var counts: [UInt64] = []
    for id in 0..<Int32(decoder.count) where weight(id) > 0 {
      let bytes = decoder[id]
      if bytes.isEmpty { continue }
      let length = unit == .bytes ? bytes.count : max(1, bytes.count { $0 & 0xC0 != 0x80 })
      while counts.count <= length { counts.append(0) }
      counts[length] += weight(id)
    }
    self.counts = counts
  }

  /// How many tokens were counted.
  public var total: UInt64 { counts.reduce(0, +) }

  public var mean: Double {
    let sum = counts.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) }
    return sum / Double(total)
  }
}
