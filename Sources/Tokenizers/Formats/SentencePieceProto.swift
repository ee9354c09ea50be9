import Files

/// What a SentencePiece `.model` says (`ModelProto` in sentencepiece_model.proto), checked.
struct SentencePieceProto {
  enum PieceType: Int { case normal = 1, unknown, control, userDefined, unused, byte }
  enum ModelType: Int { case unigram = 1, bytePair, word, character }

  struct Piece {
    var bytes: [UInt8]
    var score: Float = 0
    var type = PieceType.normal
  }

  var pieces: [Piece] = []
  var modelType = ModelType.unigram
  var treatsSpaceAsSuffix = false
  var fallsBackToBytes = false
  var unknownSurface = Array(" \u{2047} ".utf8)
  var beginningPiece = "<s>"
  var endPiece = "</s>"
  var charsMap: [UInt8] = []
  var addsDummyPrefix = true
  var removesExtraSpaces = true
  var escapesSpaces = true
  var hasDenormalizer = false

  /// Longer pieces exist in no model.
  private static let longestPiece = 1 << 16
  /// More pieces than any model has.
  private static let mostPieces = 1 << 22

  init() {}

  init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
    do throws(ProtobufReader.Failure) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(ProtobufReader.Failure) in
        try read(UnsafeRawBufferPointer(bytes))
      }
    } catch {
      throw .malformed(path: path, place: "byte \(error.offset)", reason: error.reason)
    }
    if pieces.isEmpty {
      throw .malformed(path: path, place: "pieces", reason: "the model has no pieces")
    }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(bytes, in: 0..<bytes.count)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        guard pieces.count < Self.mostPieces else {
          throw ProtobufReader.Failure(
            offset: field.offset, reason: "more than the \(Self.mostPieces) pieces possible")
        }
        pieces.append(try Self.piece(bytes, field.value.range(field.offset), pieces.count))
      case 2: try readTrainer(bytes, field.value.range(field.offset))
      case 3: try readNormalizer(bytes, field.value.range(field.offset))
      case 5:
        var denormalizer = SentencePieceProto()
        try denormalizer.readNormalizer(bytes, field.value.range(field.offset))
        hasDenormalizer = !denormalizer.charsMap.isEmpty
      default: break
      }
    }
  }

  private static func piece(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ index: Int)
    throws(ProtobufReader.Failure) -> Piece
  {
    var reader = ProtobufReader(bytes, in: range)
    var piece = Piece(bytes: [])
    func fail(_ reason: String, _ offset: Int) -> ProtobufReader.Failure {
      ProtobufReader.Failure(offset: offset, reason: "piece \(index) \(reason)")
    }
    while let field = try reader.next() {
      switch field.number {
      case 1:
        let text = try field.value.range(field.offset)
        guard text.count <= longestPiece else {
          throw fail("has more than the \(longestPiece) bytes that are possible", field.offset)
        }
        piece.bytes = Array(bytes[text])
      case 2:
        piece.score = try field.value.float(field.offset)
        guard piece.score.isFinite else { throw fail("has the score \(piece.score)", field.offset) }
      case 3:
        let number = try field.value.integer(field.offset)
        guard let type = PieceType(rawValue: number) else {
          throw fail("has the type \(number), which is none", field.offset)
        }
        piece.type = type
      default: break
      }
    }
    guard !piece.bytes.isEmpty else { throw fail("is empty", range.lowerBound) }
    guard FileContents.firstInvalidUTF8(in: piece.bytes) == nil else {
      throw fail("is not UTF-8", range.lowerBound)
    }
    return piece
  }

  private mutating func readTrainer(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>)
    throws(ProtobufReader.Failure)
  {
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch field.number {
      case 3:
        let number = try field.value.integer(field.offset)
        guard let type = ModelType(rawValue: number) else {
          throw ProtobufReader.Failure(
            offset: field.offset, reason: "the model type \(number) is none")
        }
        modelType = type
      case 24: treatsSpaceAsSuffix = try field.value.flag(field.offset)
      case 35: fallsBackToBytes = try field.value.flag(field.offset)
      case 44: unknownSurface = Array(bytes[try field.value.range(field.offset)])
      case 46: beginningPiece = text(try field.value.range(field.offset))
      case 47: endPiece = text(try field.value.range(field.offset))
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>)
    throws(ProtobufReader.Failure)
  {
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch field.number {
      case 2: charsMap = Array(bytes[try field.value.range(field.offset)])
      case 3: addsDummyPrefix = try field.value.flag(field.offset)
      case 4: removesExtraSpaces = try field.value.flag(field.offset)
      case 5: escapesSpaces = try field.value.flag(field.offset)
      default: break
      }
    }
  }
}
