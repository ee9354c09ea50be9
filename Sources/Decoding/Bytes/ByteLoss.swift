import Kernels

/// How surprised a byte model is by a byte string: losses of models with any vocabularies, and of their
/// means, compare.
public struct ByteLoss: Sendable, Equatable {
  /// -log p of each byte, and of the text's end where it was asked for, in nats.
  public let perByte: [Double]
  /// The number of bytes, the end not counted.
  public let bytes: Int

  public var nats: Double { Sums.sum(perByte) }
  public var bitsPerByte: Double { nats / ElementaryFunction.log(2) / Double(bytes) }

  /// - Parameters:
  ///   - prompt: stands before the bytes and is not scored.
  ///   - countsEnd: the loss of the text's end is added.
  ///   - window: the most bytes of prompt and text that are seen at once: where they are full, the
  ///     later half is the next window's prompt. By default all are.
  ///   - onByte: told how many bytes are done.
  /// - Throws: ``DecodingError/setting(name:value:range:)`` for no bytes; what the model throws.
  /// - Complexity: one step of the model a byte.
  public init(
    _ model: any ByteDistribution, text: [UInt8], prompt: [UInt8] = [], countsEnd: Bool = false,
    window: Int? = nil, onByte: ((Int) -> Void)? = nil
  ) throws(DecodingError) {
    guard !text.isEmpty else { throw .setting(name: "bytes", value: 0, range: "at least 1") }
    let size = window ?? Int.max
    guard size >= 2 else {
      throw .setting(name: "window", value: Double(size), range: "at least 2")
    }
    let whole = prompt + text
    var start = max(0, prompt.count - size / 2)
    var state = try model.start(Array(whole[start..<prompt.count]))
    var losses: [Double] = []
    losses.reserveCapacity(text.count + 1)
    for place in prompt.count..<whole.count {
      if place - start >= size {
        start = place - size / 2
        state = try model.start(Array(whole[start..<place]))
      }
      let byte = whole[place]
      losses.append(-ElementaryFunction.log(try state.next()[Int(byte)]))
      try state.advance(byte)
      onByte?(losses.count)
    }
    if countsEnd { losses.append(-ElementaryFunction.log(try state.next()[NextByte.end])) }
    (perByte, bytes) = (losses, text.count)
  }
}
