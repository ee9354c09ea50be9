/// How fast a tokenizer encodes and decodes a text, on the thread that asks.
public struct TokenizerBenchmark: Sendable {
  /// Megabytes (10⁶ bytes of text) a second.
  public struct Figures: Sendable {
    /// The first encoding by this tokenizer; the vocabulary is loaded.
    public var cold: Double
    /// The median of the later ones.
    public var warm: Double
    /// Counting without keeping ids, when all pieces are known.
    public var counting: Double
    /// The median of decodings.
    public var decoding: Double
    public var ids: [Int32]
  }

  /// Measures a tokenizer that has encoded nothing yet.
  ///
  /// - Parameters:
  ///   - bytes: the text, of at least some megabytes for figures that mean anything.
  ///   - rounds: how many warm encodings and decodings there are, at least one.
  public static func measure(_ tokenizer: Tokenizer, bytes: [UInt8], rounds: Int)
    throws(TokenizerError) -> Figures
  {
    var ids: [Int32] = []
    func rate(_ work: () throws(TokenizerError) -> Void) throws(TokenizerError) -> Double {
      let clock = ContinuousClock()
      let start = clock.now
      try work()
      let taken = (clock.now - start) / .seconds(1)
      return Double(bytes.count) / max(taken, 1e-9) / 1e6
    }
    func median(_ work: () throws(TokenizerError) -> Void) throws(TokenizerError) -> Double {
      var rates: [Double] = []
      for _ in 0..<max(1, rounds) { rates.append(try rate(work)) }
      return rates.sorted()[rates.count / 2]
    }
    let encode = { () throws(TokenizerError) in ids = try tokenizer.encode(bytes: bytes) }
    let cold = try rate(encode)
    let warm = try median(encode)
    let counting = try median { () throws(TokenizerError) in
      _ = try bytes.withUnsafeBufferPointer { (text) throws(TokenizerError) in
        try tokenizer.count(utf8: text)
      }
    }
    let decoding = try median { () throws(TokenizerError) in _ = try tokenizer.bytes(of: ids) }
    return Figures(cold: cold, warm: warm, counting: counting, decoding: decoding, ids: ids)
  }
}
