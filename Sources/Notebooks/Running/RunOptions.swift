import Files
import Language

/// What is asked of one run.
public struct RunOptions: Sendable {
  /// `-p name=value`, as written.
  public var parameters: [(name: String, text: String)] = []
  /// `-o`: where the result goes instead of the notebook itself.
  public var outputPath: String?
  /// `--only`: the names of the cells to run.
  public var only: [String] = []
  /// `--from`: the name of the first cell to run.
  public var from: String?
  /// `--keep-going`: goes on after a cell that failed.
  public var keepsGoing = false
  /// `--fresh`: takes nothing from the cache.
  public var isFresh = false
  /// `--max-time`: of each cell, in seconds.
  public var maximumSeconds: Double?
  /// `--max-memory`: of the process, in bytes.
  public var maximumBytes: Int?

  public init() {}
}

/// How a run or a check ended.
public enum RunOutcome: Int32, Sendable {
  case ok = 0
  /// A cell stopped with an error that it was not to stop with, or the result could not be saved.
  case cellFailed = 1
  /// The request does not fit the notebook: an unknown parameter or cell.
  case wrongUsage = 2
  /// An output is not what the notebook holds.
  case differs = 3
  /// The notebook cannot be read.
  case unreadable = 4
  case interrupted = 130

  /// The program's exit code.
  public var exitCode: Int32 { rawValue }
}

/// What happened to one cell.
public struct CellReport: Sendable {
  public enum Outcome: String, Sendable {
    case done
    /// Its values and output came from the cache.
    case cached
    case failed
    case interrupted
    /// It was not asked for.
    case skipped
    /// A check found another output than the saved one.
    case differs
  }

  public let name: String
  /// Its line in the notebook, from 1.
  public let line: Int
  public var outcome: Outcome
  public var seconds = 0.0
  /// The key of its output, twelve digits.
  public var key = ""
  /// The code of the error it stopped with, also an expected one.
  public var errorCode: String?
  /// What it showed, with the error it stopped with.
  public var output = ""
  /// What a check found, as a unified difference.
  public var difference = ""
}

/// What a run or a check did.
public struct RunReport: Sendable {
  public var outcome = RunOutcome.ok
  public var cells: [CellReport] = []
  /// Where the result was saved.
  public var savedPath: String?
  /// What kept it from running, or its result from being saved.
  public var errors: [NotebookFailure] = []
  /// Where the notebook was changed meanwhile: from the changed text to the result.
  public var difference = ""
  /// Files that a check found different, with their differences.
  public var files: [(path: String, difference: String)] = []
}

/// An error about a notebook as a whole.
public struct NotebookFailure: Sendable, Equatable {
  public let code: String
  public let message: String
  public let hint: String?
}

extension NotebookFailure {
  init(_ error: any Error) {
    switch error {
    case let error as any DescribedError:
      self.init(code: error.code, message: error.message, hint: error.hint)
    case let error as Diagnostic:
      self.init(code: error.code, message: error.message, hint: error.hint)
    default: self.init(code: "E0000", message: "\(error)", hint: nil)
    }
  }

  /// As it is shown: `error[E0821]: …` and the way out below.
  public var text: String {
    "error[\(code)]: \(message)\n" + (hint.map { "  \($0)\n" } ?? "")
  }
}

/// Watches a run, to show it.
public protocol RunObserver: AnyObject, Sendable {
  func cellStarts(_ cell: NotebookCell, number: Int, of count: Int)
  /// Whole lines of output, without the last one's end, as the cell makes them.
  func show(_ text: String)
  /// Text as it is generated, for eyes only; it comes by ``show(_:)`` again.
  func stream(_ text: String)
  func cellEnds(_ cell: NotebookCell, _ report: CellReport)
  /// What belongs to standard error: notes of the checker, what the cache could not do.
  func note(_ text: String)
}

extension RunObserver {
  public func cellStarts(_ cell: NotebookCell, number: Int, of count: Int) {}
  public func show(_ text: String) {}
  public func stream(_ text: String) {}
  public func cellEnds(_ cell: NotebookCell, _ report: CellReport) {}
  public func note(_ text: String) {}
}
