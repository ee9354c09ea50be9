import Files
import Glibc
import Testing

/// A folder of its own for one test, removed with what is in it when the test ends.
final class TestFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/tessera prompt-XXXXXX".utf8CString)
    let made = mkdtemp(&template)
    path = String(cString: try #require(made))
  }

  deinit { TestFolder.remove(path) }

  func file(_ name: String) -> String { Paths.join(path, name) }

  func make(_ name: String, _ text: String = "") throws {
    try DurableFile.makeFolder(Paths.parent(of: file(name)))
    try DurableFile.replace(file(name), with: text)
  }

  private static func remove(_ path: String) {
    if Paths.isFolder(path) {
      for name in (try? Paths.names(in: path)) ?? [] { remove(Paths.join(path, name)) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
