import Files
import Glibc
import Testing

@Suite("Durable files") struct DurableFileTests {
  private func content(_ path: String) -> String? { try? FileContents.text(at: path) }

  @Test("are made and replaced whole, and nothing is left beside them")
  func replace() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.txt")
    for text in ["first", "", "a longer second text", "x"] {
      #expect(try DurableFile.replace(path, with: text))
      #expect(content(path) == text)
      #expect(try folder.names() == ["x.txt"])
    }
    let large = [UInt8](repeating: 7, count: 3_000_000)
    try DurableFile.replace(path, with: large)
    #expect(try FileContents.bytes(at: path) == large)
  }

  @Test("with the same bytes are left alone")
  func unchanged() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("x", "same")
    let before = folder.status("x")
    #expect(try !DurableFile.replace(path, with: "same"))
    let after = folder.status("x")
    #expect(after.st_ino == before.st_ino)
    #expect(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec)
    #expect(try DurableFile.replace(path, with: "sane"))
    #expect(folder.status("x").st_ino != before.st_ino)
  }

  @Test("keep their mode", arguments: [0o600, 0o644, 0o755, 0o4711] as [mode_t])
  func mode(mode: mode_t) throws {
    let folder = try TemporaryFolder()
    let path = folder.make("x", "old", mode: mode)
    try DurableFile.replace(path, with: "new")
    #expect(folder.status("x").st_mode & 0o7777 == mode)
    #expect(content(path) == "new")
  }

  @Test("keep their owner when root writes", .enabled(if: isRoot, "needs root"))
  func owner() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("x", "old", mode: 0o640)
    #expect(chown(path, 12_345, 23_456) == 0)
    try DurableFile.replace(path, with: "new")
    #expect(folder.status("x").st_uid == 12_345 && folder.status("x").st_gid == 23_456)
    #expect(folder.status("x").st_mode & 0o7777 == 0o640)
  }

  @Test("are written where links lead, and the links stay links")
  func links() throws {
    let folder = try TemporaryFolder()
    try DurableFile.makeFolder(folder.file("inner"))
    folder.make("inner/target", "old")
    symlink("inner/target", folder.file("link"))
    symlink("link", folder.file("chain"))
    symlink("inner/new", folder.file("dangling"))
    symlink("dangling", folder.file("far"))

    try DurableFile.replace(folder.file("chain"), with: "through")
    #expect(content(folder.file("inner/target")) == "through")
    try DurableFile.replace(folder.file("far"), with: "made")
    #expect(content(folder.file("inner/new")) == "made")
    for name in ["link", "chain", "dangling", "far"] {
      #expect(folder.status(name).st_mode & S_IFMT == S_IFLNK)
    }
    #expect(try Paths.names(in: folder.file("inner")) == ["new", "target"])

    symlink("self", folder.file("self"))
    #expect(throws: FileError.self) { try DurableFile.replace(folder.file("self"), with: "x") }
    #expect(folder.status("self").st_mode & S_IFMT == S_IFLNK)
  }

  @Test("name what stands in the way and leave nothing behind")
  func errors() throws {
    let folder = try TemporaryFolder()
    let file = folder.make("file", "x")
    #expect(throws: FileError.isFolder(path: folder.path)) {
      try DurableFile.replace(folder.path, with: "x")
    }
    #expect(throws: FileError.noFolder(path: folder.file("missing"))) {
      try DurableFile.replace(folder.file("missing/x"), with: "x")
    }
    #expect(throws: FileError.isNotFolder(path: file)) {
      try DurableFile.replace(file + "/x", with: "x")
    }
    #expect(throws: FileError.self) { try DurableFile.replace("", with: "x") }
    #expect(throws: FileError.self) { try DurableFile.replace(file + "\0.txt", with: "x") }
    // The temporary file can be made, the last step cannot.
    let name = String(repeating: "n", count: 256)
    #expect(
      throws: FileError.system(path: folder.file(name), operation: "replace", errno: ENAMETOOLONG)
    ) { try DurableFile.replace(folder.file(name), with: "x") }
    #expect(try folder.names() == ["file"])
    #expect(content(file) == "x")
    // As long as names can be is fine.
    try DurableFile.replace(folder.file(String(name.dropLast())), with: "x")
  }

  @Test(
    "stay as they are in a folder that may not be written",
    .enabled(if: !isRoot, "root may write everywhere"))
  func readOnlyFolder() throws {
    let folder = try TemporaryFolder()
    try DurableFile.makeFolder(folder.file("inner"))
    let path = folder.make("inner/x", "old")
    chmod(folder.file("inner"), 0o500)
    #expect(throws: FileError.noPermission(path: path)) {
      try DurableFile.replace(path, with: "new")
    }
    #expect(throws: FileError.noPermission(path: folder.file("inner"))) {
      try DurableFile.replace(folder.file("inner/y"), with: "new")
    }
    #expect(content(path) == "old")
  }

  @Test(
    "that may not be written stay as they are", .enabled(if: !isRoot, "root may write everywhere"))
  func readOnlyFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("x", "old", mode: 0o444)
    #expect(throws: FileError.noPermission(path: path)) {
      try DurableFile.replace(path, with: "new")
    }
    #expect(content(path) == "old")
    #expect(try !DurableFile.replace(path, with: "old"))
  }

  @Test("devices and pipes are written to, not replaced")
  func devices() throws {
    let folder = try TemporaryFolder()
    try DurableFile.replace("/dev/null", with: "x")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    #expect(throws: FileError.noSpace(path: "/dev/full")) {
      try DurableFile.replace("/dev/full", with: "x")
    }
    let fifo = folder.file("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(throws: FileError.system(path: fifo, operation: "write", errno: ENXIO)) {
      try DurableFile.replace(fifo, with: "x")
    }
    let reader = open(fifo, O_RDONLY | O_NONBLOCK)
    try DurableFile.replace(fifo, with: "hello")
    var buffer = [UInt8](repeating: 0, count: 10)
    #expect(read(reader, &buffer, 10) == 5)
    close(reader)
    #expect(try folder.names() == ["fifo"])
  }

  @Test("are whole at every moment while several writers replace them")
  func concurrency() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x")
    let texts = (0..<4).map { writer in
      [UInt8](repeating: UInt8(65 + writer), count: 20_000 + writer * 1_000)
    }
    try DurableFile.replace(path, with: texts[0])
    try await withThrowingTaskGroup { group in
      for text in texts {
        group.addTask {
          for _ in 0..<20 { try DurableFile.replace(path, with: text) }
        }
      }
      group.addTask {
        for _ in 0..<200 {
          let seen = try FileContents.bytes(at: path)
          #expect(texts.contains(seen))
        }
      }
      try await group.waitForAll()
    }
    #expect(try folder.names() == ["x"])
  }

  @Test("grow by whole records")
  func append() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("log")
    await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        let line = String(repeating: String(writer), count: 500) + "\n"
        group.addTask { for _ in 0..<50 { try DurableFile.append(line, to: path, mode: 0o600) } }
      }
    }
    let lines = try FileContents.text(at: path).split(separator: "\n")
    #expect(lines.count == 200)
    #expect(lines.allSatisfy { $0.count == 500 && Set($0).count == 1 })
    #expect(folder.status("log").st_mode & 0o7777 == 0o600)
    #expect(throws: FileError.isFolder(path: folder.path)) {
      try DurableFile.append("x", to: folder.path)
    }
    #expect(throws: FileError.noFolder(path: folder.file("no"))) {
      try DurableFile.append("x", to: folder.file("no/log"))
    }
  }

  @Test("folders are made with those above them")
  func makeFolder() throws {
    let folder = try TemporaryFolder()
    try DurableFile.makeFolder(folder.file("a/b//c/"))
    #expect(Paths.isFolder(folder.file("a/b/c")))
    try DurableFile.makeFolder(folder.file("a/b/c"))
    try DurableFile.makeFolder("")
    let file = folder.make("file", "x")
    #expect(throws: FileError.isNotFolder(path: file)) { try DurableFile.makeFolder(file) }
    #expect(throws: FileError.isNotFolder(path: file)) {
      try DurableFile.makeFolder(file + "/below")
    }
  }
}
