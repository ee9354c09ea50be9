import Testing

@testable import Tokenizers

@Suite("Codes of token ids") struct TokenCodesTests {
  /// A small generator (S. Vigna's splitmix64), so that draws are the same everywhere.
  static func words(_ seed: UInt64) -> () -> UInt64 {
    var state = seed
    return {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// The matrix as bits, multiplied the long way.
  static func product(_ matrix: BitMatrix, _ bits: [Int]) -> [Int] {
    (0..<matrix.size).map { row in
      (0..<matrix.size).reduce(0) {
        $0 ^ (Int(matrix.rows[row] >> UInt64($1) & 1) & bits[$1])
      }
    }
  }

  static func bits(_ word: UInt64, _ count: Int) -> [Int] {
    (0..<count).map { Int(word >> UInt64($0) & 1) }
  }

  @Test("the least number of bits that tells all ids apart")
  func bitsNeeded() {
    let expected = [1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 256: 8, 257: 9, 65536: 16, 65537: 17]
    for (size, bits) in expected { #expect(TokenCodes.bitsNeeded(size) == bits, "\(size)") }
  }

  @Test("binary codes are the digits, without one shared", arguments: [2, 5, 256, 1000])
  func binary(size: Int) throws {
    let codes = try TokenCodes(vocabularySize: size)
    let table = try codes.table()
    for id in 0..<size {
      let row = Array(table[id * codes.bits..<(id + 1) * codes.bits])
      #expect(row.enumerated().reduce(0) { $0 + Int($1.element) << $1.offset } == id)
      #expect(codes.id(of: try codes.code(of: Int32(id))) == Int32(id))
    }
    #expect(try codes.areUnique())
  }

  @Test(
    "affine codes: full rank, undone, and the long way round",
    arguments: 1...12 as ClosedRange<UInt64>)
  func affine(seed: UInt64) throws {
    let size = 200 + Int(seed) * 37
    let codes = try TokenCodes(affine: size, words: Self.words(seed))
    let matrix = try #require(codes.matrix)
    let inverse = try #require(matrix.inverse)
    #expect(matrix.rank == codes.bits)
    #expect(try codes.areUnique())
    for id in 0..<size {
      let digits = Self.bits(UInt64(id), codes.bits)
      let code = try codes.code(of: Int32(id))
      let expected = zip(Self.product(matrix, digits), Self.bits(codes.offset, codes.bits)).map(^)
      #expect(Self.bits(code, codes.bits) == expected)
      #expect(inverse.times(code ^ codes.offset) == UInt64(id))
      #expect(codes.id(of: code) == Int32(id))
    }
    // No other code has an id.
    var none = 0
    for code in 0..<UInt64(1) << UInt64(codes.bits) where codes.id(of: code) == nil { none += 1 }
    #expect(none == 1 << codes.bits - size)
  }

  @Test("the share of drawn matrices that can be undone is that of the theory")
  func acceptance() {
    let words = Self.words(5)
    let accepted = (0..<2000).count { _ in
      BitMatrix(rows: (0..<16).map { _ in words() }).rank == 16
    }
    // The product of 1 - 2^-i.
    #expect(abs(Double(accepted) / 2000 - 0.2888) < 0.04)
  }

  @Test("rank and inverse agree with products", arguments: 1...40 as ClosedRange<UInt64>)
  func inverses(seed: UInt64) {
    let words = Self.words(seed)
    let size = 1 + Int(seed % 9)
    let matrix = BitMatrix(rows: (0..<size).map { _ in words() })
    // Full rank: no two inputs have one image.
    let images = Set((0..<UInt64(1) << UInt64(size)).map(matrix.times))
    #expect(images.count == 1 << matrix.rank)
    guard let inverse = matrix.inverse else {
      #expect(matrix.rank < size)
      return
    }
    #expect(matrix.rank == size)
    for x in 0..<UInt64(1) << UInt64(size) { #expect(inverse.times(matrix.times(x)) == x) }
  }

  @Test("a permutation of bits keeps all distances")
  func permutation() throws {
    let permutation = [3, 0, 4, 1, 2]
    let matrix = BitMatrix(rows: permutation.map { 1 << UInt64($0) })
    let codes = try TokenCodes(vocabularySize: 32, matrix: matrix, offset: 9)
    for a in 0..<32 as Range<Int32> {
      for b in 0..<32 as Range<Int32> {
        let distance = (try codes.code(of: a) ^ codes.code(of: b)).nonzeroBitCount
        #expect(distance == (a ^ b).nonzeroBitCount)
      }
    }
  }

  @Test("with a bit too few, ids collide in pairs")
  func collisions() throws {
    let codes = try TokenCodes(vocabularySize: 256, bits: 7)
    #expect(try !codes.areUnique())
    for id in 0..<128 as Range<Int32> {
      #expect(try codes.code(of: id) == codes.code(of: id + 128))
    }
    #expect(codes.id(of: 5) == nil)
    let affine = try TokenCodes(affine: 256, bits: 7, words: Self.words(1))
    #expect(Set(try (0..<256).map { try affine.code(of: $0) }).count == 128)
  }

  @Test("what cannot be is refused")
  func refused() {
    #expect(throws: TokenizerError.self) { try TokenCodes(vocabularySize: 0) }
    #expect(throws: TokenizerError.self) { try TokenCodes(vocabularySize: 4, bits: 0) }
    #expect(throws: TokenizerError.self) { try TokenCodes(affine: 4, bits: 63, words: { 0 }) }
    for id in [-1, 4] as [Int32] {
      #expect(throws: TokenizerError.idOutsideVocabulary(id: id, position: 0, size: 4)) {
        try TokenCodes(vocabularySize: 4).code(of: id)
      }
    }
  }
}
