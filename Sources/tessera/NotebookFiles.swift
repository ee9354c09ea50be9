import ArgumentParser
import Files
import Notebooks
import Prompt

/// The notebooks that a subcommand is to work on.
struct NotebookFiles: ParsableArguments {
  @Argument(help: ArgumentHelp("Notebooks, or folders of them.", valueName: "file"))
  var paths: [String]

  /// The files, folders replaced by the notebooks in them.
  ///
  /// - Throws: ``ExitStatus/unreadableInput`` for a folder in which there is none.
  func found(_ console: Console) throws -> [String] {
    do {
      return try NotebookFolder.notebooks(at: paths)
    } catch let error as any DescribedError {
      console.say("error[\(error.code)]: \(error.message)")
      if let hint = error.hint { console.say("  \(hint)") }
      throw ExitStatus.after(console, otherwise: .unreadableInput)
    }
  }
}
