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
    var old: stat?
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw .isFolder(path: path)
      case S_IFREG: old = status
      default:
        try writeThrough(bytes, to: path)
        return true
      }
    } else if errno == ELOOP {
      throw .failed("write", path, errno: ELOOP)
    }
    let target = Paths.resolvedForWriting(path)
    if let old {
      if Int(old.st_size) == bytes.count, let content = try? FileContents.bytes(at: target),
        content == bytes
      {
        return false
      }
      if access(target, W_OK) != 0 { throw .failed("write", path, errno: errno) }
    }

    let folder = Paths.parent(of: target)
    // Not made of the file's name, which may be as long as names can be.
    let temporary = "\(folder)/.tessera.tmp-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    // Nobody else reads the new bytes before the file has the old one's mode.
    let mode: mode_t = old == nil ? 0o666 : 0o600
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if descriptor < 0 { throw .failedMaking(path, errno: errno) }
    var finished = false
    defer { if !finished { unlink(temporary) } }
    do throws(FileError) {
      try write(bytes, to: descriptor, path: path)
      // After the writing, which would take a set-user-id bit away.
      if let old { try keepOwnerAndMode(of: old, on: descriptor, path: path) }
      if fsync(descriptor) != 0 { throw .failed("write", path, errno: errno) }
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

  private static func keepOwnerAndMode(of old: stat, on descriptor: Int32, path: String)
    throws(FileError)
  {
    // Only root may give a file away; for others it stays theirs, as with any editor.
    if old.st_uid != geteuid() || old.st_gid != getegid() {
      _ = fchown(descriptor, old.st_uid, old.st_gid)
    }
    if fchmod(descriptor, old.st_mode & 0o7777) != 0 { throw .failed("write", path, errno: errno) }
  }

  /// Writes to a device or pipe, which must not be replaced by a file of its name.
  private static func writeThrough(_ bytes: [UInt8], to path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw .failed("write", path, errno: errno) }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    try write(bytes, to: descriptor, path: path)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String)
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
