import CZlib
import Files

/// Files that are compressed by gzip (RFC 1952), or not.
enum GzipFile {
  /// The content of a file, decompressed if it is gzip.
  ///
  /// - Parameter limit: the most bytes that are given out; a small file can claim to be huge.
  static func bytes(at path: String, limit: Int) throws(TokenizerError) -> [UInt8] {
    var packed: [UInt8]
    do { packed = try FileContents.bytes(at: path, limit: limit) } catch { throw .file(error) }
    guard packed.starts(with: [0x1F, 0x8B]) else { return packed }
    func fail(_ reason: String) -> TokenizerError {
      .malformed(path: path, place: "the gzip stream", reason: reason)
    }
    var stream = z_stream()
    // 15 bits of window, and 16 more for the gzip header.
    guard
      inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw fail("zlib cannot be used") }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var status = Z_OK
    packed.withUnsafeMutableBufferPointer { packed in
      stream.next_in = packed.baseAddress
      stream.avail_in = UInt32(packed.count)
      while status == Z_OK, result.count <= limit {
        chunk.withUnsafeMutableBufferPointer { chunk in
          stream.next_out = chunk.baseAddress
          stream.avail_out = UInt32(chunk.count)
          status = inflate(&stream, Z_NO_FLUSH)
          result.append(contentsOf: chunk[..<(chunk.count - Int(stream.avail_out))])
        }
      }
    }
    if result.count > limit { throw fail("it has more than \(limit) bytes") }
    guard status == Z_STREAM_END else { throw fail("it is damaged or cut short") }
    return result
  }
}
