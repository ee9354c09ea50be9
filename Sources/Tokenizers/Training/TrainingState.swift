import Files

/// How far a training has come: the counted pieces and the merges so far. A training that goes on
/// from here gives what it would have given without a stop.
public struct TrainingState: Sendable {
  /// A digest of all that the counts and merges depend on, but for the corpus.
  let settings: String
  var counter = PieceCounter()
  /// The SHA-256 of the bytes that were counted, one text after the other.
  var dataDigest = ""
  /// The whole corpus has been counted.
  var isCounted = false
  /// Pairs of token ids in the order they were merged.
  var merges: [SIMD2<Int32>] = []

  init(settings: String) { self.settings = settings }

  private static let magic = Array("TessTrn1".utf8)

  /// Writes the state to a file, whole or not at all.
  func save(to path: String) throws(TokenizerError) {
    do { try DurableFile.replace(path, with: encoded()) } catch { throw .file(error) }
  }

  func encoded() -> [UInt8] {
    var bytes = Self.magic
    func number(_ value: UInt64) {
      withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
    func text(_ content: some Collection<UInt8>) {
      number(UInt64(content.count))
      bytes += content
    }
    text(settings.utf8)
    text(dataDigest.utf8)
    number(isCounted ? 1 : 0)
    number(UInt64(counter.bytes))
    number(UInt64(counter.pieces.count))
    for piece in 0..<counter.pieces.count {
      text(counter.pieces[piece])
      number(counter.counts[piece])
    }
    number(UInt64(merges.count))
    for merge in merges {
      number(UInt64(UInt32(bitPattern: merge.x)) << 32 | UInt64(UInt32(bitPattern: merge.y)))
    }
    return bytes + Array(Digest.hexadecimal(of: bytes).utf8)
  }

  /// Reads a state that ``save(to:)`` wrote.
  ///
  /// - Throws: ``TokenizerError/malformed(path:place:reason:)`` for another or a damaged file,
  ///   ``TokenizerError/otherTraining(path:)`` for one of other settings.
  static func load(_ path: String, settings: String) throws(TokenizerError) -> TrainingState {
    let bytes: [UInt8]
    do { bytes = try FileContents.bytes(at: path) } catch { throw .file(error) }
    func damaged(_ place: Int, _ reason: String) -> TokenizerError {
      .malformed(path: path, place: "byte \(place)", reason: reason)
    }
    let digestLength = 64
    guard bytes.starts(with: magic) else { throw damaged(0, "is no saved training") }
    let end = bytes.count - digestLength
    guard end > magic.count,
      Digest.hexadecimal(of: Array(bytes[..<end])).utf8.elementsEqual(bytes[end...])
    else { throw damaged(max(0, end), "the digest does not fit the content") }

    var place = magic.count
    func number() throws(TokenizerError) -> UInt64 {
      guard end - place >= 8 else { throw damaged(place, "is cut short") }
      let value = bytes.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      place += 8
      return value
    }
    func text() throws(TokenizerError) -> ArraySlice<UInt8> {
      let length = try number()
      guard length <= UInt64(end - place) else { throw damaged(place, "is cut short") }
      defer { place += Int(length) }
      return bytes[place..<place + Int(length)]
    }
    var state = TrainingState(settings: String(decoding: try text(), as: UTF8.self))
    if state.settings != settings { throw .otherTraining(path: path) }
    state.dataDigest = String(decoding: try text(), as: UTF8.self)
    state.isCounted = try number() != 0
    state.counter.bytes = Int(clamping: try number())
    for _ in 0..<Int(clamping: try number()) {
      let piece = Array(try text())
      let count = try number()
      piece.withUnsafeBufferPointer { state.counter.add($0, times: count) }
    }
    for _ in 0..<Int(clamping: try number()) {
      let merge = try number()
      state.merges.append(
        SIMD2(Int32(truncatingIfNeeded: merge >> 32), Int32(truncatingIfNeeded: merge)))
    }
    if place != end { throw damaged(place, "has bytes after its end") }
    return state
  }
}
