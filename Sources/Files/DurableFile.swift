import Glibc

/// Replaces files whole: a crash leaves the old bytes or the new ones, never a mixture.
public enum DurableFile {
  /// Writes `bytes` to `path` through a temporary file in the same folder, synced before and after
  /// the rename. Links are followed to their target and the target's mode is kept.
  ///
  /// - Returns: false if the file already held exactly these bytes and was left alone.
  @discardableResult
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) -> Bool {
    let target = resolvedTarget(path)
    var mode: mode_t = 0o644
    var status = stat()
    if stat(target, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: path) }
      mode = status.st_mode & 0o7777
      if Int(status.st_size) == bytes.count, let old = try? FileContents.bytes(at: target),
        old == bytes
      {
        return false
      }
      if access(target, W_OK) != 0 { throw .failed("write", path, errno: errno) }
    }

    let folder = parent(of: target)
    let temporary =
      "\(folder)/.\(name(of: target)).tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if descriptor < 0 { throw .failed("write", path, errno: errno) }
    var finished = false
    defer { if !finished { unlink(temporary) } }
    do throws(FileError) {
      try write(bytes, to: descriptor, path: path)
      if fchmod(descriptor, mode) != 0 || fsync(descriptor) != 0 {
        throw .failed("write", path, errno: errno)
      }
    } catch {
      close(descriptor)
      throw error
    }
    if close(descriptor) != 0 { throw .failed("write", path, errno: errno) }
    if rename(temporary, target) != 0 { throw .failed("replace", path, errno: errno) }
    finished = true
    let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      fsync(folderDescriptor)
      close(folderDescriptor)
    }
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
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)
    if descriptor < 0 { throw .failed("write", path, errno: errno) }
    defer { close(descriptor) }
    try write(Array(text.utf8), to: descriptor, path: path)
  }

  /// Makes a folder and those above it.
  public static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(FileError) {
    if path.isEmpty || mkdir(path, mode) == 0 { return }
    let code = errno
    if code == EEXIST {
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
        throw .isNotFolder(path: path)
      }
      return
    }
    if code != ENOENT { throw .failed("make", path, errno: code) }
    try makeFolder(parent(of: path), mode: mode)
    if mkdir(path, mode) != 0 && errno != EEXIST { throw .failed("make", path, errno: errno) }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String)
    throws(FileError)
  {
    var done = 0
    while done < bytes.count {
      let put = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      if put < 0 && errno == EINTR { continue }
      if put < 0 { throw .failed("write", path, errno: errno) }
      done += put
    }
  }

  /// The file a link leads to, also where that file does not exist yet.
  private static func resolvedTarget(_ path: String) -> String {
    if let resolved = Paths.resolved(path) { return resolved }
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = buffer.withUnsafeMutableBytes {
      readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard length > 0 else { return path }
    let link = String(decoding: buffer[..<length], as: UTF8.self)
    return link.hasPrefix("/") ? link : parent(of: path) + "/" + link
  }

  private static func parent(of path: String) -> String { Paths.parent(of: path) }
  private static func name(of path: String) -> String { Paths.name(of: path) }
}
