import Commands
import Files
import Glibc
import Testing

@Suite("The reference page of commands") struct CommandReferenceTests {
  static let path = packageRoot + "/docs/commands.md"

  /// `TESSERA_WRITE_DOCS=1 swift test --filter CommandReferenceTests` writes the page.
  @Test func isUpToDate() throws {
    if getenv("TESSERA_WRITE_DOCS") != nil {
      try DurableFile.makeFolder(Self.packageRoot + "/docs")
      try CommandReference.write(TesseraCommands.registry, to: Self.path)
    }
    let page = try FileContents.text(at: Self.path)
    let isCurrent = page == CommandReference.markdown(TesseraCommands.registry)
    #expect(isCurrent, "docs/commands.md is out of date: run 'tessera docs'")
  }

  @Test func namesEveryCommandOnce() {
    let page = CommandReference.markdown(TesseraCommands.registry)
    let headings = page.split(separator: "\n").filter { $0.hasPrefix("### ") }.map {
      $0.dropFirst(4)
    }
    #expect(headings.sorted() == TesseraCommands.registry.names.map { $0[...] }.sorted())
  }

  private static var packageRoot: String {
    Paths.parent(of: Paths.parent(of: Paths.parent(of: #filePath)))
  }
}
