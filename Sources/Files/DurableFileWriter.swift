import Glibc

/// Writes a file piece by piece that takes a path's place when it is finished, and only then: through a
/// temporary file in the same folder, synced before and after the rename.
///
/// Links are followed to their target, whose mode and owner are kept; other hard links to the file keep
/// the old bytes. Devices and pipes are written to as they are. A writer that goes away unfinished
/// leaves the old file, and no temporary one.
public final class DurableFileWriter {
  private let path: String
  private let target: String
  /// Nil for devices and pipes, which must not be replaced by a file of their name.
  private let temporary: String?
  private let old: stat?
  private var descriptor: Int32
  private var isFinished = false

  /// - Throws: ``FileError`` where the path is a folder, or may not be written.
  public init(path: String) throws(FileError) {
    try Paths.check(path)
    self.path = path
    target = Paths.resolvedForWriting(path)
    var status = stat()
    var existing: stat?
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw .isFolder(path: path)
      case S_IFREG: existing = status
      default:
        (old, temporary) = (nil, nil)
        descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw .failed("write", path, errno: errno) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return
      }
    } else if errno == ELOOP {
      throw .failed("write", path, errno: ELOOP)
    }
    old = existing
    if old != nil, access(target, W_OK) != 0 { throw .failed("write", path, errno: errno) }
    // Not made of the file's name, which may be as long as names can be.
    let name =
      "\(Paths.parent(of: target))/.tessera.tmp-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    temporary = name
    // Nobody else reads the new bytes before the file has the old one's mode.
    let mode: mode_t = old == nil ? 0o666 : 0o600
    descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if descriptor < 0 {
      isFinished = true
      throw .failedMaking(path, errno: errno)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isFinished, let temporary { unlink(temporary) }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    try DurableFile.write(bytes, to: descriptor, path: path)
  }

  /// Puts the file into its place. Nothing can be written after that.
  public func finish() throws(FileError) {
    if let old { try keepOwnerAndMode(of: old) }
    if temporary != nil, fsync(descriptor) != 0 { throw .failed("write", path, errno: errno) }
    let closed = close(descriptor)
    descriptor = -1
    guard let temporary else { return }
    if closed != 0 { throw .failed("write", path, errno: errno) }
    if rename(temporary, target) != 0 { throw .failed("replace", path, errno: errno) }
    isFinished = true
    let folder = open(Paths.parent(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// After the writing, which would take a set-user-id bit away.
  private func keepOwnerAndMode(of old: stat) throws(FileError) {
    // Only root may give a file away; for others it stays theirs, as with any editor.
    if old.st_uid != geteuid() || old.st_gid != getegid() {
      _ = fchown(descriptor, old.st_uid, old.st_gid)
    }
    if fchmod(descriptor, old.st_mode & 0o7777) != 0 { throw .failed("write", path, errno: errno) }
  }
}
