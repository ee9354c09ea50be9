import CZlib

/// How many bytes gzip needs for a text: what a compressor without training makes of it.
public enum GzipSize {
  /// The bytes of a gzip file's header and check sum (RFC 1952, 2.3).
  static let wrapping = 18
  /// The most bytes that are compressed at once.
  static let limit = 1 << 30

  /// The bytes of a gzip file of `text`, packed as tightly as zlib can.
  ///
  /// - Parameter dictionary: text that is taken as read before; of it the last 32 KiB count, for DEFLATE
  ///   looks no further back (RFC 1951).
  /// - Throws: ``TokenizerError/textTooLong(bytes:limit:)`` above a gibibyte.
  /// - Complexity: about 50 ns a byte; it cannot be interrupted.
  public static func bytes(of text: [UInt8], dictionary: [UInt8] = []) throws(TokenizerError) -> Int
  {
    guard text.count <= limit else { throw .textTooLong(bytes: text.count, limit: limit) }
    var stream = z_stream()
    // A negative window means no wrapping, which alone lets a dictionary be set.
    guard
      deflateInit2_(
        &stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      throw .malformed(path: "the text", place: "the gzip stream", reason: "zlib cannot be used")
    }
    defer { deflateEnd(&stream) }
    let known = Array(dictionary.suffix(1 << 15))
    if !known.isEmpty { deflateSetDictionary(&stream, known, UInt32(known.count)) }
    var text = text
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var size = 0
    text.withUnsafeMutableBufferPointer { text in
      stream.next_in = text.baseAddress
      stream.avail_in = UInt32(text.count)
      var status = Z_OK
      while status == Z_OK {
        chunk.withUnsafeMutableBufferPointer { chunk in
          stream.next_out = chunk.baseAddress
          stream.avail_out = UInt32(chunk.count)
          status = deflate(&stream, Z_FINISH)
          size += chunk.count - Int(stream.avail_out)
        }
      }
    }
    return size + wrapping
  }
}
