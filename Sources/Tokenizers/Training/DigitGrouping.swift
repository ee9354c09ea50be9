/// How a run of digits (`\p{N}`) is cut into groups, apart from the text around it.
///
/// Right to left in threes, a number's groups are thousands, whatever its length: 8|302|080 rather
/// than 830|208|0 (Singh and Strouse, arXiv 2402.14903).
public enum DigitGrouping: Sendable, Equatable {
  case single
  case leftToRight(Int)
  case rightToLeft(Int)

  private var size: Int {
    switch self {
    case .single: 1
    case .leftToRight(let size), .rightToLeft(let size): max(1, size)
    }
  }

  /// A regular expression that matches one group.
  var pattern: String {
    switch self {
    case .single: #"\p{N}"#
    case .leftToRight: "\\p{N}{1,\(size)}"
    case .rightToLeft: "\\p{N}{1,\(size)}(?=(?:\\p{N}{\(size)})*(?!\\p{N}))"
    }
  }

  /// Calls `body` with the start and end of each group of digits and each run of other text.
  ///
  /// - Complexity: linear in the text's length.
  @inline(__always)
  func forEachPiece<Failure: Error>(
    of bytes: UnsafePointer<UInt8>, count: Int,
    _ body: (_ start: Int, _ end: Int) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    while start < count {
      let end = PreTokenizer.endOfDigits(bytes, from: start, count: count, individual: false)
      let (scalar, _) = UTF8Reader.scalar(bytes, start, count)
      if CharacterClasses.shared.flags(scalar) & CharacterClasses.number == 0 {
        try body(start, end)
        start = end
        continue
      }
      var group = size
      if case .rightToLeft = self {
        var digits = 0
        var place = start
        while place < end {
          place += UTF8Reader.scalar(bytes, place, count).length
          digits += 1
        }
        if digits % size > 0 { group = digits % size }
      }
      while start < end {
        var place = start
        var taken = 0
        while taken < group && place < end {
          place += UTF8Reader.scalar(bytes, place, count).length
          taken += 1
        }
        try body(start, place)
        start = place
        group = size
      }
    }
  }
}

extension DigitGrouping: CustomStringConvertible {
  public var description: String {
    switch self {
    case .single: "single digits"
    case .leftToRight(let size): "digits in groups of \(size) from the left"
    case .rightToLeft(let size): "digits in groups of \(size) from the right"
    }
  }
}
