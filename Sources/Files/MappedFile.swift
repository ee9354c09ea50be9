import Glibc

/// A read-only view of a regular file's bytes, mapped into memory.
///
/// Pages are read on first use and shared with every other reader. Readers check all offsets
/// against ``count`` before they touch a byte.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  /// The mapped bytes. Valid as long as this object lives.
  public let bytes: UnsafeRawBufferPointer
  public var count: Int { bytes.count }

  /// - Throws: ``FileError``, also for pipes and devices; a pseudo-file in `/proc` maps as empty.
  public init(path: String) throws(FileError) {
    let (descriptor, status) = try FileContents.openForReading(path)
    defer { close(descriptor) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .malformed(path: path, byte: nil, reason: "not a regular file, so it cannot be mapped")
    }
    let size = Int(status.st_size)
    self.path = path
    if size == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw .failed("map", path, errno: errno) }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
  }

  /// Bytes of a file in memory of their own, for readers that take a mapped file.
  init(path: String, copying content: [UInt8]) throws(FileError) {
    self.path = path
    if content.isEmpty {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard
      let base = mmap(
        nil, content.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      base != MAP_FAILED
    else { throw .failed("map", path, errno: errno) }
    content.withUnsafeBytes {
      if let from = $0.baseAddress { memcpy(base, from, content.count) }
    }
    bytes = UnsafeRawBufferPointer(start: base, count: content.count)
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }

  /// The bytes of `range`, checked to lie inside the file.
  public func slice(_ offset: Int, _ length: Int) throws(FileError) -> UnsafeRawBufferPointer {
    let (end, overflow) = offset.addingReportingOverflow(length)
    if offset < 0 || length < 0 || overflow || end > count {
      throw .truncated(path: path, needed: overflow ? Int.max : end, found: count)
    }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
  }
}
