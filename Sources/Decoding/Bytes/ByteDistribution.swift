/// A model of byte strings: of what comes next after any bytes.
///
/// Models of bytes, of tokens seen byte by byte (``ByteModel``), and means of several
/// (``ByteEnsemble``) are one thing to whoever draws bytes or measures a text.
public protocol ByteDistribution: Sendable {
  var name: String { get }

  /// The state behind a prompt, which may end anywhere, also inside a word or a character.
  func start(_ prompt: [UInt8]) throws(DecodingError) -> any ByteState
}

/// What a byte model knows of one byte string; a copy goes its own way.
public protocol ByteState: Sendable {
  /// The probability of each of the 256 bytes as the next one, and of the text's end (256): 257
  /// numbers whose sum is 1.
  mutating func next() throws(DecodingError) -> [Double]

  /// Takes one more byte.
  ///
  /// - Throws: ``DecodingError/impossibleByte(byte:place:model:)`` for one of probability 0.
  mutating func advance(_ byte: UInt8) throws(DecodingError)
}

/// The 257 things that may come next in a byte string.
public enum NextByte {
  /// Where ``ByteState/next()`` has the end of the text.
  public static let end = 256
  public static let count = 257
}
