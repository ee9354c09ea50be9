import Glibc

/// The bytes of a regular file, read whole or mapped, with the checks every reader needs.
public enum FileContents {
  /// Reads a whole regular file.
  ///
  /// - Parameter limit: the largest size taken, in bytes.
  /// - Throws: ``FileError``, also for folders and for files that shrink while they are read.
  public static func bytes(at path: String, limit: Int = 1 << 32) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openForReading(path)
    defer { close(descriptor) }
    if size > limit { throw .tooLarge(path: path, bytes: size, limit: limit) }

    var failure: Int32 = 0
    var result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      while count < size {
        let got = read(descriptor, buffer.baseAddress! + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    if failure != 0 { throw .failed("read", path, errno: failure) }
    if result.count < size { throw .truncated(path: path, needed: size, found: result.count) }
    // Pseudo-files (/proc, pipes) say size 0 and still have content.
    if size == 0 {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while true {
        let got = read(descriptor, &chunk, chunk.count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { throw .failed("read", path, errno: errno) }
        if got == 0 { break }
        result += chunk[..<got]
        if result.count > limit { throw .tooLarge(path: path, bytes: result.count, limit: limit) }
      }
    }
    return result
  }

  /// Reads a whole file as UTF-8 text; a byte-order mark at its start is dropped.
  public static func text(at path: String, limit: Int = 1 << 32) throws(FileError) -> String {
    let bytes = try bytes(at: path, limit: limit)
    return try text(of: bytes, path: path)
  }

  /// The bytes as text, or the place of the first byte that is not UTF-8.
  public static func text(of bytes: [UInt8], path: String) throws(FileError) -> String {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
      throw .notUTF8(path: path, byte: firstInvalidByte(bytes))
    }
    return text
  }

  /// The offset of the first byte that does not continue valid UTF-8.
  public static func firstInvalidByte(_ bytes: [UInt8]) -> Int {
    // Decoding repairs each invalid sequence to U+FFFD; compare until the texts part.
    var index = 0
    for byte in String(decoding: bytes, as: UTF8.self).utf8 {
      if index >= bytes.count || bytes[index] != byte { return index }
      index += 1
    }
    return index
  }

  static func openForReading(_ path: String) throws(FileError) -> (Int32, Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw .failed("open", path, errno: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .failed("look at", path, errno: code)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw .isFolder(path: path)
    }
    return (descriptor, Int(status.st_size))
  }
}
