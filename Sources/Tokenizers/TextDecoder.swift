import Files

/// What every id contributes to text, and what is done at the text's start.
struct TextDecoder: Sendable {
  /// The bytes of id `i` are `bytes[ends[i]..<ends[i + 1]]`.
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [UInt32] = [0]
  /// For each id its bytes, and in the last lane how many there are, if they are at most 15: most
  /// ids are decoded by one load and one store. Other ids have ``special`` there.
  private var inline: [SIMD16<UInt8>] = []
  private static let special: UInt8 = 0xFF
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

  var count: Int { ends.count - 1 }

  init() {}

  /// Every token gives its own bytes.
  init(_ tokens: ByteStringTable) {
    bytes = tokens.storage
    ends = tokens.ends
    inline.reserveCapacity(count)
    for id in 0..<count { inline.append(lanes(from: Int(ends[id]), to: Int(ends[id + 1]))) }
  }

  mutating func append(_ token: some Collection<UInt8>) {
    bytes.append(contentsOf: token)
    ends.append(UInt32(truncatingIfNeeded: bytes.count))
    inline.append(lanes(from: Int(ends[count - 1]), to: bytes.count))
  }

  private func lanes(from start: Int, to end: Int) -> SIMD16<UInt8> {
    var lanes = SIMD16<UInt8>(repeating: 0)
    let length = end - start
    lanes[15] = length <= 15 ? UInt8(length) : Self.special
    if length <= 15 { for lane in 0..<length { lanes[lane] = bytes[start + lane] } }
    return lanes
  }

  mutating func appendUnassigned() {
    unassigned.insert(Int32(count))
    append([])
    inline[count - 1][15] = Self.special
  }

  /// The bytes of an id below ``count``.
  subscript(id: Int32) -> ArraySlice<UInt8> {
    bytes[Int(ends[Int(id)])..<Int(ends[Int(id) + 1])]
  }

  /// The bytes of all ids.
  func bytes(of ids: [Int32], invalid: InvalidIDPolicy = .error) throws(TokenizerError) -> [UInt8] {
    if invalid == .replace, ids.contains(where: { !isToken($0) }) {
      return try repairing().bytes(of: ids.map { isToken($0) ? $0 : Int32(count) })
    }
    var result: [UInt8] = []
    var position = Position()
    var rest = ids[...]
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

  private func isToken(_ id: Int32) -> Bool {
    id >= 0 && Int(id) < count && (unassigned.isEmpty || !unassigned.contains(id))
  }

  /// The decoder with U+FFFD as one more token, which stands for ids that have none.
  private func repairing() -> TextDecoder {
    var decoder = self
    decoder.unstripped.insert(Int32(count))
    decoder.append("\u{FFFD}".utf8)
    return decoder
  }

  /// Appends the bytes of ids to which nothing is done any more.
  ///
  /// - Complexity: O(n), a few nanoseconds an id.
  private func appendPlain(_ ids: ArraySlice<Int32>, at first: Int, to result: inout [UInt8])
    throws(TokenizerError)
  {
    var total = 0
    for (index, id) in ids.enumerated() {
      guard id >= 0, Int(id) < inline.count else {
        throw .idOutsideVocabulary(id: id, position: first + index, size: count)
      }
      let length = inline[Int(id)][15]
      if length <= 15 {
        total += Int(length)
      } else if unassigned.contains(id) {
        throw .unassignedID(id: id, position: first + index)
      } else {
        total += self.length(of: id)
      }
    }
    if total == 0 { return }
    let begun = result
    // Sixteen bytes more: a token's last store may reach beyond its end.
    result = [UInt8](unsafeUninitializedCapacity: begun.count + total + 16) { output, written in
      guard var place = output.baseAddress.map(UnsafeMutableRawPointer.init) else { return }
      for byte in begun {
        place.storeBytes(of: byte, as: UInt8.self)
        place += 1
      }
      bytes.withUnsafeBytes { bytes in
        inline.withUnsafeBufferPointer { inline in
          for id in ids {
            let lanes = inline[Int(id)]
            if lanes[15] <= 15 {
              place.storeBytes(of: lanes, as: SIMD16<UInt8>.self)
              place += Int(lanes[15])
            } else if let source = bytes.baseAddress {
              let length = length(of: id)
              place.copyMemory(from: source + Int(ends[Int(id)]), byteCount: length)
              place += length
            }
          }
        }
      }
      written = begun.count + total
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
