import Files
import Glibc

/// What a tokenizer is trained on: texts in memory, or files that need not fit into it.
///
/// No piece reaches over the end of a text or file.
public enum TrainingCorpus: Sendable {
  case texts([String])
  /// Texts that need not be valid UTF-8.
  case bytes([[UInt8]])
  case files([String])

  var count: Int {
    switch self {
    case .texts(let texts): texts.count
    case .bytes(let texts): texts.count
    case .files(let paths): paths.count
    }
  }
}

/// Hands out a corpus in blocks that are cut where every known pre-tokenizer cuts.
struct CorpusReader {
  /// A part of one text.
  struct Block {
    let bytes: [UInt8]
    let startsText: Bool
  }

  static let blockSize = 1 << 20
  /// The longest block, where a text has no place to cut.
  static let longestBlock = 1 << 30

  private let corpus: TrainingCorpus
  private let blockSize: Int
  private var number = 0
  private var text: [UInt8] = []
  private var offset = 0
  private var file: OpenFile?
  private var carried: [UInt8] = []
  private var startsText = true
  /// How many bytes were handed out, and their digest.
  private(set) var bytes = 0
  private(set) var digest = Digest()

  init(_ corpus: TrainingCorpus, blockSize: Int = Self.blockSize) {
    self.corpus = corpus
    self.blockSize = blockSize
  }

  /// The next block, or nil at the end.
  mutating func next() throws(TokenizerError) -> Block? {
    while number < corpus.count {
      var block = carried
      carried = []
      var wanted = blockSize
      while true {
        let isEnd = try fill(&block, to: wanted)
        if isEnd {
          number += 1
          file = nil
          offset = 0
          break
        }
        if let cut = CorpusCut.last(in: block) {
          carried = Array(block[cut...])
          block.removeLast(carried.count)
          break
        }
        if wanted >= Self.longestBlock {
          throw .textTooLong(bytes: block.count, limit: Self.longestBlock)
        }
        wanted *= 2
      }
      let starts = startsText
      startsText = carried.isEmpty && file == nil && offset == 0
      if block.isEmpty { continue }
      bytes += block.count
      digest.add(block)
      return Block(bytes: block, startsText: starts)
    }
    return nil
  }

  /// Reads on in the present text until the block has `wanted` bytes; true at the text's end.
  private mutating func fill(_ block: inout [UInt8], to wanted: Int) throws(TokenizerError) -> Bool
  {
    switch corpus {
    case .texts(let texts):
      if offset == 0 && block.isEmpty { text = Array(texts[number].utf8) }
    case .bytes(let texts):
      if offset == 0 && block.isEmpty { text = texts[number] }
    case .files(let paths):
      if file == nil { file = try OpenFile(paths[number]) }
      guard let file else { return true }
      return try file.read(into: &block, to: wanted)
    }
    let end = min(text.count, offset + max(0, wanted - block.count))
    block += text[offset..<end]
    offset = end
    return end == text.count
  }
}

/// A file that is read from its start to its end.
private final class OpenFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(TokenizerError) {
    // The system would open the name before the zero.
    if path.utf8.contains(0) { throw .file(.notFound(path: path)) }
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .file(Self.error(path)) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw .file(.isFolder(path: path))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func error(_ path: String) -> FileError {
    switch errno {
    case ENOENT, ENOTDIR: .notFound(path: path)
    case EACCES, EPERM: .noPermission(path: path)
    default: .system(path: path, operation: "read", errno: errno)
    }
  }

  /// Appends bytes until there are `wanted`; true at the file's end.
  func read(into block: inout [UInt8], to wanted: Int) throws(TokenizerError) -> Bool {
    let start = block.count
    guard wanted > start else { return false }
    var got = 0
    block += [UInt8](unsafeUninitializedCapacity: wanted - start) { buffer, filled in
      filled = 0
      while filled < buffer.count, let base = buffer.baseAddress {
        got = Glibc.read(descriptor, base + filled, buffer.count - filled)
        if got < 0 && errno == EINTR { continue }
        if got <= 0 { break }
        filled += got
      }
    }
    if got < 0 { throw .file(Self.error(path)) }
    return block.count < wanted
  }
}
