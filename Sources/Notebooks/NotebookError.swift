import Files

/// What can be wrong with a notebook or with a request to run it, apart from its wording.
public enum NotebookError: DescribedError, Equatable {
  // The text.
  case notUTF8(path: String, line: Int, byte: Int)
  case containsNUL(path: String, line: Int, byte: Int)
  case unclosedFence(line: Int, fence: String)
  case unclosedComment(line: Int)
  case duplicateCell(name: String, line: Int, first: Int)
  case badCellName(name: String, line: Int)
  case badOption(line: Int, text: String, reason: String, suggestion: String?)
  case frontMatter(line: Int, reason: String)
  case cellTooLarge(line: Int, bytes: Int, limit: Int)
  // The request.
  case unknownParameter(name: String, declared: [String], suggestion: String?)
  case parameterType(name: String, wanted: String, given: String)
  case parametersNeedOutput
  case unknownCell(name: String, cells: [String], suggestion: String?)
  // Running.
  case locked(path: String, process: Int?)
  case expectedError(cell: String, wanted: String, given: String?)
  case importCycle([String])
  case importBroken(path: String, reason: String)
  case conflict(path: String, beside: String)
  case noNotebooks(path: String)
  // The pages of systems.
  case system(path: String, reason: String)

  public var code: String {
    switch self {
    case .notUTF8: "E0801"
    case .containsNUL: "E0802"
    case .unclosedFence: "E0803"
    case .unclosedComment: "E0804"
    case .duplicateCell: "E0805"
    case .badCellName: "E0806"
    case .badOption: "E0807"
    case .frontMatter: "E0808"
    case .cellTooLarge: "E0809"
    case .unknownParameter: "E0811"
    case .parameterType: "E0812"
    case .parametersNeedOutput: "E0813"
    case .unknownCell: "E0814"
    case .locked: "E0821"
    case .expectedError: "E0822"
    case .importCycle: "E0823"
    case .importBroken: "E0824"
    case .conflict: "E0825"
    case .noNotebooks: "E0826"
    case .system: "E0827"
    }
  }

  public var message: String {
    switch self {
    case .notUTF8(let path, let line, let byte):
      "'\(path)' is not UTF-8 text: line \(line), byte \(byte) is invalid"
    case .containsNUL(let path, let line, let byte):
      "'\(path)' holds a NUL character in line \(line), byte \(byte), so it is no notebook"
    case .unclosedFence(let line, let fence):
      "the fence \(fence) that line \(line) opens is never closed"
    case .unclosedComment(let line):
      "the HTML block that line \(line) opens is never closed and hides the cells below it"
    case .duplicateCell(let name, let line, let first):
      "line \(line): a cell named '\(name)' stands in line \(first) already"
    case .badCellName(let name, let line):
      "line \(line): '\(name)' is no name for a cell"
    case .badOption(let line, let text, let reason, _): "line \(line): '\(text)' \(reason)"
    case .frontMatter(let line, let reason): "front matter, line \(line): \(reason)"
    case .cellTooLarge(let line, let bytes, let limit):
      "line \(line): the cell holds \(bytes) bytes, the limit is \(limit)"
    case .unknownParameter(let name, _, _): "the notebook declares no parameter '\(name)'"
    case .parameterType(let name, let wanted, let given):
      "the parameter '\(name)' wants \(wanted), not '\(given)'"
    case .parametersNeedOutput: "parameters make another notebook, which needs a name of its own"
    case .unknownCell(let name, _, _): "the notebook has no cell '\(name)'"
    case .locked(let path, let process?): "process \(process) is running '\(path)' already"
    case .locked(let path, nil): "'\(path)' is being run already"
    case .expectedError(let cell, let wanted, let given?):
      "cell '\(cell)' was to stop with \(wanted), but stopped with \(given)"
    case .expectedError(let cell, let wanted, nil):
      "cell '\(cell)' was to stop with \(wanted), but ran to its end"
    case .importCycle(let paths):
      "notebooks import each other in a circle: \(paths.joined(separator: " → "))"
    case .importBroken(let path, let reason): "cannot import '\(path)': \(reason)"
    case .conflict(let path, let beside):
      "'\(path)' was changed while it ran, so the result is in '\(beside)'"
    case .noNotebooks(let path): "there is no notebook in '\(path)'"
    case .system(let path, let reason): "the system of '\(path)': \(reason)"
    }
  }

  public var hint: String? {
    switch self {
    case .unclosedFence(_, let fence): "close it by a line \(fence)"
    case .unclosedComment: "close it, or take it away"
    case .badCellName: "names are letters, digits, '_', '-' and '.', at most 64"
    case .badOption(_, _, _, let suggestion?), .unknownParameter(_, _, let suggestion?),
      .unknownCell(_, _, let suggestion?):
      "did you mean '\(suggestion)'?"
    case .unknownParameter(_, let declared, nil) where !declared.isEmpty && declared.count <= 12:
      "its parameters are \(declared.joined(separator: ", "))"
    case .unknownCell(_, let cells, nil) where !cells.isEmpty && cells.count <= 24:
      "its cells are \(cells.joined(separator: ", "))"
    case .parametersNeedOutput: "add -o with the name of the copy"
    case .locked: "wait for it to end"
    case .noNotebooks: "a notebook is a .md file with a fence marked tessera"
    case .system: "front matter holds system, title, paper, arxiv, claim and effect, a text each"
    default: nil
    }
  }

  /// The line of the notebook it is about, from 1.
  public var line: Int? {
    switch self {
    case .notUTF8(_, let line, _), .containsNUL(_, let line, _), .unclosedFence(let line, _),
      .unclosedComment(let line), .duplicateCell(_, let line, _), .badCellName(_, let line),
      .badOption(let line, _, _, _), .frontMatter(let line, _),
      .cellTooLarge(let line, _, _):
      line
    default: nil
    }
  }
}
