extension Tokenizer {
  /// The longest input that padding makes.
  static let longestPadding = 1 << 24

  /// How the vocabulary's file would shorten texts; done only where it is passed on.
  public var truncation: Truncation? { definition.truncation }

  /// How the vocabulary's file would fill up texts; done only where it is passed on.
  public var padding: Padding? { definition.padding }

  /// A text, or two, as a model takes them: with the tokens that the file's template puts around.
  ///
  /// - Parameters:
  ///   - second: the other text of a pair, such as a question's answer.
  ///   - truncation: nil shortens nothing; ``truncation`` is what the file asks for.
  ///   - padding: nil fills nothing up; ``padding`` is what the file asks for.
  /// - Throws: ``TokenizerError/wrongLength(asked:reason:)`` where the length cannot be met.
  public func encode(
    _ text: String, pairedWith second: String? = nil, special: SpecialPolicy = .text,
    truncating truncation: Truncation?, padding: Padding?
  ) throws(TokenizerError) -> ModelInput {
    var inputs = [try input(text, second, special, truncation)]
    try Self.pad(&inputs, padding)
    return inputs[0]
  }

  /// Several texts, filled up to one length where `padding` asks for the longest.
  public func encode(
    batch texts: [String], special: SpecialPolicy = .text, truncating truncation: Truncation?,
    padding: Padding?
  ) throws(TokenizerError) -> [ModelInput] {
    var inputs: [ModelInput] = []
    for text in texts { inputs.append(try input(text, nil, special, truncation)) }
    try Self.pad(&inputs, padding)
    return inputs
  }

  private func input(
    _ text: String, _ second: String?, _ special: SpecialPolicy, _ truncation: Truncation?
  ) throws(TokenizerError) -> ModelInput {
    var first = try encode(text, special: special)[...]
    var other: ArraySlice<Int32> = []
    if let second { other = try encode(second, special: special)[...] }
    let template = definition.template
    let parts = second == nil ? template.single : template.pair
    if parts.isEmpty {
      throw .wrongLength(asked: 2, reason: "the template of tokenizer \(name) takes one text")
    }
    if let truncation {
      let room = truncation.maximumLength - template.added(isPair: second != nil)
      guard room >= 0 else {
        throw .wrongLength(
          asked: truncation.maximumLength,
          reason: "the template alone has \(truncation.maximumLength - room) tokens")
      }
      try Self.shorten(&first, &other, to: room, isPair: second != nil, truncation)
    }
    var input = ModelInput()
    for part in parts {
      switch part {
      case .tokens(let tokens, let type): input.append(tokens.map(\.id), type: type)
      case .text(let isSecond, let type): input.append(isSecond ? other : first, type: type)
      }
    }
    return input
  }

  private static func shorten(
    _ first: inout ArraySlice<Int32>, _ second: inout ArraySlice<Int32>, to room: Int,
    isPair: Bool, _ truncation: Truncation
  ) throws(TokenizerError) {
    let excess = first.count + second.count - room
    if excess <= 0 { return }
    if room == 0 {
      (first, second) = ([], [])
      return
    }
    func keep(_ ids: ArraySlice<Int32>, _ count: Int) -> ArraySlice<Int32> {
      truncation.side == .right ? ids.prefix(count) : ids.suffix(count)
    }
    var (firstCount, secondCount) = (first.count, second.count)
    switch truncation.strategy {
    case .longestFirst:
      // The shorter one stays whole as long as half the room is enough for it.
      let isSwapped = firstCount > secondCount
      if isSwapped { swap(&firstCount, &secondCount) }
      secondCount = firstCount > room ? firstCount : max(firstCount, room - firstCount)
      if firstCount + secondCount > room {
        firstCount = room / 2
        secondCount = firstCount + room % 2
      }
      if isSwapped { swap(&firstCount, &secondCount) }
    case .onlyFirst: firstCount -= excess
    case .onlySecond: secondCount -= excess
    }
    // What is shortened keeps at least one id, as with the reference.
    let kept =
      switch truncation.strategy {
      case .longestFirst: 1
      case .onlyFirst: firstCount
      case .onlySecond: isPair ? secondCount : 0
      }
    guard kept > 0 else {
      throw .wrongLength(
        asked: truncation.maximumLength, reason: "the text to shorten is too short for that")
    }
    if isPair {
      first = keep(first, firstCount)
      second = keep(second, secondCount)
    } else {
      first = keep(first, room)
    }
  }

  static func pad(_ inputs: inout [ModelInput], _ padding: Padding?)
    throws(TokenizerError)
  {
    guard let padding else { return }
    if let length = padding.length, length < 0 {
      throw .wrongLength(asked: length, reason: "no text is padded to fewer than 0 tokens")
    }
    var length = padding.length ?? inputs.reduce(0) { max($0, $1.ids.count) }
    if let multiple = padding.multiple, multiple > 0, length % multiple > 0 {
      let (padded, overflow) = length.addingReportingOverflow(multiple - length % multiple)
      length = overflow ? Int.max : padded
    }
    guard length <= longestPadding else {
      throw .wrongLength(asked: length, reason: "\(longestPadding) is the most")
    }
    for index in inputs.indices { inputs[index].pad(to: length, as: padding) }
  }
}
