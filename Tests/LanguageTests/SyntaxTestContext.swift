import Glibc
import Synchronization

@testable import Language

/// A parsing context with a handful of commands, for tests of syntax.
struct SyntaxTestContext: ParsingContext {
  var commands: Set<String> = [
    "len", "print", "range", "lines", "split", "map", "filter", "table", "describe", "vars", "seed",
    "count", "all", "help", "words", "tokenizer.train", "tokenizer.encode", "decode.sample",
    "measure.nll", "model.load", "plot.heatmap", "summarize", "read", "write",
  ]
  var functions: Set<String> = []
  var variables: Set<String> = []

  func isCommand(_ name: String) -> Bool { commands.contains(name) }
  func isFunction(_ name: String) -> Bool { functions.contains(name) }
  func isVariable(_ name: String) -> Bool { variables.contains(name) }
  func importedNames(_ path: String) -> (functions: Set<String>, variables: Set<String>) {
    path == "lib.md" ? (["helper"], ["constant"]) : ([], [])
  }
}

func parseText(_ text: String, variables: Set<String> = []) -> ParsedCell {
  Parser.parse(SourceText(text), context: SyntaxTestContext(variables: variables))
}

/// The dump of a text that has to be valid, else its errors.
func dumpText(_ text: String, variables: Set<String> = []) -> String {
  let cell = parseText(text, variables: variables)
  guard cell.diagnostics.isEmpty else {
    return cell.diagnostics.map { "\($0.code): \($0.message)" }.joined(separator: "\n")
  }
  return SyntaxDump.text(cell.block)
}

/// Parses on a thread with 256 MB of stack, as the real runs do: debug builds have large frames.
func parseOnLargeStack(_ text: String) -> ParsedCell {
  final class Work: Sendable {
    let text: String
    let cell = Mutex<ParsedCell?>(nil)
    init(_ text: String) { self.text = text }
  }
  let work = Work(text)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, 256 << 20)
  var thread = pthread_t()
  pthread_create(
    &thread, &attributes,
    { pointer in
      guard let pointer else { return nil }
      let work = Unmanaged<Work>.fromOpaque(pointer).takeUnretainedValue()
      work.cell.withLock { $0 = parseText(work.text) }
      return nil
    }, Unmanaged.passUnretained(work).toOpaque())
  pthread_join(thread, nil)
  return work.cell.withLock { $0 } ?? parseText("")
}
