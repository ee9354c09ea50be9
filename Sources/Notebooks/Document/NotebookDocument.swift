import Files

/// A notebook: a Markdown text with cells, their outputs, and front matter.
///
/// What is neither cell nor output is kept byte for byte, so an unchanged document prints as it was
/// read: `NotebookDocument(reading: x).bytes == x`.
public struct NotebookDocument: Sendable {
  /// Larger files are refused.
  public static let sizeLimit = 1 << 29

  /// How errors name it.
  public let path: String
  public internal(set) var frontMatter: FrontMatter
  public internal(set) var cells: [NotebookCell]
  /// What keeps it from being run, in the order of the text. Its text is kept all the same.
  public let problems: [NotebookError]
  /// The line end of its first line.
  public let lineEnd: String

  /// The text as it was read.
  let original: [UInt8]
  /// The front matter's lines between the dashes, where there are any.
  let frontMatterRange: Range<Int>?
  /// The front matter's text where parameters were set in it.
  var frontMatterText: String?

  /// Takes a notebook's text apart.
  ///
  /// - Throws: ``NotebookError/notUTF8(path:line:byte:)`` and
  ///   ``NotebookError/containsNUL(path:line:byte:)``; all else that is wrong is in ``problems``.
  /// - Complexity: linear in the number of bytes.
  public init(reading bytes: [UInt8], path: String = "notebook") throws(NotebookError) {
    func line(of byte: Int) -> Int { 1 + bytes[..<byte].count { $0 == 0x0A } }
    if let byte = bytes.withUnsafeBufferPointer(LineScanner.firstNUL) {
      throw .containsNUL(path: path, line: line(of: byte), byte: byte)
    }
    if let byte = FileContents.firstInvalidUTF8(in: bytes) {
      throw .notUTF8(path: path, line: line(of: byte), byte: byte)
    }
    var reader = NotebookReader()
    bytes.withUnsafeBufferPointer { reader.read($0) }
    self.path = path
    original = bytes
    cells = reader.cells
    lineEnd = reader.lineEnd
    frontMatterRange = reader.frontMatter
    var problems = reader.problems
    if let range = reader.frontMatter {
      let text = String(decoding: bytes[range], as: UTF8.self)
      do throws(NotebookError) {
        frontMatter = try FrontMatter(reading: text, firstLine: 2)
      } catch {
        frontMatter = FrontMatter()
        problems.insert(error, at: 0)
      }
    } else {
      frontMatter = FrontMatter()
    }
    self.problems = problems
  }

  public init(reading text: String, path: String = "notebook") throws(NotebookError) {
    try self.init(reading: Array(text.utf8), path: path)
  }

  /// Reads a notebook's file.
  ///
  /// - Throws: ``FileError`` and what ``init(reading:path:)-(_,_)`` throws.
  public init(file path: String) throws {
    try self.init(
      reading: FileContents.bytes(at: path, limit: NotebookDocument.sizeLimit), path: path)
  }

  // MARK: Changing

  /// Puts what a cell showed after it; nil takes the output away.
  ///
  /// The text stays as it is where it says the same already.
  public mutating func setOutput(_ output: OutputBlock?, ofCell index: Int) {
    guard cells.indices.contains(index), cells[index].output != output else { return }
    cells[index].output = output
    cells[index].outputChanged = true
  }

  public func cellIndex(_ name: String) -> Int? { cells.firstIndex { $0.name == name } }

  // MARK: Printing

  /// The notebook's text.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(original.count + 256)
    var position = 0
    if let range = frontMatterRange, let frontMatterText {
      result += original[..<range.lowerBound]
      result += frontMatterText.utf8
      position = range.upperBound
    }
    for cell in cells where cell.outputChanged {
      result += original[position..<cell.range.upperBound]
      position = cell.range.upperBound
      let old = cell.outputRange
      guard let output = cell.output else {
        // The blank lines before the output go with it.
        if let old { position = old.upperBound }
        continue
      }
      if result.last != 0x0A { result += lineEnd.utf8 }
      if let old {
        result += original[position..<old.lowerBound]
        position = old.upperBound
      }
      result += output.fenced(indentation: cell.indentation, lineEnd: lineEnd).utf8
    }
    result += original[position...]
    return result
  }

  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
