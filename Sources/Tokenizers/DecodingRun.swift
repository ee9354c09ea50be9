/// One decoding, id after id, by whatever a vocabulary decodes with.
struct DecodingRun: Sendable {
  private let decoder: TextDecoder
  private var position = TextDecoder.Position()
  private var chain: DecoderChain.Run?
  private var hybrid: HybridDecoder.Run?

  init(_ decoder: TextDecoder) {
    self.decoder = decoder
    chain = decoder.chain?.makeRun()
    hybrid = decoder.hybrid?.makeRun()
  }

  /// Appends the bytes that are certain with this id.
  mutating func append(_ id: Int32, to bytes: inout [UInt8]) throws(TokenizerError) {
    if var run = hybrid {
      try decoder.append(id, at: &position, through: &run, to: &bytes)
      hybrid = run
    } else if var run = chain {
      try decoder.append(id, at: &position, through: &run, to: &bytes)
      chain = run
    } else {
      try decoder.append(id, at: &position, to: &bytes)
    }
  }

  /// Appends what waits, and then what stands for an id that has no token.
  mutating func append(replacement: [UInt8], to bytes: inout [UInt8]) {
    flush(to: &bytes)
    bytes += replacement
    position.isStripping = false
  }

  /// Appends what waits for the next id.
  mutating func flush(to bytes: inout [UInt8]) {
    chain?.finish(to: &bytes)
    if let rest = hybrid?.finish() { bytes += rest }
  }
}
