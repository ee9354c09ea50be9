import Files
import Glibc
import Testing

/// A folder of its own for one test, with a blank in its name, removed when the test ends.
final class TestFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/tessera run-XXXXXX".utf8CString)
    let made = mkdtemp(&template)
    path = String(cString: try #require(made))
  }

  deinit { TestFolder.remove(path) }

  func file(_ name: String) -> String { Paths.join(path, name) }

  func make(_ name: String, _ text: String) throws {
    try DurableFile.makeFolder(Paths.parent(of: file(name)))
    try DurableFile.replace(file(name), with: text)
  }

  func text(_ name: String) throws -> String { try FileContents.text(at: file(name)) }

  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in (try? Paths.names(in: path)) ?? [] { remove(Paths.join(path, name)) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
