import Files
import Glibc
import Kernels
import Synchronization
import Tokenizers

/// The tokens of a text file that need not fit into memory: encoded part by part into a file of their own,
/// which is mapped and has no name, so that it is gone with this object.
public final class TokenFile: Sendable {
  /// Where a document of a text ends.
  public enum Cut: String, Sendable, CaseIterable {
    case lines
    /// At an empty line.
    case blankLines = "blank_lines"
  }

  /// The places of each document's tokens.
  public let documents: [Range<Int>]
  public var tokens: Int { documents.last?.upperBound ?? 0 }
  private let file: MappedFile

  private static let bufferSize = 1 << 18
  /// Tells the files of this process apart.
  private static let made = Atomic<Int>(0)

  private static func number() -> Int { made.add(1, ordering: .relaxed).newValue }

  /// Encodes a text's documents in their order.
  ///
  /// - Parameter folder: where the tokens go, 4 bytes each; the cache's folder unless given.
  /// - Throws: ``TrainingError``; nothing is left in the folder.
  /// - Complexity: O(bytes) time; memory for the longest document and 16 bytes a document.
  public init(
    of path: String, cut: Cut, tokenizer: Tokenizer, in folder: String? = nil,
    progress: ((Int) -> Void)? = nil
  ) throws(TrainingError) {
    var documents: [Range<Int>] = []
    do {
      let folder = folder ?? Paths.join(Paths.cacheFolder, "tokens")
      try DurableFile.makeFolder(folder)
      let place = Paths.join(folder, "tokens-\(getpid())-\(Self.number()).i32")
      let writer = try DurableFileWriter(path: place)
      defer { unlink(place) }
      var parts = try TextParts(path: path, cut: cut)
      var (buffer, count): ([UInt8], Int) = ([], 0)
      while let text = try parts.next() {
        try Cancellation.check()
        let ids = try tokenizer.encode(text)
        if ids.isEmpty { continue }
        documents.append(count..<count + ids.count)
        count += ids.count
        for id in ids { withUnsafeBytes(of: id.littleEndian) { buffer += $0 } }
        if buffer.count >= Self.bufferSize {
          try writer.write(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
        progress?(documents.count)
      }
      try writer.write(buffer)
      try writer.finish()
      file = try MappedFile(path: place)
    } catch { throw TrainingError(cause: error) }
    self.documents = documents
  }

  /// Appends the tokens of a range of places.
  func append(_ range: Range<Int>, to ids: inout [Int32]) {
    let inside = range.clamped(to: 0..<file.count / 4)
    for place in inside {
      ids.append(
        Int32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: 4 * place, as: Int32.self)))
    }
  }

  /// All documents but the last twentieth, and that; of few documents the end of the last.
  func split() -> (training: [Range<Int>], held: [Range<Int>]) {
    let (held, kept) = LanguageModelTraining.heldOut(
      of: documents.count, last: documents.last?.count ?? 0)
    if held > 0 { return (Array(documents.dropLast(held)), Array(documents.suffix(held))) }
    guard let kept, let last = documents.last else { return (documents, []) }
    let cut = last.lowerBound + kept
    return (
      documents.dropLast() + [last.lowerBound..<cut], [cut..<last.upperBound]
    )
  }
}
