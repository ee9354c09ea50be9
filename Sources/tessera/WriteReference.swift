import ArgumentParser
import Commands
import Files
import Prompt

/// `tessera docs [--check]`
struct WriteReference: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs",
    abstract: "Write docs/commands.md, the reference of all commands, from their declarations.")

  @Flag(name: .customLong("check"), help: "Only tell whether the file is up to date.")
  var checks = false

  @Option(
    name: .customShort("o"), help: ArgumentHelp("Where the page is.", valueName: "file"))
  var output = "docs/commands.md"

  func run() throws {
    let console = Console()
    let page = CommandReference.markdown(TesseraCommands.registry)
    do {
      if checks {
        let saved = Paths.exists(output) ? try FileContents.text(at: output) : ""
        if saved != page {
          console.say("\(output) is out of date: write it again by 'tessera docs'")
          throw ExitStatus.differs
        }
      } else {
        try DurableFile.makeFolder(Paths.parent(of: output))
        try DurableFile.replace(output, with: page)
      }
    } catch let error as FileError {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.failed
    }
  }
}
