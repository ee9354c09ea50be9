import Files
import Language
import Synchronization

/// Keeps the points of sweeps, so that one that was stopped goes on where it was.
final class PointCache: PointStore {
  private let cache: Cache
  private let files: FileAccess
  private let restorers: [String: ValueArchive.Restorer]
  private let label: String
  private let threshold: Double
  private let reads: Bool
  private let state: Mutex<State>

  private struct State {
    /// The session holds the store, not the other way round.
    weak var session: Session?
    var digests = FileDigests()
  }

  init(
    cache: Cache, session: Session, restorers: [String: ValueArchive.Restorer], label: String,
    threshold: Double, reads: Bool
  ) {
    self.cache = cache
    files = session.files
    self.restorers = restorers
    self.label = label
    self.threshold = threshold
    self.reads = reads
    state = Mutex(State(session: session))
  }

  func value(forKey key: String) -> Value? {
    guard reads, let entry = cache.entry(key), let bytes = entry.variables.first?.bytes else {
      return nil
    }
    return state.withLock { state in
      guard let session = state.session,
        CacheValidity.holds(entry, files: files, digests: &state.digests)
      else { return nil }
      return ValueArchive.value(from: bytes, session: session, restorers: restorers)
    }
  }

  func store(_ value: Value, forKey key: String, files uses: [FileUse], seconds: Double) {
    // A function would be compiled anew on every thread of the sweep.
    guard seconds > threshold, !PointCache.holdsFunction(value),
      let bytes = ValueArchive.bytes(of: value)
    else { return }
    var entry = CacheEntry(
      key: key, label: "\(label) sweep", seconds: seconds, output: "", variables: [("", bytes)])
    state.withLock { state in
      for use in Set(uses) {
        let file = JournalRecord.File(
          path: use.path, resolved: use.resolved,
          digest: state.digests.digest(of: files.redirected[use.resolved] ?? use.resolved))
        if use.isWrite { entry.written.append(file) } else { entry.files.append(file) }
      }
    }
    entry.files.sort { $0.path < $1.path }
    entry.written.sort { $0.path < $1.path }
    cache.store(entry)
  }

  static func holdsFunction(_ value: Value) -> Bool {
    switch value {
    case .function: true
    case .list(let items): items.contains(where: holdsFunction)
    case .record(let record): record.values.contains(where: holdsFunction)
    case .table(let table): table.columns.contains { $0.value.contains(where: holdsFunction) }
    default: false
    }
  }
}
