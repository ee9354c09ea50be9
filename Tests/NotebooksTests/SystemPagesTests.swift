import Commands
import Files
import Testing

@testable import Notebooks

@Suite("Pages of systems") struct SystemPagesTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func write(_ front: String, cells: String = "", to name: String) throws {
    try DurableFile.makeFolder(Paths.parent(of: notebook.path(name)))
    try notebook.write("---\n\(front)\n---\n# T\n\n\(fence("a", "1"))\(cells)", to: name)
  }

  private func fence(_ name: String, _ source: String) -> String {
    "```tessera \(name)\n\(source)\n```\n"
  }

  private static let front = """
    title: "Is A | better: than B?"
    system: a-method
    paper: A Paper (2025)
    arxiv: 2503.13423
    claim: it is 33 % better
    effect: It is 5 % better,
      within its interval.
    seed: 7
    params: {scale: full, sizes: [1, 2]}
    """

  private func pages() throws -> SystemPages {
    try SystemPages(notebooksAt: [notebook.folder + "/nb"], registry: TesseraCommands.registry)
  }

  @Test("front matter becomes a page, and a row of the index")
  func page() throws {
    let cells = fence(
      "b", #"t = tokenizer.train "a" vocab=256; sweep x=[1] { tokenizer.count t "b" }"#)
    try write(Self.front, cells: cells, to: "tokenizers/a-method.md")
    try write(Self.front, to: "tokenizers/a-method.short.md")
    try write("title: no system", to: "tokenizers/other.md")
    let systems = try pages()
    #expect(systems.problems == [])
    let system = try #require(systems.systems.first)
    #expect(systems.systems.count == 1)
    #expect(system.commands == ["tokenizer.count", "tokenizer.train"])
    #expect(system.parameters == ["scale: full", "sizes: [1, 2]"])

    let folder = notebook.folder + "/docs/systems"
    let made = systems.pages(in: folder)
    #expect(made.map(\.path) == [folder + "/README.md", folder + "/a-method.md"])
    let page = made[1].text
    for line in [
      "# Is A | better: than B?",
      "System `a-method`, tokenizers. Paper: A Paper (2025), [arXiv 2503.13423](https://arxiv.org/abs/2503.13423).",
      "**The paper says.** it is 33 % better",
      "**Seen here.** It is 5 % better, within its interval.",
      "(../../nb/tokenizers/a-method.md), seed 7, parameters `scale: full`, `sizes: [1, 2]`; in seconds: [a-method.short.md](../../nb/tokenizers/a-method.short.md).",
      "**Commands.** [`tokenizer.count`](../commands.md#tokenizercount), [`tokenizer.train`](../commands.md#tokenizertrain).",
    ] { #expect(page.contains(line + "\n"), "\(line)\n\(page)") }
    let row =
      "| [`a-method`](a-method.md) | [Is A \\| better: than B?](../../nb/tokenizers/a-method.md) | It is 5 % better, within its interval. |\n"
    #expect(
      made[0].text.hasSuffix(
        "\n## tokenizers\n\n| system | question | seen here |\n|---|---|---|\n" + row))
  }

  @Test(
    "what is missing is named",
    arguments: [
      ("system: x", "'title' is missing"),
      ("system: x\ntitle: t", "'paper' is missing"),
      ("system: x\ntitle: t\npaper: p\nclaim: [a]", "'claim' is missing"),
      ("system: x\ntitle: t\npaper: p\nclaim: c\neffect: TODO", "'effect' is not written yet"),
      ("system: y\ntitle: t", "the notebook of 'y' is to be named y.md"),
      ("system: ../x", "'../x' is no name: a-z, 0-9 and '-' only"),
      ("system: x\nseed: s", "front matter, line 3: 'seed' must be an integer"),
    ])
  func missing(front: String, reason: String) throws {
    try write(front, to: "x.md")
    let failure = try #require(try pages().problems.first)
    #expect(failure.code == "E0827")
    #expect(failure.message == "the system of '\(notebook.path("x.md"))': \(reason)")
    #expect(failure.hint?.contains("claim") == true)
  }

  @Test("two notebooks of one system are refused, the rest has its pages")
  func twice() throws {
    for folder in ["a", "b"] { try write(Self.front, to: "\(folder)/a-method.md") }
    let systems = try pages()
    #expect(systems.systems.map(\.family) == ["a"])
    #expect(systems.problems.count == 1)
  }

  @Test("keys for pages do not disturb a run, and stay in its copy")
  func keys() throws {
    try write(Self.front, to: "a-method.md")
    #expect(notebook.run("a-method.md").outcome == .ok)
    let copy = notebook.path("a-method.short.md")
    notebook.run("a-method.md") {
      $0.parameters = [("scale", "short")]
      $0.outputPath = copy
    }
    let text = try notebook.read("a-method.short.md")
    #expect(text.contains("claim: it is 33 % better\n"))
    #expect(text.contains("scale: short"))
  }

  @Test(
    "links lead from one file to another",
    arguments: [
      ("notebooks/a/b.md", "docs/systems", "../../notebooks/a/b.md"),
      ("./docs/b.md", "docs/systems/", "../b.md"), ("b.md", ".", "b.md"),
      ("/a/b.md", "/a/c", "../b.md"), ("/a/b.md", "c", "/a/b.md"),
    ])
  func links(path: String, folder: String, link: String) {
    #expect(SystemPages.relative(path, from: folder) == link)
  }
}
