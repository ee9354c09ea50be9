/// What SentencePiece's BPE does beyond merging characters (`Model::Encode` in bpe_model.cc).
struct SentencePieceRules: Sendable {
  /// Pieces that the user defined are found first, the longest at every place, and never merge.
  var userDefined: ByteTrie?
  /// Characters that are no piece but part of one. They merge like pieces and have the ids after
  /// the last piece's.
  var characters = ByteStringTable()
  /// Pieces that are not to be used, with the two parts that stand for them.
  var parts: [Int32: (left: Int32, right: Int32)] = [:]

  var isTrivial: Bool { userDefined == nil && characters.count == 0 && parts.isEmpty }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, model: BytePairModel, with merger: inout BytePairMerger,
    to ids: inout IDBuffer
  ) throws(EncodingFailure) {
    guard let bytes = piece.baseAddress else { return }
    var start = 0
    var index = 0
    while index < piece.count {
      if let match = userDefined?.longestMatch(piece, from: index) {
        try merge(UnsafeBufferPointer(rebasing: piece[start..<index]), model, &merger, &ids)
        ids.append(match.value)
        index += match.length
        start = index
      } else {
        index += UTF8Reader.scalar(bytes, index, piece.count).length
      }
    }
    try merge(UnsafeBufferPointer(rebasing: piece[start...]), model, &merger, &ids)
  }

  private func merge(
    _ run: UnsafeBufferPointer<UInt8>, _ model: BytePairModel, _ merger: inout BytePairMerger,
    _ ids: inout IDBuffer
  ) throws(EncodingFailure) {
    guard let bytes = run.baseAddress, run.count > 0 else { return }
    merger.reserve(run.count)
    let symbols = merger.symbols
    var count = 0
    var index = 0
    // Characters that nothing knows; they stand for themselves by their place, below zero.
    while index < run.count {
      let length = UTF8Reader.scalar(bytes, index, run.count).length
      let character = UnsafeBufferPointer(start: bytes + index, count: length)
      if let id = model.tokens.find(character) {
        symbols[count] = Int32(id)
      } else if let number = characters.find(character) {
        symbols[count] = Int32(model.tokens.count + number)
      } else {
        symbols[count] = -1 - Int32(index)
      }
      count += 1
      index += length
    }
    let left: Int
    do { left = try merger.merge(count: count, with: model.merges) } catch {
      throw .stopped(error)
    }
    var output = Output(run: run)
    for place in 0..<left { try append(symbols[place], model, to: &ids, &output) }
  }

  /// What the symbols of one run became so far.
  private struct Output {
    let run: UnsafeBufferPointer<UInt8>
    var endsUnknown = false
    /// Symbols that a piece not to be used is made of, the next one last.
    var waiting: [Int32] = []
  }

  private func append(
    _ symbol: Int32, _ model: BytePairModel, to ids: inout IDBuffer, _ output: inout Output
  ) throws(EncodingFailure) {
    guard parts[symbol] != nil else { return try appendWhole(symbol, model, to: &ids, &output) }
    output.waiting.append(symbol)
    // Parts are shorter than what they stand for, so this ends.
    while let symbol = output.waiting.popLast() {
      if let (left, right) = parts[symbol] {
        output.waiting.append(right)
        output.waiting.append(left)
      } else {
        try appendWhole(symbol, model, to: &ids, &output)
      }
    }
  }

  /// Appends a piece, or what stands for a character that is none.
  private func appendWhole(
    _ symbol: Int32, _ model: BytePairModel, to ids: inout IDBuffer, _ output: inout Output
  ) throws(EncodingFailure) {
    if symbol >= 0, symbol < model.tokens.count {
      ids.append(symbol)
      output.endsUnknown = false
      return
    }
    let unknown: ArraySlice<UInt8>
    if symbol < 0, let bytes = output.run.baseAddress {
      let start = Int(-1 - symbol)
      let length = UTF8Reader.scalar(bytes, start, output.run.count).length
      unknown = Array(output.run[start..<start + length])[...]
    } else {
      unknown = characters[Int(symbol) - model.tokens.count]
    }
    if model.fallsBackToBytes {
      for byte in unknown { ids.append(model.byteIDs[Int(byte)]) }
    } else {
      guard let unknownID = model.unknownID else { throw .noToken(Array(unknown)) }
      if !output.endsUnknown || !model.fusesUnknown { ids.append(unknownID) }
      output.endsUnknown = true
    }
  }
}
