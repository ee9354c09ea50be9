import Files

/// NumPy's array file, `.npy`, versions 1 to 3 (numpy.lib.format).
///
/// ```
/// 93 'N' 'U' 'M' 'P' 'Y'  major minor  header length (2 or 4 bytes)  header  elements
/// ```
/// The header is a Python dictionary of `descr`, `fortran_order` and `shape`, checked completely
/// before an element is read; the file must end where the elements do.
public enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads a tensor.
  ///
  /// f2 becomes f32; i1, i2, u2 become i32, as do i4, i8, u4 and u8 where all values fit; f4, f8, u1 and
  /// bool stay. Both byte orders and both axis orders are taken.
  public static func decode(_ bytes: [UInt8], path: String) throws(TensorError) -> Tensor {
    var reader = NPYHeaderReader(bytes, path: path)
    let header = try reader.header()
    let (count, dataCount) = try header.sizes(path: path)
    let found = bytes.count - header.dataStart
    guard found == dataCount else {
      throw .malformed(
        path: path, byte: header.dataStart,
        reason: "the shape \(header.shape) of \(header.kind) needs \(dataCount) bytes, "
          + "\(found) are there")
    }
    let storage = try elements(bytes, header, count, path)
    let tensor = Tensor(
      unchecked: storage, shape: header.isFortran ? header.shape.reversed() : header.shape)
    return header.isFortran ? try tensor.transposed() : tensor
  }

  /// The file of a tensor: version 1, little endian, row-major.
  public static func encode(_ tensor: Tensor) -> [UInt8] {
    let kind =
      switch tensor.elementType {
      case .f32: "<f4"
      case .f64: "<f8"
      case .i32: "<i4"
      case .u8: "|u1"
      case .bool: "|b1"
      }
    let extents = tensor.shape.map(String.init).joined(separator: ", ")
    let shape = tensor.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var header = Array(
      "{'descr': '\(kind)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // The elements start at a multiple of 64, after a line end.
    let padding = 64 - (magic.count + 4 + header.count + 1) % 64
    header += [UInt8](repeating: UInt8(ascii: " "), count: padding % 64) + [UInt8(ascii: "\n")]
    var bytes = magic + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)] + header
    bytes.reserveCapacity(bytes.count + tensor.count * tensor.elementType.byteCount)
    switch tensor.storage {
    case .f32(let values): values.forEach { append($0.bitPattern, to: &bytes) }
    case .f64(let values): values.forEach { append($0.bitPattern, to: &bytes) }
    case .i32(let values): values.forEach { append(UInt32(bitPattern: $0), to: &bytes) }
    case .u8(let values): bytes += values
    case .bool(let values): bytes += values.map { $0 ? 1 : 0 }
    }
    return bytes
  }

  private static func append<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func elements(
    _ bytes: [UInt8], _ header: NPYHeader, _ count: Int, _ path: String
  ) throws(TensorError) -> TensorStorage {
    let start = header.dataStart
    func bits<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) -> [T] {
      let width = T.bitWidth / 8
      return bytes.withUnsafeBytes { raw in
        (0..<count).map { index in
          let value = raw.loadUnaligned(fromByteOffset: start + index * width, as: T.self)
          return header.isBigEndian ? T(bigEndian: value) : T(littleEndian: value)
        }
      }
    }
    func narrow<T: FixedWidthInteger>(_ values: [T]) throws(TensorError) -> TensorStorage {
      var result: [Int32] = []
      result.reserveCapacity(count)
      for (index, value) in values.enumerated() {
        guard let fitting = Int32(exactly: value) else {
          throw .malformed(
            path: path, byte: start + index * header.width, reason: "\(value) does not fit i32")
        }
        result.append(fitting)
      }
      return .i32(result)
    }
    switch header.kind {
    case "f2": return .f32(bits(UInt16.self).map { HalfPrecision.float(fromBinary16: $0) })
    case "f4": return .f32(bits(UInt32.self).map { Float(bitPattern: $0) })
    case "f8": return .f64(bits(UInt64.self).map { Double(bitPattern: $0) })
    case "i1": return .i32(bits(UInt8.self).map { Int32(Int8(bitPattern: $0)) })
    case "i2": return .i32(bits(UInt16.self).map { Int32(Int16(bitPattern: $0)) })
    case "i4": return .i32(bits(UInt32.self).map { Int32(bitPattern: $0) })
    case "i8": return try narrow(bits(UInt64.self).map { Int64(bitPattern: $0) })
    case "u2": return .i32(bits(UInt16.self).map { Int32($0) })
    case "u4": return try narrow(bits(UInt32.self))
    case "u8": return try narrow(bits(UInt64.self))
    case "u1": return .u8(Array(bytes[start...]))
    default:
      if let wrong = bytes[start...].firstIndex(where: { $0 > 1 }) {
        throw .malformed(path: path, byte: wrong, reason: "\(bytes[wrong]) is not a bool")
      }
      return .bool(bytes[start...].map { $0 == 1 })
    }
  }
}
