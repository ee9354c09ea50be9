import Files
import Kernels

/// Writes tensors as a safetensors file (github.com/huggingface/safetensors) that ``SafetensorsFile``
/// and other software read.
///
/// ```
/// header length (8 bytes)  header (JSON: name → dtype, shape, data_offsets)  data
/// ```
/// Tensors stand in the order given, without gaps; the header is padded with blanks to a multiple of 8.
public struct SafetensorsWriter: Sendable {
  /// How numbers are stored.
  public enum NumberFormat: String, Sendable {
    /// Rounded to nearest, ties to even.
    case f16 = "F16"
    /// Rounded to nearest, ties to even.
    case bf16 = "BF16"
    case f32 = "F32"

    var byteCount: Int { self == .f32 ? 4 : 2 }

    var half: HalfFormat? {
      switch self {
      case .f16: .f16
      case .bf16: .bf16
      case .f32: nil
      }
    }

    /// Numbers as they stand in the file, or the first that is finite and would become infinite.
    func encoding(_ values: [Float]) throws(TooLarge) -> [UInt8] {
      guard let half else {
        return Self.bytes(values) { $0.bitPattern }
      }
      let bits = half.narrowing(values)
      let infinite = half.narrowing([.infinity]).first ?? 0
      for (value, bits) in zip(values, bits) where bits & 0x7FFF == infinite && value.isFinite {
        throw TooLarge(value: value)
      }
      return Self.bytes(bits) { $0 }
    }

    private static func bytes<Element, Word: FixedWidthInteger>(
      _ values: [Element], _ word: (Element) -> Word
    ) -> [UInt8] {
      let size = MemoryLayout<Word>.size
      return [UInt8](unsafeUninitializedCapacity: values.count * size) { out, count in
        for (index, value) in values.enumerated() {
          UnsafeMutableRawPointer(out.baseAddress.map { $0 + index * size })?.storeBytes(
            of: word(value).littleEndian, as: Word.self)
        }
        count = values.count * size
      }
    }
  }

  /// A number that is finite and too large for a format.
  struct TooLarge: Error {
    let value: Float
  }

  struct Entry {
    let name: String
    let format: NumberFormat
    let shape: [Int]
    let range: Range<Int>
  }

  private var entries: [Entry] = []
  private var names: Set<String> = []
  private var data: [UInt8] = []
  private let metadata: [(key: String, value: String)]

  /// - Parameter metadata: texts for the header's `__metadata__`: what made the file.
  public init(metadata: [(key: String, value: String)] = []) { self.metadata = metadata }

  /// Adds a tensor.
  ///
  /// - Parameters:
  ///   - values: as many as the shape asks for, row-major.
  /// - Throws: ``ModelError/malformed(path:field:reason:)`` for another number of values, a name
  ///   that is there already, and a value that is finite but becomes infinite as f16.
  public mutating func add(
    _ name: String, shape: [Int], values: some Collection<Float>, format: NumberFormat = .f32
  ) throws(ModelError) {
    func fail(_ reason: String) throws(ModelError) -> Never {
      throw .malformed(path: "model.safetensors", field: name, reason: reason)
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if extent < 0 || overflow { try fail("the shape \(shape) cannot be") }
      count = product
    }
    if count != values.count { try fail("\(values.count) values do not fill the shape \(shape)") }
    if name == "__metadata__" || names.contains(name) {
      try fail("the name is taken")
    }
    let start = data.count
    do throws(TooLarge) { data += try format.encoding(Array(values)) } catch {
      try fail("\(error.value) is too large for \(format.rawValue.lowercased())")
    }
    entries.append(Entry(name: name, format: format, shape: shape, range: start..<data.count))
    names.insert(name)
  }

  /// The file's bytes.
  public func bytes() -> [UInt8] { Self.header(entries, metadata: metadata) + data }

  /// The header's length and the header.
  static func header(_ entries: [Entry], metadata: [(key: String, value: String)]) -> [UInt8] {
    var members: [JSON.Member] = []
    if !metadata.isEmpty {
      members.append(
        .init("__metadata__", .object(metadata.map { .init($0.key, .string($0.value)) })))
    }
    for entry in entries {
      members.append(
        .init(
          entry.name,
          .object([
            .init("dtype", .string(entry.format.rawValue)),
            .init("shape", .array(entry.shape.map(JSON.integer))),
            .init(
              "data_offsets",
              .array([.integer(entry.range.lowerBound), .integer(entry.range.upperBound)])),
          ])))
    }
    var header = Array(JSON.object(members).text().utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
  }

  /// Writes the file whole or not at all.
  public func write(to path: String) throws(ModelError) {
    do throws(FileError) { try DurableFile.replace(path, with: bytes()) } catch {
      throw .file(error)
    }
  }

  /// The nearest IEEE binary16, ties to even; all NaNs become 7e00.
  public static func binary16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = value.magnitude
    if value.isNaN { return sign | 0x7E00 }
    // Half a step above the largest number is a tie, and goes to infinity.
    if magnitude >= 65_520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      // Subnormal: a multiple of 2⁻²⁴; the scaling is exact, so there is one rounding.
      return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    // Ties to even on the bits that stay; a carry goes on into the exponent, as it should.
    let kept = (bits & 0x7FFF_FFFF) - (112 << 23)
    return sign | UInt16((kept + 0xFFF + (kept >> 13 & 1)) >> 13)
  }
}
