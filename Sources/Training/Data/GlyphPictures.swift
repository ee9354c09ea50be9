import Tensors

/// Generated pictures of digits, 8 by 8: shapes of 5 by 7 squares, moved, slanted, blurred and with noise, for
/// where no real ones are installed.
public struct GlyphPictures: Sendable {
  public static let side = 8
  public let seed: UInt64
  /// The deviation of the noise on each pixel, of ink from 0 to 1.
  public let noise: Double

  public init(seed: UInt64, noise: Double = 0.15) { (self.seed, self.noise) = (seed, noise) }

  /// A picture and its digit: a function of the seed and the number.
  public func picture(_ number: Int) -> (pixels: [Float], label: Int) {
    var stream = RandomStream(seed: seed, path: ["glyphs", String(number)])
    let label = stream.int(below: 10)
    let rows = Self.shapes[label]
    // Where the shape's middle stands, how far it slants, how large it is.
    let (x0, y0) = (3.5 + stream.uniform() * 2 - 1, 3.5 + stream.uniform() - 0.5)
    let slant = (stream.uniform() - 0.5) * 0.5
    let (wide, high) = (0.85 + stream.uniform() * 0.4, 0.9 + stream.uniform() * 0.2)
    let ink = 0.7 + stream.uniform() * 0.3
    /// Ink at a place of the shape, between its squares as bilinear interpolation has it.
    func shape(_ x: Double, _ y: Double) -> Double {
      var sum = 0.0
      for (dx, dy) in [(0.0, 0.0), (1, 0), (0, 1), (1, 1)] {
        let (column, row) = (x.rounded(.down) + dx, y.rounded(.down) + dy)
        guard (0..<5).contains(column), (0..<7).contains(row) else { continue }
        if rows[Int(row)] >> (4 - Int(column)) & 1 == 1 {
          sum += (1 - abs(x - column)) * (1 - abs(y - row))
        }
      }
      return sum
    }
    var pixels: [Float] = []
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let down = (Double(y) - y0) / high
        let across = (Double(x) - x0 + slant * down) / wide
        let value = ink * shape(across + 2, down + 3) + noise * stream.normal()
        pixels.append(Float(min(max(value, 0), 1)))
      }
    }
    return (pixels, label)
  }

  /// The first pictures, `[count, 8, 8]`, and their digits.
  public func pictures(_ count: Int) throws(TrainingError) -> (images: Tensor, labels: [Int]) {
    var (pixels, labels): ([Float], [Int]) = ([], [])
    for number in 0..<max(count, 0) {
      try TrainingError.poll()
      let picture = picture(number)
      pixels += picture.pixels
      labels.append(picture.label)
    }
    do throws(TensorError) {
      return (try Tensor(pixels, shape: [labels.count, Self.side, Self.side]), labels)
    } catch { throw TrainingError(cause: error) }
  }

  /// Seven rows of five squares, the leftmost the highest bit.
  private static let shapes: [[UInt8]] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
  ]
}
