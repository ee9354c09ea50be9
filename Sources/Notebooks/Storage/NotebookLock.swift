import Files
import Glibc

/// Keeps two runs off one notebook: an advisory lock on its journal, which the system takes away
/// with the process that held it.
final class NotebookLock {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock of a notebook.
  ///
  /// - Throws: ``NotebookError/locked(path:process:)`` where another run has it.
  static func take(_ notebook: String) throws -> NotebookLock {
    let journal = Journal.path(for: notebook)
    while true {
      let descriptor = open(journal, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else {
        // Says what is wrong with the place in the words of every other file.
        try DurableFile.append("", to: journal)
        throw NotebookError.locked(path: notebook, process: nil)
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let isHeld = errno == EWOULDBLOCK
        close(descriptor)
        // A file system without locks does not keep a notebook from running.
        if !isHeld { return NotebookLock(descriptor: -1) }
        throw NotebookError.locked(path: notebook, process: Journal(for: notebook).process)
      }
      // The journal may have been replaced between opening and locking.
      var held = stat()
      var present = stat()
      if fstat(descriptor, &held) == 0, stat(journal, &present) == 0, held.st_ino == present.st_ino,
        held.st_dev == present.st_dev
      {
        return NotebookLock(descriptor: descriptor)
      }
      close(descriptor)
    }
  }
}
