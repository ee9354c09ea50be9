import CKernels
import Glibc

/// Memory for numbers, aligned to 64 bytes, large pieces of it on large pages.
///
/// Reading megabytes of weights from small pages is slowed by address translation, so everything that
/// holds numbers takes its memory here.
public enum AlignedMemory {
  /// So many bytes, not initialized; nil where there is no memory.
  public static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    byteCount < 0 ? nil : ck_allocate(byteCount)
  }

  /// Memory for `count` numbers, not initialized.
  static func allocate<Number>(_ type: Number.Type, _ count: Int, for kernel: String)
    throws(KernelError) -> UnsafeMutablePointer<Number>
  {
    let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(
      by: MemoryLayout<Number>.stride)
    guard count >= 0, !overflow, let memory = allocate(bytes) else {
      throw .memory(kernel: kernel, bytes: overflow ? Int.max : max(bytes, 0))
    }
    return memory.bindMemory(to: Number.self, capacity: max(count, 1))
  }

  /// Gives memory of ``allocate(_:)`` back.
  public static func release(_ memory: UnsafeMutableRawPointer?) { free(memory) }
}
