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
    var found: [String] = []
    for path in paths {
      guard Paths.isFolder(path) else {
        found.append(path)
        continue
      }
      let notebooks = try NotebookFiles.notebooks(in: path)
      if notebooks.isEmpty {
        console.say("error[E0501]: there is no notebook in the folder '\(path)'")
        throw ExitStatus.after(console, otherwise: .unreadableInput)
      }
      found += notebooks
    }
    return found
  }

  /// The Markdown files with cells in a folder and below it, in the order of their paths; results
  /// of runs (`.result.md`) and hidden ones are left out.
  private static func notebooks(in folder: String) throws(FileError) -> [String] {
    var found: [String] = []
    for name in try Paths.names(in: folder) where !name.hasPrefix(".") {
      let path = Paths.join(folder, name)
      if Paths.isFolder(path) {
        found += try notebooks(in: path)
      } else if name.hasSuffix(".md"), !name.hasSuffix(".result.md"), hasCells(path) {
        found.append(path)
      }
    }
    return found
  }

  /// What cannot be read counts as a notebook, so that its error is shown.
  private static func hasCells(_ path: String) -> Bool {
    guard let bytes = try? FileContents.bytes(at: path, limit: NotebookDocument.sizeLimit),
      let document = try? NotebookDocument(reading: bytes, path: path)
    else { return true }
    return !document.cells.isEmpty || !document.problems.isEmpty
  }
}
