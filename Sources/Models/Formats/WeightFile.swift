import Files
import Glibc

/// A file of weights, read piece by piece.
///
/// Pieces are read, not mapped, since weights are packed while loading and a mapped file that shrinks
/// kills the process. The file stays open, so that its digest is of the bytes that were loaded, also
/// where another file has taken its name.
final class WeightFile: Sendable {
  let path: String
  /// The number of bytes when it was opened.
  let count: Int
  private let descriptor: Int32
  /// Which file it was when it was opened, and in which state: device, number, size and times.
  let identity: String

  init(path: String) throws(ModelError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw .file(Self.error("open", path, errno)) }
    var status = stat()
    let failure = fstat(descriptor, &status) == 0 ? 0 : errno
    let kind = status.st_mode & S_IFMT
    if failure != 0 || kind != S_IFREG {
      close(descriptor)
      if failure != 0 { throw .file(Self.error("look at", path, failure)) }
      throw kind == S_IFDIR
        ? .file(.isFolder(path: path)) : .notAModel(path: path, reason: "it is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    count = Int(status.st_size)
    let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }
    identity = "\(status.st_dev):\(status.st_ino):\(count):" + times.joined(separator: ":")
  }

  deinit { close(descriptor) }

  private static func error(_ operation: String, _ path: String, _ code: Int32) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: .notFound(path: path)
    case EACCES, EPERM: .noPermission(path: path)
    default: .system(path: path, operation: operation, errno: code)
    }
  }

  /// Fills a buffer from `offset` on.
  private func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ModelError) {
    var done = 0
    while done < buffer.count {
      let got = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw .file(Self.error("read", path, errno)) }
      // It was longer when it was opened.
      if got == 0 { throw .file(.changedMeanwhile(path: path)) }
      done += got
    }
  }

  /// Some bytes, checked to lie inside the file before memory is taken.
  func bytes(_ offset: Int, _ length: Int) throws(ModelError) -> [UInt8] {
    try values(offset, length)
  }

  /// Some little-endian values of a type without invalid patterns.
  func values<T: BitwiseCopyable>(_ offset: Int, _ number: Int) throws(ModelError) -> [T] {
    let (length, tooLong) = number.multipliedReportingOverflow(by: MemoryLayout<T>.stride)
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard offset >= 0, number >= 0, !tooLong, !overflow, end <= count else {
      throw .size(path: path, needed: tooLong || overflow ? Int.max : end, found: count)
    }
    var failure: ModelError?
    let result = [T](unsafeUninitializedCapacity: number) { buffer, initialized in
      do throws(ModelError) {
        try read(
          UnsafeMutableRawBufferPointer(
            start: buffer.baseAddress, count: number * MemoryLayout<T>.stride), at: offset)
        initialized = number
      } catch {
        failure = error
        initialized = 0
      }
    }
    if let failure { throw failure }
    return result
  }

  /// The SHA-256 digest of the whole file, in hexadecimal.
  func digest() throws(ModelError) -> String {
    var digest = Digest()
    var offset = 0
    while offset < count {
      let piece = try bytes(offset, min(1 << 20, count - offset))
      digest.add(piece)
      offset += piece.count
    }
    return digest.hexadecimal()
  }
}
