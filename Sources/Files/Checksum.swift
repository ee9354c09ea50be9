import CDigest

/// 64 bits over many bytes, as fast as memory is read: tells accidental changes, torn and stale files
/// among them. No digest: whoever wants can make other bytes with the same checksum.
public enum Checksum {
  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    fast_checksum(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }
}
