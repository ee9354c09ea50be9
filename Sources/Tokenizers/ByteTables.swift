import CTokens

/// The tables of a byte-level vocabulary in the form in which C encodes whole texts.
final class ByteTables: @unchecked Sendable {
  // Sendable: nothing is written after the beginning.

  let vocabulary: UnsafeMutablePointer<ct_vocabulary>
  private let tokens: ByteStringTable
  private let merges: PairTable
  private var byteIDs: MemoryBlock<Int32>
  private let byteRanks: MemoryBlock<UInt32>

  /// Nil where a byte has no symbol, or the merges are not dense.
  ///
  /// - Parameter merges: all of them; none is added later.
  init?(_ tokens: ByteStringTable, _ merges: PairTable, _ ids: [Int32]) {
    guard ids.count == 256, ids.allSatisfy({ $0 >= 0 && $0 < CT_DENSE_IDS }),
      merges.merges.pointee.buckets != nil
    else { return nil }
    var ranks = [UInt32](repeating: 0, count: 1 << 16)
    ct_fill_byte_ranks(merges.merges, ids, &ranks)
    byteRanks = ranks.withUnsafeBufferPointer { buffer in
      var block = MemoryBlock<UInt32>(capacity: buffer.count)
      block.append(contentsOf: buffer)
      return block
    }
    byteIDs = MemoryBlock(capacity: ids.count)
    byteIDs.append(contentsOf: ids)
    (self.tokens, self.merges) = (tokens, merges)
    vocabulary = .allocate(capacity: 1)
    vocabulary.initialize(
      to: ct_vocabulary(
        merges: merges.merges.pointee, byte_ids: byteIDs.base, byte_ranks: byteRanks.base,
        tokens: tokens.strings))
  }

  deinit { vocabulary.deallocate() }
}
