/// The extents of an attention: queries `[batches, queryRows, heads, width]`, keys
/// `[batches, keyRows, keyValueHeads, width]`, values `[batches, keyRows, keyValueHeads, valueWidth]`,
/// results `[batches, queryRows, heads, valueWidth]`, matrices `[batches, heads, queryRows, keyRows]`.
public struct AttentionShape: Hashable, Sendable {
  public let batches: Int
  public let queryRows: Int
  public let keyRows: Int
  public let heads: Int
  public let keyValueHeads: Int
  public let width: Int
  public let valueWidth: Int

  public let queryCount: Int
  public let keyCount: Int
  public let valueCount: Int
  public let resultCount: Int
  /// Of probabilities and scores.
  public let matrixCount: Int

  /// - Parameters:
  ///   - keyValueHeads: as `heads` unless given; neighbouring query heads share a key head.
  ///   - valueWidth: as `width` unless given.
  public init(
    batches: Int = 1, queryRows: Int, keyRows: Int, heads: Int, keyValueHeads: Int? = nil,
    width: Int, valueWidth: Int? = nil
  ) throws(KernelError) {
    (self.batches, self.queryRows, self.keyRows) = (batches, queryRows, keyRows)
    (self.heads, self.keyValueHeads) = (heads, keyValueHeads ?? heads)
    (self.width, self.valueWidth) = (width, valueWidth ?? width)
    for (name, extent, least) in [
      ("batches", batches, 0), ("query rows", queryRows, 0), ("key rows", keyRows, 0),
      ("heads", heads, 1), ("key heads", self.keyValueHeads, 1), ("width", width, 1),
      ("value width", self.valueWidth, 1),
    ] where extent < least {
      throw .size(kernel: "attention", argument: name, needed: least, found: extent)
    }
    guard heads % self.keyValueHeads == 0 else {
      throw .size(
        kernel: "attention", argument: "heads", needed: self.keyValueHeads, found: heads)
    }
    queryCount = try Self.count(batches, queryRows, heads, width)
    keyCount = try Self.count(batches, keyRows, self.keyValueHeads, width)
    valueCount = try Self.count(batches, keyRows, self.keyValueHeads, self.valueWidth)
    resultCount = try Self.count(batches, queryRows, heads, self.valueWidth)
    matrixCount = try Self.count(batches, heads, queryRows, keyRows)
  }

  /// The product of four extents, where an array of so many numbers can be.
  static func count(_ a: Int, _ b: Int, _ c: Int, _ d: Int) throws(KernelError) -> Int {
    if a == 0 || b == 0 || c == 0 || d == 0 { return 0 }
    var product = 16  // the largest number takes 8 bytes
    for extent in [a, b, c, d] {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if overflow { throw .memory(kernel: "attention", bytes: Int.max) }
      product = next
    }
    return product / 16
  }
}
