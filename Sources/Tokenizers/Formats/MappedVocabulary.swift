import Files

/// A vocabulary of ranks in a form that is checked and used without parsing text.
///
/// Little-endian: `TESSTOK1`, the checksum of all that follows (uint64), the number of the kind,
/// the counts of tokens and of merges and the tokens' bytes together (uint32 each); then where
/// tokens end (uint32 each, the first 0), the tokens' bytes filled up to four, and for every merge
/// its left id, right id and merged id, which is its rank.
struct MappedVocabulary {
  static let magic = Array("TESSTOK1".utf8)
  private static let headerSize = 32
  /// The kinds by their number in the file; numbers are never used again for another kind.
  private static let kinds: [TokenizerKind] = [.gpt2, .cl100k, .o200k, .qwen, .whisper]

  // MARK: Writing

  static func bytes(of definition: TokenizerDefinition) throws(TokenizerError) -> [UInt8] {
    guard let kind = kinds.firstIndex(of: definition.kind), let model = definition.model.bytePair
    else {
      throw .cannotSave(
        tokenizer: definition.name,
        reason: "only vocabularies from rank files have a mapped form, this is "
          + definition.kind.rawValue)
    }
    let merges = model.merges.sorted()
    guard model.ignoresMerges, merges.allSatisfy({ Int32(bitPattern: $0.rank) == $0.merged }) else {
      throw .cannotSave(
        tokenizer: definition.name, reason: "its merges are not in the order of its ids")
    }
    var body: [UInt8] = []
    func add(_ number: UInt32) {
      withUnsafeBytes(of: number.littleEndian) { body.append(contentsOf: $0) }
    }
    add(UInt32(kind))
    add(UInt32(model.tokens.count))
    add(UInt32(merges.count))
    add(UInt32(model.tokens.storage.count))
    for end in model.tokens.ends { add(end) }
    body += model.tokens.storage
    while body.count % 4 > 0 { body.append(0) }
    for merge in merges {
      for id in [merge.left, merge.right, merge.merged] { add(UInt32(bitPattern: id)) }
    }
    var file = magic
    let sum = body.withUnsafeBufferPointer { ByteHash.hash($0) }
    withUnsafeBytes(of: sum.littleEndian) { file.append(contentsOf: $0) }
    return file + body
  }

  // MARK: Reading

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    return try MappedVocabulary(file).definition(name: name)
  }

  private let file: MappedFile
  private let kind: TokenizerKind
  private let tokenCount: Int
  private let mergeCount: Int
  private let byteCount: Int

  private var endsOffset: Int { Self.headerSize }
  private var storageOffset: Int { endsOffset + 4 * (tokenCount + 1) }
  private var mergesOffset: Int { storageOffset + (byteCount + 3) / 4 * 4 }

  private init(_ file: MappedFile) throws(TokenizerError) {
    func fail(_ byte: Int, _ reason: String) -> TokenizerError {
      .malformed(path: file.path, place: "byte \(byte)", reason: reason)
    }
    let bytes = file.bytes
    guard bytes.count >= Self.headerSize else { throw fail(bytes.count, "the file is cut short") }
    guard bytes.prefix(8).elementsEqual(Self.magic) else {
      throw fail(0, "this is no mapped vocabulary of version 1")
    }
    func number(_ index: Int) -> Int {
      Int(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16 + 4 * index, as: UInt32.self)))
    }
    guard number(0) < Self.kinds.count else { throw fail(16, "the kind \(number(0)) is not known") }
    self.file = file
    kind = Self.kinds[number(0)]
    (tokenCount, mergeCount, byteCount) = (number(1), number(2), number(3))
    let size =
      Self.headerSize + 4 * (tokenCount + 1) + (byteCount + 3) / 4 * 4 + 12 * mergeCount
    guard bytes.count == size else {
      throw fail(20, "the counts ask for \(size) bytes, the file has \(bytes.count)")
    }
    let body = UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[16...])
    let sum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    guard ByteHash.hash(body) == sum else { throw fail(8, "the checksum is wrong") }
  }

  private func number(_ offset: Int) -> UInt32 {
    UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  private func definition(name: String) throws(TokenizerError) -> TokenizerDefinition {
    func fail(_ byte: Int, _ reason: String) -> TokenizerError {
      .malformed(path: file.path, place: "byte \(byte)", reason: reason)
    }
    guard let publication = RankPublication(kind) else { throw .unknownKind(path: file.path) }
    let storage = UnsafeBufferPointer(
      rebasing: file.bytes.bindMemory(to: UInt8.self)[storageOffset..<storageOffset + byteCount])
    var tokens = ByteStringTable(capacity: tokenCount)
    var start = 0
    for id in 0..<tokenCount {
      let place = endsOffset + 4 * (id + 1)
      let end = Int(number(place))
      guard end >= start, end <= byteCount else {
        throw fail(place, "token \(id) ends before it starts or behind the last byte")
      }
      if end == start {
        tokens.appendHidden([])
      } else if !tokens.insert(UnsafeBufferPointer(rebasing: storage[start..<end])).isNew {
        throw fail(place, "token \(id) is there twice")
      }
      start = end
    }
    let pairs = PairTable(capacity: mergeCount)
    for index in 0..<mergeCount {
      let place = mergesOffset + 12 * index
      let (left, right, merged) = (number(place), number(place + 4), number(place + 8))
      guard max(left, right, merged) < tokenCount else {
        throw fail(place, "merge \(index) has an id outside the vocabulary")
      }
      let length = tokens.length(Int(left)) + tokens.length(Int(right))
      guard tokens.length(Int(merged)) == length,
        pairs.insert(Int32(left), Int32(right), rank: merged, merged: Int32(merged))
      else { throw fail(place, "merge \(index) does not make its token, or is there twice") }
    }
    let ranked = RankedTokens(path: file.path, lines: RankFileReader.Lines())
    return try ranked.definition(
      publication, name: name, tokens: tokens, pairs: pairs,
      special: publication.specialTokens(rankCount: tokenCount))
  }
}

extension Tokenizer {
  /// The vocabulary in the form that ``load(path:kind:pre:)`` reads fastest.
  ///
  /// - Throws: ``TokenizerError/cannotSave(tokenizer:reason:)`` for vocabularies that do not come
  ///   from rank files.
  public func mappedForm() throws(TokenizerError) -> [UInt8] {
    try MappedVocabulary.bytes(of: definition)
  }
}
