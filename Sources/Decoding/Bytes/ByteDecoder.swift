import Kernels
import Models
import Tensors
import Tokenizers

/// What byte-wise decoding made.
public struct DecodedBytes: Sendable, Equatable {
  /// The new bytes.
  public let bytes: [UInt8]
  /// log p of each new byte under the model itself, in nats.
  public let logProbabilities: [Double]
  public let endsText: Bool

  /// The new bytes as text, with U+FFFD for what is no UTF-8.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Makes text byte by byte.
public enum ByteDecoder {
  /// Draws each byte, or takes the best, as `sampler` says; its candidates are bytes and the end.
  ///
  /// - Parameters:
  ///   - maximum: the most new bytes.
  ///   - stream: the n-th new byte draws from its child "n".
  ///   - onByte: told each new byte as it comes.
  /// - Complexity: one step of the model a byte.
  public static func decode(
    _ model: any ByteDistribution, prompt: [UInt8], sampler: Sampler, stream: RandomStream,
    maximum: Int = 128, onByte: ((UInt8) -> Void)? = nil
  ) throws(DecodingError) -> DecodedBytes {
    guard maximum >= 0 else {
      throw .setting(name: "max", value: Double(maximum), range: "at least 0")
    }
    var state = try model.start(prompt)
    var (bytes, logs): ([UInt8], [Double]) = ([], [])
    while bytes.count < maximum {
      let drawn = try draw(&state, sampler, stream.child(String(bytes.count)))
      guard let byte = drawn.byte else {
        return DecodedBytes(bytes: bytes, logProbabilities: logs, endsText: true)
      }
      bytes.append(byte)
      logs.append(drawn.logProbability)
      onByte?(byte)
      try state.advance(byte)
    }
    return DecodedBytes(bytes: bytes, logProbabilities: logs, endsText: false)
  }

  /// The next byte, nil for the text's end.
  private static func draw(
    _ state: inout some ByteState, _ sampler: Sampler, _ stream: RandomStream
  ) throws(DecodingError) -> (byte: UInt8?, logProbability: Double) {
    var stream = stream
    let logs = ElementaryFunction.log(try state.next())
    let chosen = sampler.choose(logs.map { Float($0) }, stream: &stream).map(Int.init)
    let place = chosen ?? NextByte.end
    return (UInt8(exactly: place), logs[place])
  }

  /// Goes on from a prompt that may end inside a word: bytes until the model's own tokens begin anew,
  /// at the next word as a rule, then tokens.
  ///
  /// The first token is drawn among those that start with the byte that was drawn last, so that the
  /// text's distribution is that of drawing bytes throughout (B. Phan et al., arXiv 2410.09303, FIM).
  public static func decode(
    _ model: ByteModel, joining prompt: [UInt8], sampler: Sampler, stream: RandomStream,
    options: DecodingOptions = .init(), onToken: ((Int32) -> Void)? = nil
  ) throws(DecodingError) -> JoinedText {
    guard options.maximum >= 0 else {
      throw .setting(name: "max", value: Double(options.maximum), range: "at least 0")
    }
    var state = try model.coverState(of: prompt)
    let byteStream = stream.child("bytes")
    var (bytes, logs): ([UInt8], [Double]) = ([], [])
    while true {
      let drawn = try draw(&state, sampler, byteStream.child(String(bytes.count)))
      guard let byte = drawn.byte, bytes.count < options.maximum else {
        let made = DecodedBytes(bytes: bytes, logProbabilities: logs, endsText: drawn.byte == nil)
        return JoinedText(bytes: made, tokens: nil, text: made.text)
      }
      try state.advance(byte)
      if let boundary = state.boundary {
        let made = DecodedBytes(bytes: bytes, logProbabilities: logs, endsText: false)
        let tokens = try ConstrainedStart(
          model: model, ids: boundary, tokens: state.tokensAtBoundary()
        ).decode(sampler, stream.child("tokens"), options, onToken)
        return JoinedText(
          bytes: made, tokens: tokens,
          text: model.text(of: boundary + tokens.ids, from: prompt.count))
      }
      bytes.append(byte)
      logs.append(drawn.logProbability)
    }
  }
}

/// Text that goes on byte by byte first, then in tokens.
public struct JoinedText: Sendable, Equatable {
  public let bytes: DecodedBytes
  /// Nil where the text ended before a token began.
  public let tokens: DecodedText?
  /// Both; nil where a new token is none of the vocabulary.
  public let text: String?
}
