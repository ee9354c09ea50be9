import Kernels
import Tensors

/// Little-endian numbers of a weight file as f32, whatever their type.
enum ElementDecoder {
  case f32, f64, f16, bf16, i8, i16, i32, i64
  case blocks(BlockFormat)

  /// The numbers in `bytes`: 16-bit floats widened and blocks dequantised exactly, the wider types
  /// rounded to the nearest f32.
  func floats(_ bytes: [UInt8]) throws(ModelError) -> [Float] {
    switch self {
    case .f32: return Self.map(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case .f64: return Self.map(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f16: return HalfFormat.f16.widening(Self.words(bytes))
    case .bf16: return HalfFormat.bf16.widening(Self.words(bytes))
    case .i8: return bytes.map { Float(Int8(bitPattern: $0)) }
    case .i16: return Self.map(bytes) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case .i32: return Self.map(bytes) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case .i64: return Self.map(bytes) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
    case .blocks(let format):
      do throws(KernelError) { return try format.dequantizing(bytes) } catch {
        throw ModelError(error)
      }
    }
  }

  private static func words(_ bytes: [UInt8]) -> [UInt16] {
    bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 2).map {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
      }
    }
  }

  private static func map<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: [UInt8], _ body: (Bits) -> Float
  ) -> [Float] {
    let size = MemoryLayout<Bits>.size
    return bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map {
        body(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self)))
      }
    }
  }
}
