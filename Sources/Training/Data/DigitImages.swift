import Files
import Tensors

/// Small pictures of handwritten digits with their classes (E. Alpaydin and C. Kaynak, UCI, 1998).
public struct DigitImages: Sendable, Equatable {
  public static let side = 8
  /// The darkest ink.
  public static let largest = 16

  /// 64 a picture, row by row, each 0 to ``largest``.
  public let pixels: [UInt8]
  public let labels: [UInt8]

  public var count: Int { labels.count }

  /// Reads lines of 64 numbers from 0 to 16 and a class from 0 to 9, parted by commas.
  ///
  /// - Throws: ``TrainingError/file(_:)`` with the byte where a line is wrong.
  public init(path: String) throws(TrainingError) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileContents.bytes(at: path, limit: 1 << 28) } catch {
      throw .file(error)
    }
    try self.init(bytes, path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(TrainingError) {
    let inputs = Self.side * Self.side
    var (pixels, labels): ([UInt8], [UInt8]) = ([], [])
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      func fail(_ reason: String) -> TrainingError {
        .file(.malformed(path: path, byte: line.startIndex, reason: reason))
      }
      let fields = line.filter { $0 != UInt8(ascii: "\r") }
        .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard fields.count == inputs + 1 else {
        throw fail("the line has \(fields.count) numbers, not \(inputs + 1)")
      }
      for (place, field) in fields.enumerated() {
        let most = place == inputs ? 9 : Self.largest
        guard let value = Int(String(decoding: field, as: UTF8.self)), (0...most).contains(value)
        else { throw fail("number \(place + 1) is not from 0 to \(most)") }
        if place == inputs {
          labels.append(UInt8(clamping: value))
        } else {
          pixels.append(UInt8(clamping: value))
        }
      }
    }
    (self.pixels, self.labels) = (pixels, labels)
  }

  /// The first pictures as numbers from 0 to 1, `[count, 8, 8]`.
  public func images(first count: Int) throws(TrainingError) -> Tensor {
    let count = min(max(count, 0), self.count)
    let scale = 1 / Float(Self.largest)
    do throws(TensorError) {
      return try Tensor(
        pixels.prefix(count * Self.side * Self.side).map { Float($0) * scale },
        shape: [count, Self.side, Self.side])
    } catch { throw TrainingError(cause: error) }
  }
}
