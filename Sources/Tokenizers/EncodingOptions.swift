/// How texts are encoded where more than their plain ids is wanted.
public struct EncodingOptions: Sendable, Equatable {
  public var special = SpecialPolicy.text
  /// Puts the vocabulary's begin tokens before each text.
  public var addsBOS = false
  /// Puts the vocabulary's end tokens behind each text.
  public var addsEOS = false
  /// The most ids of a text, those of BOS and EOS among them; nil shortens nothing.
  public var most: Int?
  /// The end that is cut off where a text has more.
  public var shortenedSide = TextSide.right
  /// Fills up; nil fills nothing.
  public var padding: Padding?

  public init() {}
}

extension Tokenizer {
  /// The ids of texts, shortened and filled up as asked for.
  ///
  /// - Throws: what encoding throws, and ``TokenizerError/wrongLength(asked:reason:)`` where BOS and
  ///   EOS alone are longer than a text may be, or the padding is too long.
  public func encode(_ texts: [String], _ options: EncodingOptions) throws(TokenizerError)
    -> [ModelInput]
  {
    // BOS and EOS alone: what the text itself is put between.
    let frame = try encode("", addingBOS: options.addsBOS, addingEOS: options.addsEOS)
    let before = options.addsBOS ? try encode("", addingBOS: true).count : 0
    var inputs: [ModelInput] = []
    for text in texts {
      var ids = try encode(text, special: options.special)[...]
      if let most = options.most {
        guard most >= frame.count else {
          throw .wrongLength(asked: most, reason: "BOS and EOS alone have \(frame.count) tokens")
        }
        let room = most - frame.count
        ids = options.shortenedSide == .right ? ids.prefix(room) : ids.suffix(room)
      }
      var input = ModelInput()
      input.append(frame[..<before] + ids + frame[before...], type: 0)
      inputs.append(input)
    }
    try Self.pad(&inputs, options.padding)
    return inputs
  }

  /// The token that fills texts up: the file's own, else one that is named so, else EOS.
  public func paddingID() throws(TokenizerError) -> Int32 {
    if let padding { return padding.id }
    for name in ["<pad>", "[PAD]", "<|pad|>", "<PAD>", "<|padding|>"] {
      if let id = id(ofToken: name), definition.addedTokens.contains(where: { $0.id == id }) {
        return id
      }
    }
    guard let eosID else { throw .noSuchToken(role: "PAD", tokenizer: name) }
    return eosID
  }

  /// As ``decode(_:)``, with U+FFFD for every id that has no token.
  public func decodeReplacingInvalid(_ ids: [Int32]) throws(TokenizerError) -> String {
    let (decoder, replacement) = (definition.decoder, Array("\u{FFFD}".utf8))
    var run = DecodingRun(decoder)
    var bytes: [UInt8] = []
    for id in ids {
      if id >= 0, Int(id) < decoder.count, !decoder.unassigned.contains(id) {
        try run.append(id, to: &bytes)
      } else {
        run.append(replacement: replacement, to: &bytes)
      }
    }
    run.flush(to: &bytes)
    return decoder.text(of: bytes)
  }
}
