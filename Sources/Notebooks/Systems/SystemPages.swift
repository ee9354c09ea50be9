import Files
import Language

/// The pages of all systems, `docs/systems/SLUG.md`, and their index: made from the notebooks' front
/// matter, so that they say what the notebooks say.
public struct SystemPages: Sendable {
  /// By family, then by name.
  public private(set) var systems: [SystemNotebook] = []
  /// What keeps notebooks from having a page.
  public private(set) var problems: [NotebookFailure] = []

  /// Reads the notebooks below folders; copies with other parameters (`x.short.md`) have no page.
  ///
  /// - Throws: what ``NotebookFolder/notebooks(at:)`` throws.
  public init(notebooksAt paths: [String], registry: CommandRegistry) throws {
    for path in try NotebookFolder.notebooks(at: paths) where !path.hasSuffix(".short.md") {
      do {
        guard let system = try SystemNotebook(file: path, registry: registry) else { continue }
        if let first = systems.first(where: { $0.slug == system.slug }) {
          throw NotebookError.system(
            path: path, reason: "'\(system.slug)' is that of '\(first.path)' already")
        }
        systems.append(system)
      } catch {
        problems.append(NotebookFailure(error))
      }
    }
    systems.sort { ($0.family, $0.slug) < ($1.family, $1.slug) }
  }

  /// The pages' paths and texts, to stand in `folder`.
  public func pages(in folder: String) -> [(path: String, text: String)] {
    [(Paths.join(folder, "README.md"), index(in: folder))]
      + systems.map { (Paths.join(folder, $0.slug + ".md"), page(of: $0, in: folder)) }
  }

  private static let notice =
    "<!-- Made by `tessera systems --write` from the notebooks' front matter. Do not edit. -->"

  /// The page of one system.
  func page(of system: SystemNotebook, in folder: String) -> String {
    let arXiv = system.arXiv.map { ", [arXiv \($0)](https://arxiv.org/abs/\($0))" } ?? ""
    let link = Self.relative(system.path, from: folder)
    var notebook = "[\(system.path)](\(link)), seed \(system.seed)"
    if !system.parameters.isEmpty {
      notebook += ", parameters " + system.parameters.map { "`\($0)`" }.joined(separator: ", ")
    }
    if let short = system.shortPath {
      notebook += "; in seconds: [\(Paths.name(of: short))](\(Self.relative(short, from: folder)))"
    }
    let commands = system.commands.map { name in
      "[`\(name)`](../commands.md#\(name.filter { $0 != "." }))"
    }
    return """
      # \(system.title)

      \(Self.notice)

      System `\(system.slug)`, \(system.family). Paper: \(system.paper)\(arXiv).

      **The paper says.** \(system.claim)

      **Seen here.** \(system.effect)

      **Notebook.** \(notebook).

      **Commands.** \(commands.isEmpty ? "none of a family" : commands.joined(separator: ", ")).

      """
  }

  private func index(in folder: String) -> String {
    var text = """
      # Systems

      \(Self.notice)

      Papers' methods, each with a notebook that shows whether what the paper says appears here.

      """
    var family: String?
    for system in systems {
      if system.family != family {
        text += "\n## \(system.family)\n\n| system | question | seen here |\n|---|---|---|\n"
        family = system.family
      }
      let cells = [
        "[`\(system.slug)`](\(system.slug).md)",
        "[\(system.title)](\(Self.relative(system.path, from: folder)))", system.effect,
      ]
      let row = cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")
      text += "| \(row) |\n"
    }
    return text
  }

  /// `notebooks/a.md` from `docs/systems`: `../../notebooks/a.md`. By the names alone, so both paths
  /// start at the same folder and do not leave it.
  static func relative(_ path: String, from folder: String) -> String {
    func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
    if path.hasPrefix("/") != folder.hasPrefix("/") { return path }
    let (target, start) = (parts(path), parts(folder))
    let shared = zip(target, start).prefix { $0 == $1 }.count
    let up = [Substring](repeating: "..", count: start.count - shared)
    return (up + target[shared...]).joined(separator: "/")
  }
}
