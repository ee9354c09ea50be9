import Files
import Glibc
import Testing

@Suite("Paths") struct PathsTests {
  @Test(
    "are taken apart as the system would",
    arguments: [
      ("a/b.txt", "a", "b.txt", "txt"), ("b.TXT", ".", "b.TXT", "txt"), ("/x", "/", "x", ""),
      ("/", "/", "", ""), ("a/.hidden", "a", ".hidden", ""), ("a.b/c", "a.b", "c", ""),
      ("a.tar.gz", ".", "a.tar.gz", "gz"), ("a.", ".", "a.", ""), ("", ".", "", ""),
      ("ä/é.Ñ", "ä", "é.Ñ", "ñ"),
    ])
  func parts(path: String, parent: String, name: String, ending: String) {
    #expect(Paths.parent(of: path) == parent)
    #expect(Paths.name(of: path) == name)
    #expect(Paths.fileExtension(of: path) == ending)
  }

  @Test("join with a folder unless they are absolute")
  func join() {
    #expect(Paths.join("a", "b") == "a/b")
    #expect(Paths.join("a/", "b") == "a/b")
    #expect(Paths.join(".", "b") == "b")
    #expect(Paths.join("", "b") == "b")
    #expect(Paths.join("a", "/b") == "/b")
    #expect(Paths.join("/", "b") == "/b")
  }

  @Test("lie inside a folder only at whole names")
  func inside() {
    #expect(Paths.isInside("/a/b", "/a"))
    #expect(Paths.isInside("/a", "/a"))
    #expect(Paths.isInside("/anything", "/"))
    #expect(!Paths.isInside("/ab", "/a"))
    #expect(!Paths.isInside("/a", "/a/b"))
  }

  @Test("resolve links, dots, and names that do not exist yet")
  func resolution() throws {
    let folder = try TemporaryFolder()
    let root = folder.path
    try DurableFile.makeFolder(folder.file("inner"))
    folder.make("inner/file", "x")
    symlink("inner", folder.file("link"))
    #expect(Paths.resolved(folder.file("link/./file")) == root + "/inner/file")
    #expect(Paths.resolved(folder.file("missing")) == nil)
    for (path, expected) in [
      ("link/new", "/inner/new"), ("link/../new", "/new"), ("no/such/../new", "/no/new"),
      ("no/./new/", "/no/new"), ("inner/..", ""), ("inner/file", "/inner/file"),
    ] {
      #expect(Paths.resolvedForWriting(folder.file(path)) == root + expected)
    }
  }

  @Test("a link that leads out is seen to lead out, also where nothing is there yet")
  func danglingLinks() throws {
    let folder = try TemporaryFolder()
    let outside = try TemporaryFolder()
    symlink(outside.file("new"), folder.file("absolute"))
    symlink("../" + Paths.name(of: outside.path) + "/new", folder.file("relative"))
    symlink("absolute", folder.file("chain"))
    for name in ["absolute", "relative", "chain"] {
      let path = Paths.resolvedForWriting(folder.file(name))
      #expect(path == outside.file("new"))
      #expect(!Paths.isInside(path, folder.path))
    }
    // A link to itself leads nowhere: resolving it ends, and using it is an error.
    symlink("self", folder.file("self"))
    #expect(Paths.isInside(Paths.resolvedForWriting(folder.file("self")), folder.path))
  }

  @Test("with a NUL in them lead nowhere")
  func nul() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("a", "x") + "\0b"
    #expect(!Paths.exists(path) && !Paths.isFolder(folder.path + "\0"))
    #expect(Paths.resolved(path) == nil)
    #expect(throws: FileError.self) { try Paths.names(in: folder.path + "\0") }
  }

  @Test("a folder's names are sorted by bytes")
  func names() throws {
    let folder = try TemporaryFolder()
    for name in ["b", "a", "Z", "é", ".hidden", "10", "9"] { folder.make(name, "") }
    #expect(try Paths.names(in: folder.path) == [".hidden", "10", "9", "Z", "a", "b", "é"])
    let missing = folder.file("missing")
    #expect(throws: FileError.notFound(path: missing)) { try Paths.names(in: missing) }
    #expect(throws: FileError.isNotFolder(path: folder.file("a"))) {
      try Paths.names(in: folder.file("a"))
    }
    #expect(Paths.isFolder(folder.path) && !Paths.isFolder(folder.file("a")))
  }
}
