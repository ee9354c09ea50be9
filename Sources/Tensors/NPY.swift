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
  /// f2, f4, f8, i1, i4, u1 and bool stay what they are; i2 and u2 become i32, as do i8, u4 and u8 where
  /// all values fit. Both byte orders and both axis orders are taken.
  public static func decode(_ bytes: [UInt8], path: String) throws(TensorError) -> Tensor {
    var reader = NPYHeaderReader(bytes, path: path)
    let header = try reader.header()
    let dataCount = try header.byteCount(path: path)
    let found = bytes.count - header.dataStart
    guard found == dataCount else {
      throw .malformed(
        path: path, byte: header.dataStart,
        reason: "the shape \(header.shape) of \(header.kind) needs \(dataCount) bytes, "
          + "\(found) are there")
    }
    let shape = header.isFortran ? header.shape.reversed() : header.shape
    let tensor = try elements(bytes, header, shape, path)
    return header.isFortran ? try tensor.transposed() : tensor
  }

  /// The file of a tensor: version 1, little endian, row-major.
  ///
  /// - Throws: ``TensorError/elementType(operation:found:needed:)`` for bf16, which the format lacks.
  public static func encode(_ tensor: Tensor) throws(TensorError) -> [UInt8] {
    let kind: String
    switch tensor.elementType {
    case .f32: kind = "<f4"
    case .f64: kind = "<f8"
    case .f16: kind = "<f2"
    case .bf16:
      throw .elementType(
        operation: "an .npy file", found: .bf16, needed: "a type that NumPy has, such as f32")
    case .i32: kind = "<i4"
    case .i8: kind = "|i1"
    case .u8: kind = "|u1"
    case .bool: kind = "|b1"
    }
    let extents = tensor.shape.map(String.init).joined(separator: ", ")
    let shape = tensor.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var header = Array(
      "{'descr': '\(kind)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // The elements start at a multiple of 64, after a line end.
    let padding = 64 - (magic.count + 4 + header.count + 1) % 64
    header += [UInt8](repeating: UInt8(ascii: " "), count: padding % 64) + [UInt8(ascii: "\n")]
    var bytes = magic + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)] + header
    let whole = try tensor.contiguous()
    defer { withExtendedLifetime(whole) {} }
    let width = whole.elementType.byteCount
    // Little endian as the file is: every machine that this runs on.
    bytes += UnsafeRawBufferPointer(
      start: whole.buffer.memory + whole.offset * width, count: whole.count * width)
    return bytes
  }

  private static func elements(
    _ bytes: [UInt8], _ header: NPYHeader, _ shape: [Int], _ path: String
  ) throws(TensorError) -> Tensor {
    /// The elements as `convert` makes them of the file's bits.
    func read<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable, T: TensorElement>(
      _: Bits.Type, _ convert: (Bits) -> T?
    ) throws(TensorError) -> Tensor {
      try .making(shape, of: T.self) { out throws(TensorError) in
        for index in 0..<(bytes.count - header.dataStart) / header.width {
          let place = header.dataStart + index * header.width
          let raw = bytes.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: place, as: Bits.self)
          }
          let bits = header.isBigEndian ? Bits(bigEndian: raw) : Bits(littleEndian: raw)
          guard let element = convert(bits) else {
            let reason = T.self == Bool.self ? "\(bits) is not a bool" : "a number does not fit i32"
            throw .malformed(path: path, byte: place, reason: reason)
          }
          (out + index).initialize(to: element)
        }
      }
    }
    switch header.kind {
    case "f2": return try read(UInt16.self) { Binary16(bits: $0) }
    case "f4": return try read(UInt32.self) { Float(bitPattern: $0) }
    case "f8": return try read(UInt64.self) { Double(bitPattern: $0) }
    case "i1": return try read(UInt8.self) { Int8(bitPattern: $0) }
    case "i2": return try read(UInt16.self) { Int32(Int16(bitPattern: $0)) }
    case "i4": return try read(UInt32.self) { Int32(bitPattern: $0) }
    case "i8": return try read(UInt64.self) { Int32(exactly: Int64(bitPattern: $0)) }
    case "u1": return try read(UInt8.self) { $0 }
    case "u2": return try read(UInt16.self) { Int32($0) }
    case "u4": return try read(UInt32.self) { Int32(exactly: $0) }
    case "u8": return try read(UInt64.self) { Int32(exactly: $0) }
    default: return try read(UInt8.self) { $0 > 1 ? nil : $0 == 1 }
    }
  }
}
