import Language
import Notebooks
import Prompt

/// Shows a notebook as it runs: each cell's source and what it shows, as at the prompt.
final class RunDisplay: RunObserver {
  private let console: Console
  private let isQuiet: Bool

  init(_ console: Console, isQuiet: Bool) {
    self.console = console
    self.isQuiet = isQuiet
  }

  func cellStarts(_ cell: NotebookCell, number: Int, of count: Int) {
    if isQuiet { return }
    console.show("── \(cell.name) (\(number) of \(count))")
    let lines = cell.source.text.split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.lastIndex { !$0.isEmpty } ?? -1
    for (index, line) in lines.prefix(end + 1).enumerated() {
      console.show((index == 0 ? "> " : "… ") + line)
    }
  }

  func show(_ text: String) {
    if !isQuiet { console.show(text) }
  }

  func stream(_ text: String) {
    if !isQuiet { console.stream(text) }
  }

  func cellEnds(_ cell: NotebookCell, _ report: CellReport) {
    if isQuiet { return }
    console.endStream()
    console.show("")
  }

  func note(_ text: String) {
    console.say(text.hasSuffix("\n") ? String(text.dropLast()) : text)
  }

  /// Says on standard error how a run ended, and what went wrong.
  func summarize(_ report: RunReport, of path: String) {
    if !report.difference.isEmpty { console.show(report.difference) }
    for error in report.errors { note(error.text) }
    for cell in report.cells where cell.outcome == .failed {
      if isQuiet { console.say(cell.output) }
      let code = cell.errorCode.map { " with \($0)" } ?? ""
      console.say("\(path): the cell '\(cell.name)' in line \(cell.line) stopped\(code)")
    }
    if isQuiet || report.cells.isEmpty { return }
    let cached = report.cells.count { $0.outcome == .cached }
    let run = report.cells.count { $0.outcome == .done || $0.outcome == .failed }
    let skipped = report.cells.count { $0.outcome == .skipped }
    var parts = ["\(run) \(run == 1 ? "cell" : "cells") run"]
    if cached > 0 { parts.append("\(cached) from the cache") }
    if skipped > 0 { parts.append("\(skipped) left out") }
    if report.outcome == .interrupted { parts.append("interrupted") }
    if let saved = report.savedPath { parts.append("saved in \(saved)") }
    console.say("\(path): \(parts.joined(separator: ", "))")
  }
}
