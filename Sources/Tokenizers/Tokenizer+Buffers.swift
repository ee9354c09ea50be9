/// Encoding text where it lies, without copies of it or of its ids.
extension Tokenizer {
  /// The ids of text as bytes in memory, which need not be valid UTF-8 (a mapped file, say).
  ///
  /// - Parameter dropout: drops merges of a byte-pair vocabulary at random, by a seed.
  public func encode(
    utf8 bytes: UnsafeBufferPointer<UInt8>, special: SpecialPolicy = .text,
    addingBOS: Bool = false, addingEOS: Bool = false, dropout: MergeDropout? = nil
  ) throws(TokenizerError) -> [Int32] {
    let state = pool.take()
    defer { pool.give(state) }
    if let dropout {
      guard (0...1).contains(dropout.probability), definition.model.bytePair != nil else {
        throw .wrongDropout(probability: dropout.probability, tokenizer: name)
      }
      if dropout.probability > 0 { state.dropout = DropoutMerger(dropout) }
    }
    if bytes.count < Self.shortText {
      try write(bytes, special, addingBOS, addingEOS, into: state)
      return Array(state.ids.suffix(from: 0))
    }

    // The ids of a large text go straight into the array that is returned, if the guess of how
    // many there are is not too low: copying them would cost as much as a third of finding them.
    let guess = Int(Double(bytes.count) * state.idsPerByte * 1.125) + Self.shortText
    var failure: TokenizerError?
    var isComplete = false
    var ids = [Int32](unsafeUninitializedCapacity: min(guess, bytes.count + Self.shortText)) {
      storage, written in
      state.ids.lend(storage)
      do throws(TokenizerError) {
        try write(bytes, special, addingBOS, addingEOS, into: state)
      } catch { failure = error }
      state.idsPerByte = max(0.05, Double(state.ids.count) / Double(bytes.count))
      if let count = state.ids.takeBack() {
        written = failure == nil ? count : 0
        isComplete = true
      }
    }
    if let failure { throw failure }
    if !isComplete { ids = Array(state.ids.suffix(from: 0)) }
    return ids
  }

  /// Below so many bytes ids are copied.
  private static var shortText: Int { 1 << 14 }

  /// How many ids text as bytes has, without keeping them.
  public func count(utf8 bytes: UnsafeBufferPointer<UInt8>, special: SpecialPolicy = .text)
    throws(TokenizerError) -> Int
  {
    let state = pool.take()
    defer { pool.give(state) }
    state.countsOnly = true
    try write(bytes, special, false, false, into: state)
    return state.count
  }

  func withBytes<Result>(
    of text: String, _ body: (UnsafeBufferPointer<UInt8>) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> Result {
    var text = text
    var outcome: Swift.Result<Result, TokenizerError>?
    text.withUTF8 { bytes in
      do throws(TokenizerError) { outcome = .success(try body(bytes)) } catch {
        outcome = .failure(error)
      }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let error): throw error
    case nil: return try body(UnsafeBufferPointer(start: nil, count: 0))
    }
  }
}
