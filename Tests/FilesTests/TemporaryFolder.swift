import Files
import Glibc
import Testing

/// A folder of its own for one test, removed with all its content when the test ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/tessera-files-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FileError.noPermission(path: "/tmp") }
    path = try #require(Paths.resolved(String(cString: made)))
  }

  deinit { remove(path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Makes a file without the code under test.
  @discardableResult
  func make(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) -> String {
    let path = file(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    fchmod(descriptor, mode)
    close(descriptor)
    return path
  }

  @discardableResult
  func make(_ name: String, _ text: String, mode: mode_t = 0o644) -> String {
    make(name, Array(text.utf8), mode: mode)
  }

  func status(_ name: String) -> stat {
    var status = stat()
    precondition(lstat(file(name), &status) == 0)
    return status
  }

  func names() throws -> [String] { try Paths.names(in: path) }

  private func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      chmod(path, 0o700)
      for name in (try? Paths.names(in: path)) ?? [] { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

let isRoot = geteuid() == 0
