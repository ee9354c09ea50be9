import Files
import Language

/// A notebook that shows a paper's method: what its front matter says of it under `system`, `title`,
/// `paper`, `arxiv`, `claim` and `effect`.
public struct SystemNotebook: Sendable, Equatable {
  /// The method's short name, the notebook's file name too: `superbpe`.
  public let slug: String
  public let title: String
  public let paper: String
  /// `2503.13423`; nil where the paper is not there.
  public let arXiv: String?
  /// What the paper says, in one line.
  public let claim: String
  /// Whether that appeared here, in one sentence.
  public let effect: String
  public let seed: UInt64
  /// Names and values as the language writes them.
  public let parameters: [String]
  /// The commands of families that its cells call, by name.
  public let commands: [String]
  /// Where the notebook is, as it was found.
  public let path: String
  /// The folder it is in: `tokenizers`.
  public let family: String
  /// The copy with other parameters that runs in seconds, where there is one.
  public let shortPath: String?

  /// Reads a notebook's front matter; nothing is run.
  ///
  /// - Returns: nil where the notebook is of no system.
  /// - Throws: ``NotebookError/system(path:reason:)`` for what is missing, what
  ///   ``NotebookDocument/init(file:)`` throws.
  public init?(file path: String, registry: CommandRegistry) throws {
    let document = try NotebookDocument(file: path)
    if let problem = document.problems.first {
      throw NotebookError.system(path: path, reason: problem.message)
    }
    let matter = document.frontMatter
    guard let slug = matter.notes["system"] else { return nil }
    func fail(_ reason: String) -> NotebookError { .system(path: path, reason: reason) }
    func text(_ key: String, _ value: String?) throws(NotebookError) -> String {
      let text = (value ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if text.isEmpty { throw fail("'\(key)' is missing") }
      if text == "TODO" { throw fail("'\(key)' is not written yet") }
      return text
    }
    // The name becomes a file's name.
    let isName = slug.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
    if slug.isEmpty || !isName { throw fail("'\(slug)' is no name: a-z, 0-9 and '-' only") }
    let file = Paths.name(of: path)
    if file != slug + ".md" { throw fail("the notebook of '\(slug)' is to be named \(slug).md") }
    self.slug = slug
    title = try text("title", matter.title)
    paper = try text("paper", matter.notes["paper"])
    arXiv = matter.notes["arxiv"]
    claim = try text("claim", matter.notes["claim"])
    effect = try text("effect", matter.notes["effect"])
    seed = matter.seed
    parameters = matter.parameters.map { "\($0.name): \($0.value.text)" }
    commands = Self.commands(of: document, registry)
    self.path = path
    family = Paths.name(of: Paths.parent(of: path))
    let short = Paths.join(Paths.parent(of: path), slug + ".short.md")
    shortPath = Paths.exists(short) ? short : nil
  }

  private static func commands(of document: NotebookDocument, _ registry: CommandRegistry)
    -> [String]
  {
    InterpreterThread.run {
      let session = Session(registry: registry)
      for parameter in document.frontMatter.parameters {
        session.bind(parameter.name, to: parameter.value)
      }
      var names: Set<String> = []
      for cell in document.cells {
        let checked = session.check(cell.source)
        session.assume(checked.analysis)
        names.formUnion(checked.analysis.uses.commands.keys)
      }
      return names.filter { $0.contains(".") }.sorted()
    }
  }
}
