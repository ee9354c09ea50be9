import CTokens
import Files

/// A vocabulary of ranks in the form in which it is used: its tables stand in the mapped file.
///
/// Little-endian: `TESSTOK2`, the checksum of all that follows (uint64), then the numbers of
/// `Header` (uint32 each) and zeros up to 64 bytes; then the sections, each at a multiple of 64 bytes,
/// zeros between them and behind the last: where tokens end (uint32, the first 0), the tokens' bytes,
/// the slots of `ct_strings` (uint32), what ranks make (int32), the buckets of `ct_merges` (uint64).
///
/// Opening checks the checksum and that no table leads outside another: a file that was made to lie
/// gives other ids, but none outside the vocabulary, and nothing outside its memory is read.
struct MappedVocabulary {
  static let magic = Array("TESSTOK2".utf8)
  private static let headerSize = 64
  /// The kinds by their number in the file; numbers are never used again for another kind.
  private static let kinds: [TokenizerKind] = [.gpt2, .cl100k, .o200k, .qwen, .whisper]

  /// What stands behind magic and checksum.
  private struct Header {
    var kind = 0
    var tokens = 0
    var bytes = 0
    var slotBits = 0
    var ranks = 0
    var merges = 0
    var buckets = 0
    static let names = ["kind", "tokens", "bytes", "slots", "ranks", "merges", "buckets"]

    init() {}

    init(_ numbers: [Int]) {
      (kind, tokens, bytes, slotBits) = (numbers[0], numbers[1], numbers[2], numbers[3])
      (ranks, merges, buckets) = (numbers[4], numbers[5], numbers[6])
    }

    var numbers: [Int] { [kind, tokens, bytes, slotBits, ranks, merges, buckets] }

    /// The sizes of the sections in bytes; all numbers are below 2³².
    var sizes: [Int] {
      [4 * (tokens + 1), bytes + 16, 4 << slotBits, 4 * ranks, 64 * buckets]
    }

    /// Where the sections begin, and the file's end.
    var places: [Int] {
      var places = [headerSize]
      for size in sizes { places.append((places[places.count - 1] + size + 63) / 64 * 64) }
      return places
    }
  }

  // MARK: Writing

  static func bytes(of definition: TokenizerDefinition) throws(TokenizerError) -> [UInt8] {
    guard let kind = kinds.firstIndex(of: definition.kind), let model = definition.model.bytePair
    else {
      throw .cannotSave(
        tokenizer: definition.name,
        reason: "only vocabularies from rank files have a mapped form, this is "
          + definition.kind.rawValue)
    }
    guard model.ignoresMerges, let dense = model.merges.dense else {
      throw .cannotSave(
        tokenizer: definition.name, reason: "its merges are not in the order of its ids")
    }
    var header = Header()
    header.kind = kind
    header.tokens = model.tokens.count
    header.bytes = model.tokens.storage.count
    header.slotBits = Int(model.tokens.slotBits)
    header.ranks = dense.made.count
    header.merges = model.merges.count
    header.buckets = dense.buckets.count / Int(CT_BUCKET)
    var file = [UInt8](repeating: 0, count: header.places[5])
    file.withUnsafeMutableBytes { file in
      func put(_ source: UnsafeRawBufferPointer, at place: Int) {
        UnsafeMutableRawBufferPointer(rebasing: file[place...]).copyMemory(from: source)
      }
      magic.withUnsafeBytes { put($0, at: 0) }
      for (index, number) in header.numbers.enumerated() {
        file.storeBytes(
          of: UInt32(number).littleEndian, toByteOffset: 16 + 4 * index, as: UInt32.self)
      }
      let places = header.places
      put(UnsafeRawBufferPointer(model.tokens.ends.buffer), at: places[0])
      put(UnsafeRawBufferPointer(model.tokens.storage.buffer), at: places[1])
      put(UnsafeRawBufferPointer(model.tokens.slots.buffer), at: places[2])
      dense.made.withUnsafeBytes { put($0, at: places[3]) }
      put(UnsafeRawBufferPointer(dense.buckets.buffer), at: places[4])
    }
    sign(&file)
    return file
  }

  /// Writes the checksum of a file's bytes into it.
  static func sign(_ file: inout [UInt8]) {
    let sum = file.withUnsafeBufferPointer { checksum($0) }
    withUnsafeBytes(of: sum.littleEndian) { file.replaceSubrange(8..<16, with: $0) }
  }

  private static func checksum(_ file: UnsafeBufferPointer<UInt8>) -> UInt64 {
    guard let base = file.baseAddress else { return 0 }
    return ct_checksum(base + 16, file.count - 16)
  }

  // MARK: Reading

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    return try MappedVocabulary(file).definition(name: name)
  }

  private let file: MappedFile
  private let header: Header
  private let places: [Int]

  private init(_ file: MappedFile) throws(TokenizerError) {
    self.file = file
    let bytes = file.bytes
    func fail(_ byte: Int, _ reason: String) -> TokenizerError {
      .malformed(path: file.path, place: "byte \(byte)", reason: reason)
    }
    guard bytes.count >= Self.headerSize else { throw fail(bytes.count, "the file is cut short") }
    guard bytes.prefix(8).elementsEqual(Self.magic) else {
      throw fail(0, "this is no mapped vocabulary of version 2; make it again from its source")
    }
    header = Header(
      Header.names.indices.map {
        Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16 + 4 * $0, as: UInt32.self)))
      })
    guard header.kind < Self.kinds.count else {
      throw fail(16, "the kind \(header.kind) is not known")
    }
    guard (1..<Int(CT_DENSE_IDS)).contains(header.tokens), (1...30).contains(header.slotBits),
      header.ranks <= Int(CT_DENSE_RANKS), header.buckets > 0
    else { throw fail(20, "the counts are not those of a vocabulary") }
    places = header.places
    guard bytes.count == places[5] else {
      throw fail(20, "the counts ask for \(places[5]) bytes, the file has \(bytes.count)")
    }
    let sum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    guard Self.checksum(bytes.bindMemory(to: UInt8.self)) == sum else {
      throw fail(8, "the checksum is wrong")
    }
  }

  /// A section; the file ends behind it, or its sixteen bytes of zeros, at the earliest.
  private func block<Element: BitwiseCopyable>(
    _ section: Int, count: Int, of type: Element.Type
  ) -> MemoryBlock<Element> {
    guard let base = file.bytes.baseAddress else { return MemoryBlock() }
    return MemoryBlock(
      (base + places[section]).assumingMemoryBound(to: type), count: count, in: file)
  }

  private func definition(name: String) throws(TokenizerError) -> TokenizerDefinition {
    func fail(_ section: Int, _ reason: String) -> TokenizerError {
      .malformed(path: file.path, place: "byte \(places[section])", reason: reason)
    }
    let kind = Self.kinds[header.kind]
    guard let publication = RankPublication(kind) else { throw .unknownKind(path: file.path) }
    let ends = block(0, count: header.tokens + 1, of: UInt32.self)
    guard ct_are_rising(ends.base, ends.count, UInt32(header.bytes)) else {
      throw fail(0, "a token ends before it starts, or behind the last byte")
    }
    let slots = block(2, count: 1 << header.slotBits, of: UInt32.self)
    let low = UInt32(slots.count - 1)
    guard ct_are_slots(slots.base, slots.count, low, UInt32(header.tokens)) else {
      throw fail(2, "a slot has a token that there is not, or none is free")
    }
    let made = block(3, count: header.ranks, of: Int32.self)
    guard header.ranks == 0 || ct_are_below(made.base, made.count, Int32(header.tokens)) else {
      throw fail(3, "a merge makes an id outside the vocabulary")
    }
    let tokens = ByteStringTable(
      storage: block(1, count: header.bytes, of: UInt8.self), ends: ends, slots: slots,
      slotBits: UInt32(header.slotBits))
    guard (0...header.buckets * Int(CT_BUCKET)).contains(header.merges) else {
      throw fail(4, "there are more merges than places for them")
    }
    let buckets = block(4, count: header.buckets * Int(CT_BUCKET), of: UInt64.self)
    let pairs = PairTable(
      buckets: buckets, made: made, count: header.merges, knownIDs: header.tokens)
    let ranked = RankedTokens(path: file.path, lines: RankFileReader.Lines())
    return try ranked.definition(
      publication, name: name, tokens: tokens, pairs: pairs,
      special: publication.specialTokens(rankCount: header.tokens))
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
