import Files
import Synchronization

/// Adds to the journal while a notebook runs, also from the threads of a sweep. A journal that cannot
/// be written ends no run: it is said once.
final class JournalWriter: Sendable {
  private struct State {
    var journal: Journal
    var hasFailed = false
  }

  private let state: Mutex<State>
  private let observer: (any RunObserver)?

  init(_ journal: Journal, observer: (any RunObserver)?) {
    state = Mutex(State(journal: journal))
    self.observer = observer
  }

  var journal: Journal { state.withLock { $0.journal } }

  func add(_ record: JournalRecord, digests: FileDigests) {
    change {
      for (path, entry) in digests.entries.sorted(by: { $0.key < $1.key }) {
        try $0.add(digest: entry, of: path)
      }
      try $0.add(record)
    }
  }

  func add(writes resolved: String) { change { try $0.add(writes: resolved) } }

  private func change(_ body: (inout Journal) throws -> Void) {
    let failure: NotebookFailure? = state.withLock { state in
      do {
        try body(&state.journal)
        return nil
      } catch {
        defer { state.hasFailed = true }
        return state.hasFailed ? nil : NotebookFailure(error)
      }
    }
    if let failure { observer?.note("the journal cannot be written: \(failure.message)\n") }
  }
}
