import ArgumentParser
import Commands
import Files
import Notebooks
import Prompt

/// `tessera systems [--write|--check]`
struct ListSystems: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "systems",
    abstract: "List the papers' methods that notebooks show, or make their pages in docs/systems.")

  @Argument(help: ArgumentHelp("Notebooks, or folders of them.", valueName: "file"))
  var paths = ["notebooks"]

  @Flag(help: "Write a page for each system, and their index.")
  var write = false

  @Flag(help: "Only tell whether the pages are up to date.")
  var check = false

  @Option(name: .customShort("o"), help: ArgumentHelp("Where the pages are.", valueName: "folder"))
  var output = "docs/systems"

  func validate() throws {
    if write && check { throw ValidationError("--write and --check exclude each other") }
  }

  func run() throws {
    let console = Console()
    var status = ExitStatus.fine
    do {
      let systems = try SystemPages(notebooksAt: paths, registry: TesseraCommands.registry)
      for problem in systems.problems {
        console.say(String(problem.text.dropLast()))
        status.include(.failed)
      }
      if write {
        for page in systems.pages(in: output) {
          try DurableFile.makeFolder(Paths.parent(of: page.path))
          try DurableFile.replace(page.path, with: page.text)
        }
      } else if check {
        if try isOutdated(systems.pages(in: output), console) { status.include(.differs) }
      } else {
        list(systems.systems, console)
      }
    } catch let error as any DescribedError {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.unreadableInput
    }
    throw ExitStatus.after(console, otherwise: status)
  }

  private func isOutdated(_ pages: [(path: String, text: String)], _ console: Console) throws
    -> Bool
  {
    var isOutdated = false
    for page in pages {
      let saved = Paths.exists(page.path) ? try FileContents.text(at: page.path) : ""
      if saved == page.text { continue }
      console.say("\(page.path) is out of date: write it again by 'tessera systems --write'")
      isOutdated = true
    }
    let names = Paths.isFolder(output) ? try Paths.names(in: output) : []
    let own = Set(pages.map { Paths.name(of: $0.path) })
    for name in names where name.hasSuffix(".md") && !own.contains(name) {
      console.say("\(Paths.join(output, name)) is the page of no notebook: remove it")
      isOutdated = true
    }
    return isOutdated
  }

  private func list(_ systems: [SystemNotebook], _ console: Console) {
    let widest = systems.reduce(0) { max($0, $1.slug.count) }
    for system in systems {
      let padding = String(repeating: " ", count: widest - system.slug.count + 2)
      let indent = String(repeating: " ", count: widest + 2)
      console.show("\(system.slug)\(padding)\(system.family): \(system.title)")
      console.show("\(indent)\(system.effect)")
    }
  }
}
