import CZlib
import Testing

@testable import Tokenizers

@Suite("The size that gzip makes of a text") struct GzipSizeTests {
  /// As zlib's one-call interface does it, with gzip's own wrapping.
  private func whole(_ text: [UInt8]) -> Int {
    var stream = z_stream()
    deflateInit2_(
      &stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var (text, result) = (text, [UInt8](repeating: 0, count: 2 * text.count + 1000))
    let capacity = result.count
    return text.withUnsafeMutableBufferPointer { text in
      result.withUnsafeMutableBufferPointer { result in
        stream.next_in = text.baseAddress
        stream.avail_in = UInt32(text.count)
        stream.next_out = result.baseAddress
        stream.avail_out = UInt32(capacity)
        deflate(&stream, Z_FINISH)
        return capacity - Int(stream.avail_out)
      }
    }
  }

  private func text(_ count: Int) -> [UInt8] {
    var state: UInt32 = 7
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(ascii: "a") + UInt8(state >> 27)
    }
  }

  @Test("is that of a whole gzip file", arguments: [0, 1, 2, 100, 70_000, 300_000])
  func wrapped(count: Int) throws {
    let text = text(count)
    #expect(try GzipSize.bytes(of: text) == whole(text))
  }

  @Test("is small where the text was read before, as far back as 32 KiB")
  func dictionary() throws {
    let text = text(20_000)
    let alone = try GzipSize.bytes(of: text)
    #expect(try GzipSize.bytes(of: text, dictionary: text) < alone / 20)
    let far = text + [UInt8](repeating: 0, count: 40_000)
    #expect(try GzipSize.bytes(of: text, dictionary: far) == alone)
  }
}
