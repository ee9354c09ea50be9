import Glibc

/// The content of a file, read whole, with the checks every reader needs.
public enum FileContents {
  /// Files that do not say their size (`/proc`, pipes) are taken up to this many bytes.
  static let unsizedLimit = 1 << 30

  /// Reads a whole file. Pipes and pseudo-files (`/proc`, `/dev/stdin`) are read to their end.
  ///
  /// - Parameter limit: the largest size taken, in bytes.
  /// - Throws: ``FileError``, also for folders and for files that shrink while they are read.
  public static func bytes(at path: String, limit: Int = 1 << 32) throws(FileError) -> [UInt8] {
    let (descriptor, status) = try openForReading(path)
    defer { close(descriptor) }
    let size = Int(status.st_size)
    if size == 0 || status.st_mode & S_IFMT != S_IFREG {
      return try unsizedBytes(of: descriptor, path: path, limit: min(limit, unsizedLimit))
    }
    if size > limit { throw .tooLarge(path: path, bytes: size, limit: limit) }

    var failure: Int32 = 0
    let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      while count < size, let start = buffer.baseAddress {
        let got = read(descriptor, start + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    if failure != 0 { throw .failed("read", path, errno: failure) }
    if result.count < size {
      // Files in /sys claim a page and hold less; a file that really shrank says so.
      var now = stat()
      if fstat(descriptor, &now) != 0 || Int(now.st_size) != size {
        throw .truncated(path: path, needed: size, found: result.count)
      }
    }
    return result
  }

  private static func unsizedBytes(of descriptor: Int32, path: String, limit: Int)
    throws(FileError) -> [UInt8]
  {
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let got = read(descriptor, &chunk, chunk.count)
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw .failed("read", path, errno: errno) }
      if got == 0 { return result }
      result += chunk[..<got]
      if result.count > limit { throw .tooLarge(path: path, bytes: result.count, limit: limit) }
    }
  }

  /// Reads a whole file as UTF-8 text; a byte-order mark at its start is dropped.
  public static func text(at path: String, limit: Int = 1 << 32) throws(FileError) -> String {
    let bytes = try bytes(at: path, limit: limit)
    return try text(of: bytes, path: path)
  }

  /// The bytes as text, or the place of the first byte that is not UTF-8.
  public static func text(of bytes: [UInt8], path: String) throws(FileError) -> String {
    if let byte = firstInvalidUTF8(in: bytes) { throw .notUTF8(path: path, byte: byte) }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return String(decoding: bytes[start...], as: UTF8.self)
  }

  /// Where the first sequence starts that is not UTF-8 (Unicode 16, table 3-7), or nil.
  ///
  /// - Complexity: linear; eight bytes a step over ASCII.
  public static func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { bytes in
      var index = 0
      while index < bytes.count {
        if index + 8 <= bytes.count,
          bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
          index += 8
          continue
        }
        let lead = bytes[index]
        if lead < 0x80 {
          index += 1
          continue
        }
        // How many bytes follow, and what the first of them may be: this shuts out overlong
        // forms, surrogates, and what lies beyond U+10FFFF.
        let (following, low, high): (Int, UInt8, UInt8)
        switch lead {
        case 0xC2...0xDF: (following, low, high) = (1, 0x80, 0xBF)
        case 0xE0: (following, low, high) = (2, 0xA0, 0xBF)
        case 0xED: (following, low, high) = (2, 0x80, 0x9F)
        case 0xE1...0xEF: (following, low, high) = (2, 0x80, 0xBF)
        case 0xF0: (following, low, high) = (3, 0x90, 0xBF)
        case 0xF1...0xF3: (following, low, high) = (3, 0x80, 0xBF)
        case 0xF4: (following, low, high) = (3, 0x80, 0x8F)
        default: return index
        }
        guard index + following < bytes.count, (low...high).contains(bytes[index + 1]) else {
          return index
        }
        if following > 1 {
          for offset in 2...following where bytes[index + offset] & 0xC0 != 0x80 { return index }
        }
        index += following + 1
      }
      return nil
    }
  }

  static func openForReading(_ path: String) throws(FileError) -> (Int32, stat) {
    try Paths.check(path)
    // Not blocking while it is opened: a pipe without a writer would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw .failed("open", path, errno: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .failed("look at", path, errno: code)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      close(descriptor)
      throw .isFolder(path: path)
    case S_IFREG: break
    default: _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }
    return (descriptor, status)
  }
}
