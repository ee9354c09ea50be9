/// A part of a text between two stages of its cutting, with the place that each of its bytes comes
/// from.
struct PlacedText {
  let bytes: [UInt8]
  /// For every byte, and for the end, where it stands in the text before any stage.
  private let origins: [Int]
  private let startsText: Bool

  init(_ bytes: [UInt8], at start: Int, startsText: Bool) {
    self.init(bytes, origins: Array(start...start + bytes.count), startsText: startsText)
  }

  private init(_ bytes: [UInt8], origins: [Int], startsText: Bool) {
    (self.bytes, self.origins, self.startsText) = (bytes, origins, startsText)
  }

  /// The part's bytes in the text before any stage.
  var place: Range<Int> { origins[0]..<origins[bytes.count] }

  /// The parts that a stage makes of this one, which is not empty.
  func cut(by stage: PreTokenizer.Stage) throws(EncodingFailure) -> [PlacedText] {
    let cut = try bytes.withUnsafeBufferPointer { (bytes) throws(EncodingFailure) in
      try stage.cut(bytes, startsText: startsText)
    }
    let text = cut.text ?? bytes
    let origins = cut.text == nil ? origins : origins(of: text, after: stage)
    return cut.pieces.filter { !$0.isEmpty }.map { piece in
      PlacedText(
        Array(text[piece]), origins: Array(origins[piece.lowerBound...piece.upperBound]),
        startsText: startsText && piece.lowerBound == 0)
    }
  }

  /// Where the bytes of a text come from that a stage put in this one's place.
  private func origins(of text: [UInt8], after stage: PreTokenizer.Stage) -> [Int] {
    /// How many bytes each of the old ones became.
    let widths: [Int] =
      switch stage {
      case .byteLevel: bytes.map { ByteAlphabet.scalars[Int($0)].value < 0x80 ? 1 : 2 }
      case .metaspace(let metaspace):
        bytes.map { $0 == UInt8(ascii: " ") ? metaspace.mark.count : 1 }
      default: bytes.map { _ in 1 }
      }
    // What was put before the text stands where it starts.
    var result = [Int](repeating: origins[0], count: text.count - widths.reduce(0, +))
    for (index, width) in widths.enumerated() {
      result += [Int](repeating: origins[index], count: width)
    }
    return result + [origins[bytes.count]]
  }
}
