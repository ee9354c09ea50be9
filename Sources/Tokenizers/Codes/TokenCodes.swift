/// Binary codes of token ids, bit 0 first: the digits of the id, or A · id XOR b over the field of two
/// elements (arXiv 2605.09751).
///
/// With at least as many bits as the vocabulary needs, and an invertible A, no two ids share a code.
public struct TokenCodes: Sendable, Equatable {
  public let vocabularySize: Int
  /// Bits a code.
  public let bits: Int
  /// Nil: the identity.
  public let matrix: BitMatrix?
  /// XORed into each code.
  public let offset: UInt64

  /// The bits that tell so many ids apart: the least K with 2^K ≥ size, and at least 1.
  public static func bitsNeeded(_ vocabularySize: Int) -> Int {
    max(Int.bitWidth - (max(vocabularySize, 1) - 1).leadingZeroBitCount, 1)
  }

  /// The digits of ids.
  ///
  /// - Parameter bits: fewer than are needed make ids collide, as a control.
  /// - Throws: ``TokenizerError/wrongLength(asked:reason:)`` for no bits or more than 62.
  public init(vocabularySize: Int, bits: Int? = nil) throws(TokenizerError) {
    try self.init(vocabularySize, bits: bits, matrix: nil, offset: 0)
  }

  /// Digits recoded by an invertible matrix and an offset, both drawn.
  ///
  /// - Parameter words: random words of a named stream: b comes first, then one a row of A until A is
  ///   invertible.
  public init(affine vocabularySize: Int, bits: Int? = nil, words: () -> UInt64)
    throws(TokenizerError)
  {
    let size = bits ?? Self.bitsNeeded(vocabularySize)
    try Self.check(size)
    let offset = words() & BitMatrix.mask(size)
    try self.init(
      vocabularySize, bits: size, matrix: .invertible(size: size, words: words), offset: offset)
  }

  /// Codes by a given matrix, which may be any of as many rows as there are bits.
  public init(vocabularySize: Int, matrix: BitMatrix, offset: UInt64 = 0) throws(TokenizerError) {
    try self.init(vocabularySize, bits: matrix.size, matrix: matrix, offset: offset)
  }

  private init(_ vocabularySize: Int, bits: Int?, matrix: BitMatrix?, offset: UInt64)
    throws(TokenizerError)
  {
    let bits = bits ?? Self.bitsNeeded(vocabularySize)
    try Self.check(bits)
    guard vocabularySize >= 1, vocabularySize <= 1 << 31 else {
      throw .wrongLength(asked: vocabularySize, reason: "a vocabulary has from 1 to 2^31 ids")
    }
    (self.vocabularySize, self.bits, self.matrix) = (vocabularySize, bits, matrix)
    self.offset = offset & BitMatrix.mask(bits)
  }

  private static func check(_ bits: Int) throws(TokenizerError) {
    guard (1...62).contains(bits) else {
      throw .wrongLength(asked: bits, reason: "a code has from 1 to 62 bits")
    }
  }

  /// The code of an id, computed from it alone: O(bits).
  ///
  /// - Throws: ``TokenizerError/idOutsideVocabulary(id:position:size:)``.
  public func code(of id: Int32) throws(TokenizerError) -> UInt64 {
    guard id >= 0, Int(id) < vocabularySize else {
      throw .idOutsideVocabulary(id: id, position: 0, size: vocabularySize)
    }
    let digits = UInt64(id) & BitMatrix.mask(bits)
    return (matrix?.times(digits) ?? digits) ^ offset
  }

  /// The id of a code; nil where the matrix cannot be undone, ids share codes, or no id has it.
  public func id(of code: UInt64) -> Int32? {
    guard let inverse = matrix.map(\.inverse) ?? BitMatrix.identity(bits),
      bits >= Self.bitsNeeded(vocabularySize), code <= BitMatrix.mask(bits)
    else { return nil }
    let id = inverse.times(code ^ offset)
    return id < UInt64(vocabularySize) ? Int32(exactly: id) : nil
  }

  /// All codes, `[vocabulary, bits]`, a byte a bit.
  public func table() throws(TokenizerError) -> [UInt8] {
    var table: [UInt8] = []
    table.reserveCapacity(vocabularySize * bits)
    for id in 0..<vocabularySize {
      let code = try code(of: Int32(truncatingIfNeeded: id))
      for bit in 0..<bits { table.append(UInt8(truncatingIfNeeded: code >> UInt64(bit) & 1)) }
    }
    return table
  }

  /// Whether no two ids share a code: looked at, code by code.
  public func areUnique() throws(TokenizerError) -> Bool {
    var seen: Set<UInt64> = []
    for id in 0..<vocabularySize {
      if !seen.insert(try code(of: Int32(truncatingIfNeeded: id))).inserted { return false }
    }
    return true
  }
}
