import Files
import Glibc
import Testing

@testable import Prompt

@Suite("History") struct HistoryFileTests {
  @Test("entries come back as they were, of several lines too")
  func roundTrip() throws {
    let folder = try TestFolder()
    let history = HistoryFile(path: folder.file("state/tessera/history"))
    #expect(history.load() == [])
    let entries = ["1 + 2", "fn f(x) {\n  x\n}", "'a\\nb' \\ \\\\", "é 漢 🙂", "\ta\r\n"]
    for entry in entries { history.append(entry) }
    #expect(history.load() == entries)
  }

  @Test("only its owner may read it, also where it was wider before")
  func mode() throws {
    let folder = try TestFolder()
    let history = HistoryFile(path: folder.file("a/history"))
    history.append("x")
    var status = stat()
    #expect(stat(folder.file("a/history"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(stat(folder.file("a"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)

    chmod(folder.file("a/history"), 0o644)
    #expect(history.load() == ["x"])
    #expect(stat(folder.file("a/history"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test("the newest entries are kept")
  func limit() throws {
    let folder = try TestFolder()
    let count = 2 * HistoryFile.limit + 1
    try folder.make("history", (0..<count).map { "entry \($0)\n" }.joined())
    let history = HistoryFile(path: folder.file("history"))
    let entries = history.load()
    #expect(entries.count == HistoryFile.limit)
    #expect(entries.last == "entry \(count - 1)")
    let left = try FileContents.text(at: folder.file("history"))
    #expect(left.split(separator: "\n").count == HistoryFile.limit)
    #expect(history.load() == entries)
  }

  @Test("what cannot be kept is no reason to stop")
  func unusable() throws {
    let folder = try TestFolder()
    try folder.make("file")
    let below = HistoryFile(path: folder.file("file/history"))
    below.append("x")
    #expect(below.load() == [])
    let isFolder = HistoryFile(path: folder.path)
    isFolder.append("x")
    #expect(isFolder.load() == [])
    HistoryFile(path: nil).append("x")
    #expect(HistoryFile(path: nil).load() == [])
    try DurableFile.replace(folder.file("bytes"), with: [0xFF, 0x0A, 0x5C, 0x0A, 0x41])
    #expect(HistoryFile(path: folder.file("bytes")).load() == ["\u{FFFD}", "", "A"])
  }

  @Test("lies in the state folder")
  func place() {
    let both = ["XDG_STATE_HOME": "/s", "HOME": "/h"]
    #expect(HistoryFile.standard { both[$0] }.path == "/s/tessera/history")
    let relative = ["XDG_STATE_HOME": "s", "HOME": "/h"]
    #expect(HistoryFile.standard { relative[$0] }.path == "/h/.local/state/tessera/history")
    #expect(HistoryFile.standard { _ in nil }.path == nil)
  }
}
