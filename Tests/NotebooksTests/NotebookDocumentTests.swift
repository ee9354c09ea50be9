import Files
import Glibc
import Testing

@testable import Notebooks

@Suite("The notebook's text") struct NotebookDocumentTests {
  private func read(_ text: String) throws -> NotebookDocument {
    try NotebookDocument(reading: text)
  }

  // MARK: Identity

  /// Pieces that mean something to the reader, put together at random.
  static let pieces = [
    "```tessera\n", "```tessera name\n", "~~~tessera\n", "```\n", "~~~\n", "````\n", "```output\n",
    "```output name key=abc\n", "  ```tessera x\n", "    ```tessera\n", "\t```\n", "> ```tessera\n",
    ">", "- ```\n", "1. ```python\n", "   ", "\n", "\r\n", "\r", "text\n", "x = 1\n", "---\n",
    "...\n", "title: a\n", "seed: 1\n", "params: {a: 1}\n", "<!--\n", "-->\n", "<pre>\n", "</pre>",
    "é", "😀\n", "\u{FEFF}", "`", "``", "# Title\n", "tessera", " key=1 ", "expect=error ",
  ]

  @Test("prints as it was read, whatever the text", arguments: 0..<3)
  func identity(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    for _ in 0..<3_000 {
      let count = Int.random(in: 0..<40, using: &random)
      let text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
      #expect(try read(text).text == text)
    }
  }

  @Test("any bytes are either refused or printed as they were")
  func anyBytes() throws {
    var random = TestRandom(7)
    let alphabet: [UInt8] = Array("`~ \n\r\t>-x#<!".utf8) + [0, 0xC3, 0xA9, 0xFF]
    for _ in 0..<3_000 {
      let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      if let document = try? NotebookDocument(reading: bytes) {
        #expect(document.bytes == bytes)
      } else {
        #expect(bytes.contains(0) || FileContents.firstInvalidUTF8(in: bytes) != nil)
      }
    }
  }

  @Test("outputs that are set are read back, and the rest is kept", arguments: 0..<2)
  func settingOutputs(seed: Int) throws {
    var random = TestRandom(UInt64(100 + seed))
    let bodies = ["", "\n", "a\n", "```\n", "````tessera\nx\n````\n", "  two\n\n\n", "~~~\n"]
    for _ in 0..<2_000 {
      let count = Int.random(in: 0..<40, using: &random)
      let text = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
      var document = try read(text)
      for index in document.cells.indices where Bool.random(using: &random) {
        let block = OutputBlock(
          name: document.cells[index].name, key: "0123456789ab",
          isUnchecked: Bool.random(using: &random),
          body: bodies.randomElement(using: &random) ?? "")
        document.setOutput(Bool.random(using: &random) ? block : nil, ofCell: index)
      }
      let again = try read(document.text)
      #expect(again.cells.map(\.name) == document.cells.map(\.name))
      #expect(again.cells.map(\.source.text) == document.cells.map(\.source.text))
      for (new, old) in zip(again.cells, document.cells) where old.outputChanged {
        // An output that was taken away may uncover a second one, which was not the cell's.
        if old.output != nil { #expect(new.output == old.output) }
      }
      #expect(again.text == document.text)
    }
  }

  // MARK: Cells

  @Test("finds cells, names, options and outputs")
  func cells() throws {
    let document = try read(
      """
      # Title
      ```tessera first expect=error[E0104] show=false
      x = 1
      ```

      ```output first key=5f1c92ab4e07 check=none
      a
      b
      ```
      ~~~~ tessera
      y
      ~~~
      ~~~~
      ```python
      ```
      """)
    #expect(document.problems.isEmpty)
    #expect(document.cells.map(\.name) == ["first", "c1"])
    #expect(document.cells.map(\.line) == [2, 10])
    #expect(document.cells[0].source.text == "x = 1\n")
    #expect(document.cells[1].source.text == "y\n~~~\n")
    #expect(document.cells[0].options.expectation == .error(code: "E0104"))
    #expect(!document.cells[0].options.isShown)
    #expect(
      document.cells[0].output
        == OutputBlock(name: "first", key: "5f1c92ab4e07", isUnchecked: true, body: "a\nb\n"))
    #expect(document.cells[1].output == nil)
  }

  @Test(
    "only fences at line level are cells",
    arguments: [
      "> ```tessera\n> 1\n> ```\n", "    ```tessera\n    1\n    ```\n",
      "\t```tessera\n\t1\n\t```\n", "````\n```tessera\n1\n```\n````\n",
      "~~~\n```tessera\n```\n~~~\n",
      "<!--\n```tessera\n1\n```\n-->\n", "<pre>\n```tessera\n1\n```\n</PRE>\n",
      "<?x\n```tessera\n```\n?>\n", "<![CDATA[\n```tessera\n```\n]]>\n",
      "<!X\n```tessera\n```\n>\n",
      "- ```tessera\n  1\n  ```\n", "1. ```text\n   ```tessera\n   ```\n", "``tessera\n1\n``\n",
      "```tessera `x`\n", "```tesserae\n1\n```\n", "text ```tessera\n",
    ])
  func noCells(text: String) throws {
    let document = try read(text)
    #expect(document.cells.isEmpty)
    #expect(document.problems.isEmpty)
  }

  @Test("what looks like a hiding place, but has ended, hides nothing")
  func afterHidingPlaces() throws {
    for text in [
      "- ```python\n  x\n  ```\n```tessera\n1\n```\n", "- ```python\n```tessera\n1\n```\n",
      "<!-- a -->\n```tessera\n1\n```\n", "<!-->\n```tessera\n1\n```\n",
      "<prefix>\n```tessera\n1\n```\n", "> quote\n```tessera\n1\n```\n",
      "-     ```\n```tessera\n1\n```\n", "1234567890. ```\n```tessera\n1\n```\n",
    ] {
      #expect(try read(text).cells.map(\.source.text) == ["1\n"], "\(text)")
    }
  }

  @Test("a fence's own blanks are taken from its lines, and put before its output's")
  func indentation() throws {
    var document = try read("- item\n\n  ```tessera\n  if x {\n    y\n }\n  ```\nend\n")
    #expect(document.cells[0].source.text == "if x {\n  y\n}\n")
    document.setOutput(OutputBlock(name: "c1", key: "k", body: "a\n\n b\n"), ofCell: 0)
    #expect(
      document.text
        == "- item\n\n  ```tessera\n  if x {\n    y\n }\n  ```\n  ```output c1 key=k\n  a\n\n   b\n"
        + "  ```\nend\n")
    #expect(try read(document.text).cells[0].output?.body == "a\n\n b\n")
  }

  @Test("an output is put right after its cell, also at the very end")
  func insertion() throws {
    var document = try read("```tessera\n1\n```")
    document.setOutput(OutputBlock(name: "c1", key: "k", body: "1\n"), ofCell: 0)
    #expect(document.text == "```tessera\n1\n```\n```output c1 key=k\n1\n```\n")
  }

  @Test("an output that is taken away takes the blank lines before it along")
  func removal() throws {
    var document = try read("```tessera\n1\n```\n\n\n```output\n1\n```\n\nprose\n")
    document.setOutput(nil, ofCell: 0)
    #expect(document.text == "```tessera\n1\n```\n\nprose\n")
  }

  @Test("an output's fence is longer than any in its text")
  func longFences() throws {
    var document = try read("```tessera\n1\n```\n")
    document.setOutput(OutputBlock(name: nil, key: nil, body: "x ````` y\n"), ofCell: 0)
    #expect(document.text == "```tessera\n1\n```\n``````output\nx ````` y\n``````\n")
  }

  @Test("unnamed cells are counted, past names that are taken")
  func names() throws {
    let document = try read(
      "```tessera\n```\n```tessera c2\n```\n```tessera x\n```\n```tessera\n```\n")
    #expect(document.cells.map(\.name) == ["c1", "c2", "x", "c3"])
    #expect(document.cells.map(\.isNamed) == [false, true, true, false])
  }

  @Test("the notebook's line ends are kept and used")
  func carriageReturns() throws {
    let text = "a\r\n```tessera\r\nx\r\ny\r\n```\r\n"
    var document = try read(text)
    #expect(document.cells[0].source.text == "x\ny\n")
    document.setOutput(OutputBlock(name: "c1", key: "k", body: "1\n2\n"), ofCell: 0)
    #expect(document.text == text + "```output c1 key=k\r\n1\r\n2\r\n```\r\n")
    #expect(try read(document.text).cells[0].output?.body == "1\n2\n")
  }

  @Test("a byte-order mark is kept and hides nothing")
  func byteOrderMark() throws {
    let document = try read("\u{FEFF}---\nseed: 4\n---\n```tessera\n1\n```\n")
    #expect(document.frontMatter.seed == 4)
    #expect(document.cells.count == 1)
    #expect(document.bytes.starts(with: [0xEF, 0xBB, 0xBF]))
  }

  // MARK: Problems

  @Test("an unclosed fence is named by its line")
  func unclosed() throws {
    #expect(
      try read("a\n\n~~~~tessera\n1\n~~~\n").problems == [.unclosedFence(line: 3, fence: "~~~~")])
    let output = try read("```tessera\n1\n```\n```output\n")
    #expect(output.problems == [.unclosedFence(line: 4, fence: "```")])
    #expect(output.cells.count == 1)
    #expect(try read("<!--\n```tessera\n1\n```\n").problems == [.unclosedComment(line: 1)])
    #expect(try read("<!--\nnothing\n").problems.isEmpty)
    #expect(try read("- ```\n  x").problems.isEmpty)
    let error = NotebookError.unclosedFence(line: 3, fence: "~~~~")
    #expect(error.message == "the fence ~~~~ that line 3 opens is never closed")
  }

  @Test("double names and bad words are named by their lines")
  func badWords() throws {
    let document = try read(
      """
      ```tessera a
      ```
      ```tessera a
      ```
      ```tessera b!
      ```
      ```tessera d e
      ```
      ```tessera expct=error
      ```
      ```tessera expect=error[104]
      ```
      ```tessera expect=warning
      ```
      ```tessera f show=no
      ```
      """)
    #expect(
      document.problems == [
        .duplicateCell(name: "a", line: 3, first: 1), .badCellName(name: "b!", line: 5),
        .badOption(line: 7, text: "e", reason: "is no option: write name=value", suggestion: nil),
        .badOption(
          line: 9, text: "expct=error", reason: "is no option of a cell", suggestion: "expect"),
        .badOption(
          line: 11, text: "expect=error[104]", reason: "names no error code such as E0104",
          suggestion: nil),
        .badOption(
          line: 13, text: "expect=warning", reason: "is not understood: write expect=error[E0104]",
          suggestion: nil),
        .badOption(
          line: 15, text: "f show=no", reason: "", suggestion: nil),
      ].dropLast()
        + [
          .badOption(
            line: 15, text: "show=no", reason: "is neither show=true nor show=false",
            suggestion: nil)
        ])
    #expect(document.problems.allSatisfy { $0.line != nil })
  }

  @Test("bytes that are no text are refused with their place")
  func noText() {
    #expect(throws: NotebookError.containsNUL(path: "n", line: 2, byte: 3)) {
      try NotebookDocument(reading: [0x61, 0x62, 0x0A, 0, 0x63], path: "n")
    }
    #expect(throws: NotebookError.notUTF8(path: "n", line: 1, byte: 1)) {
      try NotebookDocument(reading: [0x61, 0xFF, 0x0A], path: "n")
    }
  }

  @Test("a line of 100 MB is read and printed")
  func hugeLine() throws {
    let line = [UInt8](repeating: UInt8(ascii: "`"), count: 100_000_000)
    let bytes = Array("```tessera\n1\n```\n".utf8) + [0x20] + line + [0x78, 0x60]
    let document = try NotebookDocument(reading: bytes)
    #expect(document.cells.count == 1)
    #expect(document.bytes == bytes)
  }

  @Test("a cell of 20 MB is refused by its line")
  func hugeCell() throws {
    let line = [UInt8](repeating: UInt8(ascii: "a"), count: 20_000_000)
    let bytes = Array("text\n```tessera\n".utf8) + line + Array("\n```\n".utf8)
    let document = try NotebookDocument(reading: bytes)
    #expect(
      document.problems == [.cellTooLarge(line: 2, bytes: 20_000_001, limit: 16_777_216)])
    #expect(document.bytes == bytes)
  }

  @Test("control characters of an output are written out")
  func sanitizing() {
    #expect(OutputBlock.sanitized("plain é\tx\n") == "plain é\tx\n")
    #expect(
      OutputBlock.sanitized("a\0b\r\u{1B}[31m\u{9B}\u{7F}")
        == "a\\u{0}b\\u{d}\\u{1b}[31m\\u{9b}\\u{7f}")
  }
}

@Suite("Finding notebooks") struct NotebookFolderTests {
  @Test("a folder's notebooks are its Markdown files with cells")
  func folders() throws {
    let notebook = try TestNotebook()
    let folder = notebook.folder + "/nb"
    #expect(throws: NotebookError.noNotebooks(path: folder)) {
      try NotebookFolder.notebooks(at: [folder])
    }
    try DurableFile.makeFolder(folder + "/b/.hidden")
    symlink(folder, folder + "/b/loop")
    let cell = "```tessera\n1\n```\n"
    try notebook.write(cell, to: "z.md")
    try notebook.write(cell, to: "b/a.md")
    try notebook.write(cell, to: "b/.hidden/x.md")
    try notebook.write(cell, to: "z.result.md")
    try notebook.write(cell, to: "z.result-2.md")
    try notebook.write(cell, to: "z.txt")
    try notebook.write("prose", to: "prose.md")
    try notebook.write("```tessera\n", to: "broken.md")
    try DurableFile.replace(folder + "/damaged.md", with: Array(cell.utf8) + [0xFF])
    try DurableFile.replace(folder + "/binary.md", with: [0xFF])
    #expect(
      try NotebookFolder.notebooks(at: [folder, "given"])
        == ["b/a.md", "broken.md", "damaged.md", "z.md"].map { folder + "/" + $0 } + ["given"])
  }
}
