/// One bit for each query row and key, packed in words of 64 keys: set where the row sees the key.
///
/// Batches and heads either have bits of their own or share one set.
public struct AttentionMask: Hashable, Sendable {
  /// 1 where all batches share the bits.
  public let batches: Int
  /// 1 where all heads share the bits.
  public let heads: Int
  public let queryRows: Int
  public let keyRows: Int
  /// `[batches, heads, queryRows, wordsPerRow]`; bit k % 64 of word k / 64 is key k.
  public let words: [UInt64]

  public var wordsPerRow: Int { Self.wordsPerRow(keyRows) }

  static func wordsPerRow(_ keys: Int) -> Int { keys / 64 + (keys % 64 == 0 ? 0 : 1) }

  /// From packed words; bits behind the last key do not matter.
  public init(batches: Int = 1, heads: Int = 1, queryRows: Int, keyRows: Int, words: [UInt64])
    throws(KernelError)
  {
    (self.batches, self.heads, self.queryRows, self.keyRows) = (batches, heads, queryRows, keyRows)
    guard batches >= 0, heads >= 0, queryRows >= 0, keyRows >= 0 else {
      throw .size(
        kernel: "attention mask", argument: "extents", needed: 0,
        found: min(batches, heads, queryRows, keyRows))
    }
    let needed = try AttentionShape.count(batches, heads, queryRows, Self.wordsPerRow(keyRows))
    try KernelError.check("attention mask", "words", words.count, needed)
    self.words = words
  }

  /// From truth values `[batches, heads, queryRows, keyRows]`.
  public init(batches: Int = 1, heads: Int = 1, queryRows: Int, keyRows: Int, visible: [Bool])
    throws(KernelError)
  {
    guard batches >= 0, heads >= 0, queryRows >= 0, keyRows >= 0 else {
      throw .size(
        kernel: "attention mask", argument: "extents", needed: 0,
        found: min(batches, heads, queryRows, keyRows))
    }
    let needed = try AttentionShape.count(batches, heads, queryRows, keyRows)
    try KernelError.check("attention mask", "visible", visible.count, needed)
    let rowWords = Self.wordsPerRow(keyRows)
    let rows = keyRows == 0 ? 0 : needed / keyRows
    var words = [UInt64](repeating: 0, count: rows * rowWords)
    for row in 0..<rows {
      for key in 0..<keyRows where visible[row * keyRows + key] {
        words[row * rowWords + key / 64] |= 1 << UInt64(key % 64)
      }
    }
    try self.init(
      batches: batches, heads: heads, queryRows: queryRows, keyRows: keyRows, words: words)
  }

  /// What both let be seen.
  func intersection(_ other: AttentionMask) throws(KernelError) -> AttentionMask {
    let batches = batches == 1 ? other.batches : batches
    let heads = heads == 1 ? other.heads : heads
    let block = queryRows * wordsPerRow
    var result: [UInt64] = []
    result.reserveCapacity(batches * heads * block)
    for batch in 0..<batches {
      for head in 0..<heads {
        let mine = (min(batch, self.batches - 1) * self.heads + min(head, self.heads - 1)) * block
        let its =
          (min(batch, other.batches - 1) * other.heads + min(head, other.heads - 1)) * block
        for word in 0..<block { result.append(words[mine + word] & other.words[its + word]) }
      }
    }
    return try AttentionMask(
      batches: batches, heads: heads, queryRows: queryRows, keyRows: keyRows, words: result)
  }
}
