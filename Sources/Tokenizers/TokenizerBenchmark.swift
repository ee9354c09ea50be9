import Files
import Glibc

/// How fast a tokenizer is loaded, encodes and decodes, on the thread that asks.
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
    /// The median of encodings on all shares of the kernels' pool.
    public var shared: Double
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
      Double(bytes.count) / max(try seconds(work), 1e-9) / 1e6
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
    let shared = try median { () throws(TokenizerError) in
      _ = try bytes.withUnsafeBufferPointer { (text) throws(TokenizerError) in
        try tokenizer.encode(utf8: text, workers: Tokenizer.sharedWorkers)
      }
    }
    return Figures(
      cold: cold, warm: warm, counting: counting, decoding: decoding, shared: shared, ids: ids)
  }

  /// Seconds until a vocabulary is ready.
  public struct Loading: Sendable {
    /// The first time, and the median of the later ones.
    public var first: Double
    public var later: Double
    /// The same from the mapped form, which is written beside; nil for vocabularies without one.
    public var mapped: Double?
  }

  /// Measures how long a vocabulary takes to load.
  ///
  /// - Parameters:
  ///   - rounds: how many later loadings there are, at least one.
  ///   - folder: where the mapped form is written, read and deleted.
  public static func measureLoading(
    path: String, kind: TokenizerKind?, rounds: Int, folder: String
  ) throws(TokenizerError) -> Loading {
    func load(_ path: String, _ kind: TokenizerKind?) throws(TokenizerError) -> Double {
      try seconds { () throws(TokenizerError) in _ = try Tokenizer.load(path: path, kind: kind) }
    }
    func median(_ path: String, _ kind: TokenizerKind?) throws(TokenizerError) -> Double {
      var times: [Double] = []
      for _ in 0..<max(1, rounds) { times.append(try load(path, kind)) }
      return times.sorted()[times.count / 2]
    }
    let first = try load(path, kind)
    let later = try median(path, kind)
    guard let form = try? Tokenizer.load(path: path, kind: kind).mappedForm() else {
      return Loading(first: first, later: later)
    }
    let copy = Paths.join(folder, "tessera-vocabulary-\(getpid())")
    defer { unlink(copy) }
    do { _ = try DurableFile.replace(copy, with: form) } catch { throw .file(error) }
    return Loading(first: first, later: later, mapped: try median(copy, .mapped))
  }

  private static func seconds(_ work: () throws(TokenizerError) -> Void) throws(TokenizerError)
    -> Double
  {
    let clock = ContinuousClock()
    let start = clock.now
    try work()
    return (clock.now - start) / .seconds(1)
  }
}
