/// How the digits of a number are put together in tokens (Singh and Strouse, "Tokenization counts",
/// arXiv 2402.14903).
public struct NumberScheme: Sendable, Equatable {
  public enum Order: String, Sendable, CaseIterable {
    /// Every digit by itself.
    case digit
    /// From the left: 8302080 → 830 208 0.
    case l2r
    /// From the right, as thousands are written: 8302080 → 8 302 080.
    case r2l
  }

  public let order: Order
  /// The most digits of a group.
  public let chunk: Int
  /// Stands between groups where a number is written; empty for none.
  public let separator: String

  /// - Throws: ``TokenizerError/wrongTrainingOption(name:asked:)`` for groups that are not of 1 to 6
  ///   digits, or a separator with digits.
  public init(_ order: Order, chunk: Int = 3, separator: String = "") throws(TokenizerError) {
    guard (1...6).contains(chunk) else {
      throw .wrongTrainingOption(name: "digits a group", asked: "\(chunk)")
    }
    if separator.utf8.contains(where: { (0x30...0x39).contains($0) }) {
      throw .wrongTrainingOption(name: "separator", asked: quoted(separator))
    }
    self.order = order
    self.chunk = order == .digit ? 1 : chunk
    self.separator = separator
  }

  /// The digits in groups, zeros kept; nil for anything but ASCII digits.
  public func groups(of number: String) -> [String]? {
    let digits = Array(number.utf8)
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    var size = order == .r2l ? digits.count % chunk : chunk
    if size == 0 { size = chunk }
    var groups: [String] = []
    var start = 0
    while start < digits.count {
      let end = min(start + size, digits.count)
      groups.append(String(decoding: digits[start..<end], as: UTF8.self))
      start = end
      size = chunk
    }
    return groups
  }

  /// The number with the separator between its groups; nil for anything but ASCII digits.
  public func formatted(_ number: String) -> String? {
    groups(of: number)?.joined(separator: separator)
  }

  // MARK: A vocabulary

  private var grouping: DigitGrouping {
    switch order {
    case .digit: .single
    case .l2r: .leftToRight(chunk)
    case .r2l: .rightToLeft(chunk)
    }
  }

  /// How many digit strings have two digits or more, up to `chunk`.
  static func groupTokens(chunk: Int) -> Int {
    var (total, power) = (0, 10)
    for _ in 1..<chunk {
      power *= 10
      total += power
    }
    return total
  }

  /// A tokenizer whose numbers are cut so, every group one token: `80` and `080` are two.
  ///
  /// The 256 bytes come first, so that every text has tokens, then the groups by length and value,
  /// then the separator, where it is longer than a byte. The vocabulary is the same for all orders of
  /// one `chunk`; what differs is where numbers are cut. The separator is found where the text has
  /// it (``formatted(_:)``), and not put in.
  public func tokenizer(name: String) -> Tokenizer {
    var tokens = ByteStringTable(capacity: 256 + Self.groupTokens(chunk: chunk))
    for byte in 0...255 { _ = tokens.insert([UInt8(byte)]) }
    let merges = PairTable(capacity: Self.groupTokens(chunk: chunk))
    // Each group is one digit more than a shorter one: "08" and "0" give "080".
    var shorter = (0..<10).map { Int32(0x30 + $0) }
    for _ in 1..<chunk {
      var longer: [Int32] = []
      for head in shorter {
        for digit in 0x30...0x39 {
          let merged = Int32(tokens.insert(Array(tokens[Int(head)]) + [UInt8(digit)]).index)
          _ = merges.insert(
            head, Int32(digit), rank: UInt32(merges.count), merged: merged)
          longer.append(merged)
        }
      }
      shorter = longer
    }
    var decoder = TextDecoder(tokens)
    let cutting = TextCutting.gpt2(digits: grouping)
    var model = BytePairModel(
      alphabet: .bytes, tokens: tokens, merges: merges, byteIDs: (0..<256).map(Int32.init))
    model.ignoresMerges = true
    var added: [AddedToken] = []
    if separator.utf8.count > 1 {
      added.append(AddedToken(id: Int32(decoder.count), content: separator))
      decoder.append(separator.utf8)
    }
    var definition = TokenizerDefinition(
      name: name, kind: .huggingface, preTokenizer: cutting.preTokenizer, model: .bytePair(model),
      addedTokens: added, decoder: decoder)
    definition.components = cutting.components
    definition.components?.ignoresMerges = true
    definition.decoderDescription = "ByteLevel"
    return Tokenizer(definition)
  }

  /// A tokenizer that takes numbers whole and cuts them by merges learned from the numbers of some
  /// texts, with as many tokens as the vocabulary of ``tokenizer(name:)`` has.
  ///
  /// - Throws: ``TokenizerError/nothingToLearn`` for texts without a number.
  public static func wholeNumbers(in texts: [String], chunk: Int = 3, name: String)
    throws(TokenizerError) -> Tokenizer
  {
    let scheme = try NumberScheme(.l2r, chunk: chunk)
    let numbers = texts.flatMap { $0.split { !("0"..."9").contains($0) } }.map(String.init)
    if numbers.isEmpty { throw .nothingToLearn }
    let trainer = BPETrainer(
      vocabularySize: 256 + groupTokens(chunk: scheme.chunk), minimumFrequency: 1, name: name)
    return try trainer.train(texts: numbers).tokenizer
  }
}
