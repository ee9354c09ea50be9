import CDigest

/// A SHA-256 digest (FIPS 180-4) that is fed piece by piece.
public struct Digest {
  private var context = sha256_context()

  public init() { sha256_begin(&context) }

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    sha256_add(&context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  public mutating func add(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { add($0) }
  }

  /// Adds a text and its length, so that two neighbouring fields never run together.
  public mutating func add(field text: String) {
    let bytes = Array(text.utf8)
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { add($0) }
    add(bytes)
  }

  /// The digest of all that was added, as 64 hexadecimal digits.
  public consuming func hexadecimal() -> String {
    var result = [UInt8](repeating: 0, count: 32)
    sha256_end(&context, &result)
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: result.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  public static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = Digest()
    digest.add(bytes)
    return digest.hexadecimal()
  }

  public static func hexadecimal(of text: String) -> String { hexadecimal(of: Array(text.utf8)) }

  /// The digest of a file's content.
  public static func hexadecimal(ofFile path: String) throws(FileError) -> String {
    let file = try MappedFile(path: path)
    // A pseudo-file has content, but nothing to map.
    if file.count == 0 { return hexadecimal(of: try FileContents.bytes(at: path)) }
    var digest = Digest()
    digest.add(file.bytes)
    return digest.hexadecimal()
  }
}
