import Language

/// Finds front matter, cells and outputs in a notebook's text.
///
/// Block structure is CommonMark's as far as it decides what a fence is: fences inside other fences,
/// quotes, indented code and HTML blocks are none of ours, and a fence that starts on a list item's
/// own line ends with that item.
struct NotebookReader {
  private(set) var cells: [NotebookCell] = []
  private(set) var problems: [NotebookError] = []
  private(set) var frontMatter: Range<Int>?
  private(set) var lineEnd = "\n"

  private struct FoundCell {
    var fence: Fence
    var name: String?
    var options: CellOptions
    var source: String
    var range: Range<Int>
    var output: OutputBlock?
    var outputRange: Range<Int>?
    var gapRange: Range<Int>?
  }

  private var found: [FoundCell] = []

  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var lines = LineScanner(bytes, from: start)
    if let first = lines.copy.firstLine, first.next - first.end == 2 { lineEnd = "\r\n" }
    readFrontMatter(bytes, &lines)
    while let line = lines.next() { read(line, bytes, &lines) }
    nameCells()
  }

  /// Lines between `---` at the very start and `---` or `...`.
  private mutating func readFrontMatter(
    _ bytes: UnsafeBufferPointer<UInt8>, _ lines: inout LineScanner
  ) {
    var ahead = lines
    guard let first = ahead.next(), isMarker("---", first, bytes) else { return }
    while let line = ahead.next() {
      guard isMarker("---", line, bytes) || isMarker("...", line, bytes) else { continue }
      frontMatter = first.next..<line.start
      lines = ahead
      return
    }
  }

  private func isMarker(
    _ marker: String, _ line: LineScanner.Line, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    var end = line.end
    while end > line.start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    return end - line.start == marker.utf8.count
      && bytes[line.start..<end].elementsEqual(marker.utf8)
  }

  private mutating func read(
    _ line: LineScanner.Line, _ bytes: UnsafeBufferPointer<UInt8>, _ lines: inout LineScanner
  ) {
    let (columns, start) = line.indentation(in: bytes)
    guard start < line.end, columns <= 3 else { return }
    if let fence = Fence(bytes, at: start, end: line.end, indentation: columns, line: line.number) {
      readFence(fence, from: line, bytes, &lines)
    } else if let block = HTMLBlock(bytes, at: start, end: line.end) {
      skip(block, from: line, at: start, bytes, &lines)
    } else if let (fence, column) = fenceInItem(bytes, line, at: start, columns: columns) {
      skipFenceInItem(fence, column, bytes, &lines)
    }
  }

  // MARK: Fences

  private mutating func readFence(
    _ fence: Fence, from line: LineScanner.Line, _ bytes: UnsafeBufferPointer<UInt8>,
    _ lines: inout LineScanner
  ) {
    var ahead = lines
    guard let last = close(fence, bytes, &ahead) else {
      problems.append(.unclosedFence(line: fence.line, fence: fence.text))
      lines = ahead
      return
    }
    let inside = line.next..<last.start
    lines = ahead
    let info = String(decoding: UnsafeBufferPointer(rebasing: bytes[fence.info]), as: UTF8.self)
    let words = info.split { $0 == " " || $0 == "\t" }
    guard words.first == "tessera" else { return }

    let isTooLarge = inside.count > NotebookCell.sizeLimit
    if isTooLarge {
      problems.append(
        .cellTooLarge(line: fence.line, bytes: inside.count, limit: NotebookCell.sizeLimit))
    }
    var cell = FoundCell(
      fence: fence, name: nil, options: CellOptions(),
      source: isTooLarge ? "" : content(inside, fence, bytes), range: line.start..<last.next)
    readOptions(words.dropFirst(), into: &cell)
    readOutput(of: &cell, bytes, &lines)
    found.append(cell)
  }

  /// Moves past the line that closes a fence.
  private func close(
    _ fence: Fence, _ bytes: UnsafeBufferPointer<UInt8>, _ lines: inout LineScanner
  ) -> LineScanner.Line? {
    while let line = lines.next() {
      let (columns, start) = line.indentation(in: bytes)
      if columns <= 3, fence.isClosed(by: bytes, from: start, to: line.end) { return line }
    }
    return nil
  }

  /// The text inside a fence: the fence's own indentation is taken off, line ends become line feeds.
  private func content(
    _ range: Range<Int>, _ fence: Fence, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> String {
    let inside = UnsafeBufferPointer(rebasing: bytes[range])
    if fence.indentation == 0, !inside.contains(0x0D) {
      return String(decoding: inside, as: UTF8.self)
    }
    var result: [UInt8] = []
    result.reserveCapacity(inside.count)
    var lines = LineScanner(inside)
    while let line = lines.next() {
      var start = line.start
      let most = start + fence.indentation
      while start < min(most, line.end), inside[start] == 0x20 { start += 1 }
      result += inside[start..<line.end]
      result.append(0x0A)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func readOptions(_ words: ArraySlice<Substring>, into cell: inout FoundCell) {
    for (index, word) in words.enumerated() {
      if !word.contains("=") {
        if index == 0, NotebookReader.isName(word) {
          cell.name = String(word)
        } else if index == 0 {
          problems.append(.badCellName(name: String(word), line: cell.fence.line))
        } else {
          problems.append(
            .badOption(
              line: cell.fence.line, text: String(word), reason: "is no option: write name=value",
              suggestion: nil))
        }
        continue
      }
      do throws(NotebookError) {
        try cell.options.add(word, line: cell.fence.line)
      } catch {
        problems.append(error)
      }
    }
  }

  static func isName(_ word: some StringProtocol) -> Bool {
    (1...64).contains(word.unicodeScalars.count)
      && word.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil
          || "_-.".unicodeScalars
            .contains($0)
      }
  }

  /// The fence marked `output` that comes next, blank lines between left aside.
  private mutating func readOutput(
    of cell: inout FoundCell, _ bytes: UnsafeBufferPointer<UInt8>, _ lines: inout LineScanner
  ) {
    var ahead = lines
    while let line = ahead.next() {
      let (columns, start) = line.indentation(in: bytes)
      if start == line.end { continue }
      guard columns <= 3,
        let fence = Fence(
          bytes, at: start, end: line.end, indentation: columns, line: line.number)
      else { return }
      let info = String(decoding: UnsafeBufferPointer(rebasing: bytes[fence.info]), as: UTF8.self)
      let words = info.split { $0 == " " || $0 == "\t" }
      guard words.first == "output" else { return }
      // Left to the caller, which reports it.
      guard let last = close(fence, bytes, &ahead) else { return }
      cell.output = NotebookReader.output(
        words.dropFirst(), body: content(line.next..<last.start, fence, bytes))
      cell.outputRange = line.start..<last.next
      cell.gapRange = cell.range.upperBound..<line.start
      lines = ahead
      return
    }
  }

  /// What an output's first line says. Words that mean nothing to us are let be.
  private static func output(_ words: ArraySlice<Substring>, body: String) -> OutputBlock {
    var block = OutputBlock(name: nil, key: nil, body: body)
    for (index, word) in words.enumerated() {
      if word.hasPrefix("key=") {
        block.key = String(word.dropFirst("key=".count))
      } else if word == "check=none" {
        block.isUnchecked = true
      } else if index == 0, !word.contains("=") {
        block.name = String(word)
      }
    }
    return block
  }

  // MARK: What hides fences

  private mutating func skip(
    _ block: HTMLBlock, from first: LineScanner.Line, at start: Int,
    _ bytes: UnsafeBufferPointer<UInt8>, _ lines: inout LineScanner
  ) {
    if block.ends(in: bytes, from: start, to: first.end) { return }
    var hidesCell = false
    while let line = lines.next() {
      if block.ends(in: bytes, from: line.start, to: line.end) { return }
      let (columns, start) = line.indentation(in: bytes)
      if columns <= 3,
        let fence = Fence(
          bytes, at: start, end: line.end, indentation: columns, line: line.number),
        bytes[fence.info].starts(with: "tessera".utf8)
      {
        hidesCell = true
      }
    }
    if hidesCell { problems.append(.unclosedComment(line: first.number)) }
  }

  /// A fence on the line of a list item's marker, and the column where the item's text starts.
  private func fenceInItem(
    _ bytes: UnsafeBufferPointer<UInt8>, _ line: LineScanner.Line, at start: Int, columns: Int
  ) -> (Fence, Int)? {
    var index = start
    var column = columns
    while let markerEnd = listMarkerEnd(bytes, from: index, to: line.end) {
      column += markerEnd - index
      index = markerEnd
      let before = column
      while index < line.end, bytes[index] == 0x20 || bytes[index] == 0x09 {
        column += bytes[index] == 0x09 ? 4 - column % 4 : 1
        index += 1
      }
      // Five blanks or more: indented code.
      guard (1...4).contains(column - before) else { return nil }
      if let fence = Fence(bytes, at: index, end: line.end, indentation: 0, line: line.number) {
        return (fence, column)
      }
    }
    return nil
  }

  private func listMarkerEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int)
    -> Int?
  {
    guard start < end else { return nil }
    if "-+*".utf8.contains(bytes[start]) { return start + 1 }
    var index = start
    while index < end, index - start < 9, (0x30...0x39).contains(bytes[index]) { index += 1 }
    guard index > start, index < end, ".)".utf8.contains(bytes[index]) else { return nil }
    return index + 1
  }

  private mutating func skipFenceInItem(
    _ fence: Fence, _ column: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ lines: inout LineScanner
  ) {
    while true {
      var ahead = lines
      guard let line = ahead.next() else { return }
      let (columns, start) = line.indentation(in: bytes)
      // The item ends, and the fence with it; the line is read as one outside.
      if start < line.end, columns < column { return }
      lines = ahead
      if columns <= column + 3, fence.isClosed(by: bytes, from: start, to: line.end) { return }
    }
  }

  // MARK: Names

  private mutating func nameCells() {
    var firstLines: [String: Int] = [:]
    for cell in found {
      guard let name = cell.name else { continue }
      if let first = firstLines[name] {
        problems.append(.duplicateCell(name: name, line: cell.fence.line, first: first))
      } else {
        firstLines[name] = cell.fence.line
      }
    }
    problems.sort { ($0.line ?? 0) < ($1.line ?? 0) }
    var number = 0
    for cell in found {
      var name = cell.name ?? ""
      if cell.name == nil {
        repeat {
          number += 1
          name = "c\(number)"
        } while firstLines[name] != nil
      }
      cells.append(
        NotebookCell(
          name: name, isNamed: cell.name != nil, options: cell.options,
          source: SourceText(cell.source, name: name), line: cell.fence.line, output: cell.output,
          range: cell.range, outputRange: cell.outputRange, gapRange: cell.gapRange,
          indentation: cell.fence.indentation))
    }
  }
}

extension LineScanner {
  fileprivate var firstLine: Line? {
    var lines = self
    return lines.next()
  }
}
