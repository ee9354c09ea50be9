import Files
import Glibc
import Testing

@Suite("Reading files") struct FileContentsTests {
  @Test("gives the bytes of small, empty and large files")
  func bytes() throws {
    let folder = try TemporaryFolder()
    for count in [0, 1, 4_096, 300_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      #expect(try FileContents.bytes(at: folder.make("x", bytes)) == bytes)
    }
  }

  @Test("names what stands in the way")
  func errors() throws {
    let folder = try TemporaryFolder()
    let missing = folder.file("missing.txt")
    #expect(throws: FileError.notFound(path: missing)) { try FileContents.bytes(at: missing) }
    #expect(throws: FileError.notFound(path: "")) { try FileContents.bytes(at: "") }
    #expect(throws: FileError.isFolder(path: folder.path)) {
      try FileContents.text(at: folder.path)
    }
    let below = folder.make("file", "x") + "/below"
    #expect(throws: FileError.notFound(path: below)) { try FileContents.bytes(at: below) }
    let loop = folder.file("loop")
    symlink("loop", loop)
    #expect(throws: FileError.system(path: loop, operation: "open", errno: ELOOP)) {
      try FileContents.bytes(at: loop)
    }
    #expect(throws: FileError.self) {
      try FileContents.bytes(at: folder.make("a.txt", "x") + "\0.json")
    }
  }

  @Test("says when the permission is missing", .enabled(if: !isRoot, "root may read everything"))
  func permission() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("secret", "x", mode: 0)
    #expect(throws: FileError.noPermission(path: path)) { try FileContents.bytes(at: path) }
  }

  @Test("refuses more than the limit and takes exactly the limit")
  func limit() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("x", "12345")
    #expect(try FileContents.bytes(at: path, limit: 5).count == 5)
    #expect(throws: FileError.tooLarge(path: path, bytes: 5, limit: 4)) {
      try FileContents.bytes(at: path, limit: 4)
    }
    #expect(throws: FileError.self) { try FileContents.bytes(at: "/dev/zero", limit: 100_000) }
  }

  @Test("reads files that do not know their size: /proc, /sys, pipes, /dev/null")
  func unsized() throws {
    #expect(try FileContents.text(at: "/proc/self/status").hasPrefix("Name:"))
    #expect(try FileContents.bytes(at: "/dev/null") == [])
    let huge = "/sys/kernel/mm/transparent_hugepage/enabled"
    if Paths.exists(huge) { #expect(try FileContents.text(at: huge).hasSuffix("\n")) }

    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let text = "through a pipe"
    #expect(write(ends[1], text, text.utf8.count) == text.utf8.count)
    close(ends[1])
    #expect(try FileContents.text(at: "/dev/fd/\(ends[0])") == text)
    close(ends[0])

    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
    #expect(try FileContents.bytes(at: folder.file("fifo")) == [])
  }

  @Test("drops one byte-order mark at the start of a text, none elsewhere")
  func byteOrderMark() throws {
    let folder = try TemporaryFolder()
    #expect(try FileContents.text(at: folder.make("a", "\u{FEFF}abc")).utf8.count == 3)
    #expect(try FileContents.text(at: folder.make("b", "a\u{FEFF}b")).utf8.count == 5)
    #expect(try FileContents.text(at: folder.make("c", "\u{FEFF}\u{FEFF}")).utf8.count == 3)
    #expect(try FileContents.text(at: folder.make("d", [0xEF, 0xBB, 0xBF])) == "")
    #expect(try FileContents.text(at: folder.make("e", "a\r\n\0é")).utf8.count == 6)
  }

  @Test(
    "names the byte where text stops being UTF-8",
    arguments: [
      ([0x61, 0xFF], 1), ([0x80], 0), ([0x61, 0xC3], 1), ([0x61, 0xC3, 0x41], 1),
      ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xE0, 0x9F, 0xBF], 0), ([0xED, 0xA0, 0x80], 0),
      ([0xEF, 0xBF], 0), ([0xEF, 0xBF, 0x41], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0),
      ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0), ([0xC3, 0xA9, 0xA9], 2),
      ([0xEF, 0xBB, 0xBF, 0x61, 0xE9], 4), ([0xFF, 0xFE, 0x61, 0x00], 0),
    ] as [([UInt8], Int)])
  func invalid(bytes: [UInt8], byte: Int) throws {
    let folder = try TemporaryFolder()
    // Also behind enough ASCII that the fast path is taken.
    for prefix in [0, 1, 7, 8, 9, 100] {
      let content = [UInt8](repeating: 0x78, count: prefix) + bytes
      let path = folder.make("x", content)
      #expect(throws: FileError.notUTF8(path: path, byte: prefix + byte)) {
        try FileContents.text(at: path)
      }
    }
  }

  @Test("finds text valid exactly where the standard library does")
  func validity() {
    var numbers = TestNumbers(7)
    let bytes: [UInt8] = [
      0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF,
      0xF0,
      0xF3, 0xF4, 0xF5, 0xFF,
    ]
    for _ in 0..<100_000 {
      let text = (0..<Int.random(in: 0...12, using: &numbers)).map { _ in
        bytes.randomElement(using: &numbers) ?? 0
      }
      let isValid = String(validating: text, as: UTF8.self) != nil
      #expect((FileContents.firstInvalidUTF8(in: text) == nil) == isValid, "\(text)")
      // What stands before the place is valid; with the next sequence's bytes it no longer is.
      if let place = FileContents.firstInvalidUTF8(in: text) {
        #expect(String(validating: text[..<place], as: UTF8.self) != nil, "\(text)")
      }
    }
  }
}
