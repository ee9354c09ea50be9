import Glibc

/// Replaces files whole: a crash leaves the old bytes or the new ones, never a mixture.
public enum DurableFile {
  /// Writes `bytes` to `path` through a temporary file in the same folder, synced before and after
  /// the rename. Links are followed to their target, whose mode and owner are kept; other hard
  /// links to the file keep the old bytes. Devices and pipes are written to as they are.
  ///
  /// - Returns: false if the file already held exactly these bytes and was left alone.
  /// - Throws: ``FileError``; then the file holds what it held, and no temporary file is left.
  @discardableResult
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) -> Bool {
    try Paths.check(path)
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Int(status.st_size) == bytes.count,
      let content = try? FileContents.bytes(at: Paths.resolvedForWriting(path)), content == bytes
    {
      return false
    }
    let writer = try DurableFileWriter(path: path)
    try writer.write(bytes)
    try writer.finish()
    return true
  }

  @discardableResult
  public static func replace(_ path: String, with text: String) throws(FileError) -> Bool {
    try replace(path, with: Array(text.utf8))
  }

  /// Appends one record by a single write, so that records of several processes do not mix.
  public static func append(_ text: String, to path: String, mode: mode_t = 0o644)
    throws(FileError)
  {
    try Paths.check(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)
    if descriptor < 0 { throw .failedMaking(path, errno: errno) }
    defer { close(descriptor) }
    try write(Array(text.utf8), to: descriptor, path: path)
  }

  /// Makes a folder and those above it.
  public static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(FileError) {
    try Paths.check(path)
    if path.isEmpty || mkdir(path, mode) == 0 { return }
    let code = errno
    if code == EEXIST {
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
        throw .isNotFolder(path: path)
      }
      return
    }
    if code != ENOENT { throw .failedMaking(path, errno: code) }
    try makeFolder(Paths.parent(of: path), mode: mode)
    if mkdir(path, mode) != 0 && errno != EEXIST { throw .failedMaking(path, errno: errno) }
  }

  /// Writes all bytes, whatever the system takes at a time.
  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String)
    throws(FileError)
  {
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        let put = Glibc.write(descriptor, piece.baseAddress, piece.count)
        if put < 0 && errno == EINTR { continue }
        if put < 0 {
          failure = errno
          return
        }
        rest = rest.dropFirst(put)
      }
    }
    if failure != 0 { throw .failed("write", path, errno: failure) }
  }
}
