import Files
import Glibc
import Testing

@Suite("Mapped files") struct MappedFileTests {
  @Test("show the same bytes as reading, also when the file is gone by then")
  func bytes() throws {
    let folder = try TemporaryFolder()
    let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = try MappedFile(path: folder.make("x", content))
    unlink(folder.file("x"))
    #expect(file.count == 100_000)
    #expect(Array(file.bytes) == content)
    #expect(Array(try file.slice(10, 5)) == Array(content[10..<15]))
    #expect(try file.slice(100_000, 0).count == 0)
  }

  @Test("refuse what lies outside, without overflow")
  func outside() throws {
    let folder = try TemporaryFolder()
    let path = folder.make("x", "12345")
    let file = try MappedFile(path: path)
    #expect(throws: FileError.truncated(path: path, needed: 6, found: 5)) { try file.slice(5, 1) }
    #expect(throws: FileError.truncated(path: path, needed: .max, found: 5)) {
      try file.slice(.max, .max)
    }
    #expect(throws: FileError.self) { try file.slice(-1, 2) }
    #expect(throws: FileError.self) { try file.slice(2, -1) }
    #expect(throws: FileError.self) { try file.slice(.min, .min) }
  }

  @Test("an empty file has no bytes")
  func empty() throws {
    let folder = try TemporaryFolder()
    let file = try MappedFile(path: folder.make("x", ""))
    #expect(file.count == 0)
    #expect(try file.slice(0, 0).count == 0)
    #expect(throws: FileError.self) { try file.slice(0, 1) }
  }

  @Test("folders, missing files and devices are errors")
  func errors() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.isFolder(path: folder.path)) { try MappedFile(path: folder.path) }
    let missing = folder.file("missing")
    #expect(throws: FileError.notFound(path: missing)) { try MappedFile(path: missing) }
    #expect(throws: FileError.self) { try MappedFile(path: "/dev/zero") }
  }

  @Test("a file's digest is that of its bytes, also where they cannot be mapped")
  func digest() throws {
    let folder = try TemporaryFolder()
    let abc = folder.make("x", "abc")
    #expect(try Digest.hexadecimal(ofFile: abc) == Digest.hexadecimal(of: "abc"))
    #expect(try Digest.hexadecimal(ofFile: folder.make("e", "")) == Digest.hexadecimal(of: ""))
    let version = try FileContents.bytes(at: "/proc/version")
    #expect(try Digest.hexadecimal(ofFile: "/proc/version") == Digest.hexadecimal(of: version))
  }
}
