import CTokens
import Files

/// What every id contributes to text, and what is done at the text's start.
struct TextDecoder: Sendable {
  /// The bytes of id `i` are `bytes[ends[i]..<ends[i + 1]]`.
  private(set) var bytes = MemoryBlock<UInt8>()
  private(set) var ends: MemoryBlock<UInt32>
  /// Ids that have no token.
  private(set) var unassigned: Set<Int32> = []
  /// Stands between tokens (a `tokenizer.json` without decoder).
  var separator: [UInt8] = []
  /// How many of this byte the start of the text loses.
  var strippedByte: UInt8 = 0
  var strippedCount = 0
  /// Every token loses its byte until there is text, not only the first.
  var stripsEveryToken = false
  /// Ids that lose nothing at the start.
  var unstripped: Set<Int32> = []
  /// Every byte that is no UTF-8 becomes U+FFFD by itself, not every ill-formed sequence.
  var replacesEveryByte = false
  /// A first id that is not text: the BOS that the tokenizer itself adds.
  var silentFirst: Int32?
  /// Makes the text of the tokens' spellings, where no table of texts can say it.
  var chain: DecoderChain?
  /// Writes tokens by their neighbours.
  var hybrid: HybridDecoder?

  var count: Int { ends.count - 1 }

  init() {
    ends = MemoryBlock(capacity: 1)
    ends.append(0)
  }

  /// Every token gives its own bytes.
  init(_ tokens: ByteStringTable) {
    bytes = tokens.storage
    ends = tokens.ends
  }

  mutating func append(_ token: some Collection<UInt8>) {
    bytes.append(contentsOf: token)
    ends.append(UInt32(truncatingIfNeeded: bytes.count))
  }

  mutating func appendUnassigned() {
    unassigned.insert(Int32(count))
    append([])
  }

  /// The bytes of an id below ``count``.
  subscript(id: Int32) -> ArraySlice<UInt8> {
    let start = Int(ends[Int(id)])
    return Array(bytes.buffer[start..<start + length(of: id)])[...]
  }

  /// The bytes of all ids.
  func bytes(of ids: [Int32]) throws(TokenizerError) -> [UInt8] {
    var result: [UInt8] = []
    var position = Position()
    var rest = ids[...]
    if let hybrid {
      var run = hybrid.makeRun()
      for id in ids { try append(id, at: &position, through: &run, to: &result) }
      result += run.finish()
      return result
    }
    if let chain {
      var run = chain.makeRun()
      for id in ids { try append(id, at: &position, through: &run, to: &result) }
      run.finish(to: &result)
      return result
    }
    // One by one as long as the start of the text can change, then all at once.
    while let id = rest.first, position.isStripping || !separator.isEmpty {
      try append(id, at: &position, to: &result)
      rest.removeFirst()
    }
    try appendPlain(rest, at: position.ids, to: &result)
    return result
  }

  /// Appends the bytes of ids to which nothing is done any more.
  ///
  /// - Complexity: O(n), a few nanoseconds an id.
  private func appendPlain(_ ids: ArraySlice<Int32>, at first: Int, to result: inout [UInt8])
    throws(TokenizerError)
  {
    try ids.withUnsafeBufferPointer { (ids) throws(TokenizerError) in
      guard let start = ids.baseAddress else { return }
      var wrong = 0
      var hasEmpty = false
      let total = Int(ct_length_of_texts(ends.base, count, start, ids.count, &wrong, &hasEmpty))
      if hasEmpty, !unassigned.isEmpty,
        let place = ids[..<wrong].firstIndex(where: unassigned.contains)
      {
        throw .unassignedID(id: ids[place], position: first + place)
      }
      guard wrong == ids.count else {
        throw .idOutsideVocabulary(id: ids[wrong], position: first + wrong, size: count)
      }
      if total == 0 { return }
      let begun = result
      // Sixteen bytes more: a token's last store may reach beyond its end.
      result = [UInt8](unsafeUninitializedCapacity: begun.count + total + 16) { output, written in
        guard let place = output.baseAddress else { return }
        for (index, byte) in begun.enumerated() { place[index] = byte }
        ct_write_texts(bytes.base, ends.base, start, ids.count, place + begun.count)
        written = begun.count + total
      }
    }
  }

  private func length(of id: Int32) -> Int { Int(ends[Int(id) + 1] - ends[Int(id)]) }

  /// Where a decoding stands between two ids.
  struct Position {
    var ids = 0
    var tokens = 0
    var stripped = 0
    var isStripping = true
  }

  /// As ``append(_:at:to:)`` for a vocabulary with a ``chain``.
  func append(
    _ id: Int32, at position: inout Position, through run: inout DecoderChain.Run,
    to result: inout [UInt8]
  ) throws(TokenizerError) {
    var token: [UInt8] = []
    try append(id, at: &position, to: &token)
    if position.ids == 1, id == silentFirst { return }
    run.append(token, to: &result)
  }

  /// As ``append(_:at:to:)`` for a vocabulary with a ``hybrid`` decoder.
  func append(
    _ id: Int32, at position: inout Position, through run: inout HybridDecoder.Run,
    to result: inout [UInt8]
  ) throws(TokenizerError) {
    guard id >= 0, Int(id) < count else {
      throw .idOutsideVocabulary(id: id, position: position.ids, size: count)
    }
    position.ids += 1
    result += run.append(id)
  }

  func append(_ id: Int32, at position: inout Position, to result: inout [UInt8])
    throws(TokenizerError)
  {
    guard id >= 0, Int(id) < count else {
      throw .idOutsideVocabulary(id: id, position: position.ids, size: count)
    }
    if !unassigned.isEmpty, unassigned.contains(id) {
      throw .unassignedID(id: id, position: position.ids)
    }
    position.ids += 1
    if position.ids == 1, id == silentFirst { return }
    var token = self[id]
    if position.tokens > 0 { result.append(contentsOf: separator) }
    position.tokens += 1
    if position.isStripping, unstripped.contains(id) {
      position.isStripping = token.isEmpty
    } else if position.isStripping {
      if stripsEveryToken { position.stripped = 0 }
      while position.stripped < strippedCount, token.first == strippedByte {
        token = token.dropFirst()
        position.stripped += 1
      }
      position.isStripping =
        token.isEmpty && (stripsEveryToken || position.stripped < strippedCount)
    }
    result.append(contentsOf: token)
  }

  /// Bytes as text, repaired where they are no UTF-8.
  func text(of bytes: some Collection<UInt8>) -> String {
    guard replacesEveryByte else { return String(decoding: bytes, as: UTF8.self) }
    let bytes = Array(bytes)
    guard FileContents.firstInvalidUTF8(in: bytes) != nil else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var repaired: [UInt8] = []
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        index += PrecompiledCharsMap.appendCharacter(of: bytes, from: index, to: &repaired)
      }
    }
    return String(decoding: repaired, as: UTF8.self)
  }
}
