import Kernels
import Tensors

/// One element of a block by the format's description, number by number: w = (d scale) q + m minimum.
struct NaiveElement {
  var d: Float
  var scale = 1
  var q = 0
  /// What is multiplied with `minimum` and added; nil for types without.
  var m: Float?
  var minimum = 1

  /// - Parameter b: the bytes of a block.
  init(_ format: BlockFormat, _ b: [Int], _ e: Int) {
    func half(_ at: Int) -> Float {
      HalfPrecision.float(fromBinary16: UInt16(b[at] | b[at + 1] << 8))
    }
    func nibble(_ at: Int) -> Int { e < 16 ? b[at + e] & 15 : b[at + e - 16] >> 4 }
    func fifth(_ at: Int) -> Int { (b[at + e / 8] >> (e % 8) & 1) << 4 }
    func six(_ at: Int) -> (Int, Int) {
      let j = e / 32
      if j < 4 { return (b[at + j] & 63, b[at + j + 4] & 63) }
      return (
        b[at + j + 4] & 15 | (b[at + j - 4] >> 6) << 4, b[at + j + 4] >> 4 | (b[at + j] >> 6) << 4
      )
    }
    let (group, part, j) = (e / 128, e / 32 % 4, e % 32)
    switch format {
    case .q4x0: (d, q) = (half(0), nibble(2) - 8)
    case .q4x1: (d, m, q) = (half(0), half(2), nibble(4))
    case .q5x0: (d, q) = (half(0), (nibble(6) | fifth(2)) - 16)
    case .q5x1: (d, m, q) = (half(0), half(2), nibble(8) | fifth(4))
    case .q8x0: (d, q) = (half(0), Int(Int8(bitPattern: UInt8(b[2 + e]))))
    case .iq4NL:
      let codes = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
      (d, q) = (half(0), codes[nibble(2)])
    case .q2K:
      (d, m, q) = (half(80), -half(82), b[16 + group * 32 + j] >> (2 * part) & 3)
      (scale, minimum) = (b[e / 16] & 15, b[e / 16] >> 4)
    case .q3K:
      (d, q) = (half(108), b[32 + group * 32 + j] >> (2 * part) & 3)
      if b[j] >> (e / 32) & 1 == 0 { q -= 4 }
      let s = e / 16
      scale =
        (b[96 + s % 8] >> (4 * (s / 8)) & 15 | (b[104 + s % 4] >> (2 * (s / 4)) & 3) << 4) - 32
    case .q4K:
      (d, m, q) = (half(0), -half(2), b[16 + e / 64 * 32 + j] >> (4 * (e / 32 % 2)) & 15)
      (scale, minimum) = six(4)
    case .q5K:
      (d, m, q) = (half(0), -half(2), b[48 + e / 64 * 32 + j] >> (4 * (e / 32 % 2)) & 15)
      q |= (b[16 + j] >> (e / 32) & 1) << 4
      (scale, minimum) = six(4)
    case .q6K:
      (d, q) = (half(208), b[group * 64 + e % 64] >> (4 * (e / 64 % 2)) & 15)
      q = (q | (b[128 + group * 32 + j] >> (2 * part) & 3) << 4) - 32
      scale = Int(Int8(bitPattern: UInt8(b[192 + e / 16])))
    }
  }
}

/// 32 activations in 8 bits.
struct NaiveActivations {
  var d: Float
  var q: [Int]

  init(_ x: ArraySlice<Float>) {
    let largest = x.map(\.magnitude).max() ?? 0
    q = [Int](repeating: 0, count: 32)
    if !x.allSatisfy(\.isFinite) {
      d = .nan
    } else if largest < 0x1p-100 {
      d = 0
    } else {
      d = largest / 127
      q = x.map { Int(($0 * (127 / largest)).rounded(.toNearestOrEven)) }
    }
  }
}

/// The product by the contract's clause 7.
func naiveProduct(
  _ x: [Float], _ bytes: [UInt8], _ format: BlockFormat, inputs: Int, outputs: Int
) -> [Float] {
  let blocks = stride(from: 0, to: bytes.count, by: format.byteCount).map { start in
    let block = bytes[start..<start + format.byteCount].map(Int.init)
    return (0..<format.length).map { NaiveElement(format, block, $0) }
  }
  return (0..<x.count / inputs).flatMap { r in
    let activations = (0..<inputs / 32).map {
      NaiveActivations(x[(r * inputs + $0 * 32)...].prefix(32))
    }
    return (0..<outputs).map { o in
      var total: Float = 0
      for chunk in 0..<inputs / 32 {
        let block = blocks[o * (inputs / format.length) + chunk * 32 / format.length]
        let (first, a) = (chunk * 32 % format.length, activations[chunk])
        var (products, sums) = (0, 0)
        for i in 0..<32 {
          products += block[first + i].scale * block[first + i].q * a.q[i]
          sums += block[first + i].minimum * a.q[i]
        }
        total = total.addingProduct(block[0].d * a.d, Float(products))
        if let m = block[0].m { total = total.addingProduct(m * a.d, Float(sums)) }
      }
      return total + 0
    }
  }
}
