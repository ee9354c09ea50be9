import Files
import Glibc
import Kernels

/// The documents of a text file, one after another, of which no more than one and a block are in memory.
struct TextParts {
  private static let blockSize = 1 << 20
  private static let longest = 1 << 30

  private let path: String
  private let cut: TokenFile.Cut
  private let file: OpenedFile
  private var block: [UInt8] = []
  private var place = 0
  /// Bytes of the file before the block.
  private var offset = 0
  private var isEnd = false

  init(path: String, cut: TokenFile.Cut) throws(FileError) {
    (self.path, self.cut) = (path, cut)
    file = try OpenedFile(path)
  }

  /// The next document that is not empty, without the line ends around it; nil at the file's end.
  ///
  /// - Throws: ``FileError`` also where a document is no UTF-8, or longer than a gibibyte.
  mutating func next() throws(FileError) -> String? {
    var document: [UInt8] = []
    var start = offset + place
    while let line = try nextLine() {
      if cut == .blankLines, !line.isEmpty {
        document += (document.isEmpty ? [] : [UInt8(ascii: "\n")]) + line
        if document.count <= Self.longest { continue }
        throw .malformed(path: path, byte: start, reason: "a document is longer than a gibibyte")
      }
      if cut == .lines { document = line }
      if !document.isEmpty { break }
      start = offset + place
    }
    if document.isEmpty { return nil }
    do throws(FileError) { return try FileContents.text(of: document, path: path) } catch {
      throw .malformed(path: path, byte: start, reason: "a document that begins here is no UTF-8")
    }
  }

  /// The next line without its end (LF or CR LF); nil at the file's end.
  private mutating func nextLine() throws(FileError) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      let rest = block[place...]
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line += rest[..<end]
        place = end + 1
        break
      }
      line += rest
      offset += block.count
      (block, place) = (isEnd ? [] : try file.read(Self.blockSize), 0)
      if block.isEmpty {
        isEnd = true
        if line.isEmpty { return nil }
        break
      }
      if line.count > Self.longest {
        throw .malformed(path: path, byte: offset, reason: "a line is longer than a gibibyte")
      }
    }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }
}

/// A file that is read from its start to its end.
private final class OpenedFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(FileError) {
    if path.utf8.contains(0) { throw .notFound(path: path) }
    if Paths.isFolder(path) { throw .isFolder(path: path) }
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .notFound(path: path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Up to so many bytes; none at the file's end.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var got = 0
      repeat {
        got = Glibc.read(descriptor, buffer.baseAddress, count)
      } while got < 0 && errno == EINTR
      if got < 0 { code = errno }
      filled = max(got, 0)
    }
    if code != 0 { throw .system(path: path, operation: "read", errno: code) }
    return bytes
  }
}
