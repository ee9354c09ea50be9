import Files
import Kernels
import Synchronization

/// Results of sweep points that were computed before, by key.
public protocol PointStore: Sendable {
  /// The stored value, if all that it depends on is unchanged.
  func value(forKey key: String) -> Value?
  /// Keeps a point's value. `files` were opened while it was computed.
  func store(_ value: Value, forKey key: String, files: [FileUse], seconds: Double)
}

/// Runs a sweep's points, one after another or on several threads, into one table.
///
/// The table is the same for any number of jobs: points are independent (each has its own names
/// and its own random streams, named by its coordinates) and rows stand in the order of the axes.
struct Sweep {
  let plan: SweepPlan
  let settings: SweepSettings
  let session: Session

  private enum Outcome: Sendable {
    case value(Value)
    case failure(Diagnostic)
  }

  private struct Point: Sendable {
    let coordinates: [Value]
    let name: String
  }

  func run(_ axes: [[Value]], around frame: Frame, context: RunContext) throws -> Table {
    let points = try combinations(axes)
    let prefix = settings.isFresh ? nil : keyPrefix(around: frame, context)
    let progress = session.progress.start("sweep", total: points.count)
    defer { progress.finish() }

    let results = Mutex<[Outcome?]>(Array(repeating: nil, count: points.count))
    let outputs = Mutex<[[String]]>(Array(repeating: [], count: points.count))
    let next = Atomic<Int>(0)
    let stop = Atomic<Bool>(false)
    let path = context.path
    let seed = settings.seed ?? context.seed
    let depth = context.depth

    @Sendable func work() {
      while !stop.load(ordering: .relaxed) {
        let index = next.add(1, ordering: .relaxed).oldValue
        if index >= points.count { return }
        let output = OutputBuffer()
        let pointContext = RunContext(output: output, path: path + [.point(points[index].name)])
        pointContext.seed = seed
        pointContext.depth = depth
        let outcome = self.outcome(of: points[index], prefix, frame, pointContext)
        if case .failure(let diagnostic) = outcome,
          diagnostic.isInterruption || settings.stopsOnError
        {
          stop.store(true, ordering: .relaxed)
        }
        outputs.withLock { $0[index] = output.lines }
        results.withLock { $0[index] = outcome }
        progress.advance()
      }
    }
    let jobs = min(settings.jobs, points.count)
    if jobs > 1 {
      // Points that run beside one another have the kernels' threads between them.
      let shares = Machine.shares / jobs
      InterpreterThread.run(count: jobs) { Machine.limitingShares(to: shares, work) }
    } else {
      work()
    }

    let outcomes = results.withLock { $0 }
    for lines in outputs.withLock({ $0 }) {
      for line in lines { context.output.show(line) }
    }
    for case .failure(let diagnostic)? in outcomes
    where diagnostic.isInterruption || settings.stopsOnError {
      throw diagnostic
    }
    return table(points, outcomes)
  }

  /// Every combination, the first axis slowest.
  private func combinations(_ axes: [[Value]]) throws -> [Point] {
    var count = 1
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis.count)
      if overflow || product > SweepPlan.pointLimit {
        throw LanguageError.tooLarge(
          what: "the sweep", count: overflow ? .max : product, limit: SweepPlan.pointLimit
        ).at(plan.span, in: plan.source)
      }
      count = product
    }
    return (0..<count).map { index in
      var rest = index
      var coordinates: [Value] = []
      for axis in axes.reversed() {
        coordinates.append(axis[rest % axis.count])
        rest /= axis.count
      }
      coordinates.reverse()
      let name = zip(plan.names, coordinates).map { "\($0)=\($1.inline)" }.joined(separator: ", ")
      return Point(coordinates: coordinates, name: name)
    }
  }

  private func outcome(of point: Point, _ prefix: String?, _ around: Frame, _ context: RunContext)
    -> Outcome
  {
    let key = prefix.map { prefix in
      var digest = Digest()
      digest.add(field: prefix)
      for value in point.coordinates { digest.add(field: ValueArchive.digest(of: value) ?? "") }
      return digest.hexadecimal()
    }
    if let key, let value = session.points?.value(forKey: key) { return .value(value) }

    let frame = Frame(count: plan.slotCount, parent: around)
    for (slot, value) in zip(plan.slots, point.coordinates) { frame.slots[slot] = value }
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let mark = session.files.useCount
      let value = try plan.body(frame, context)
      if let key, !plan.uses.isVolatile, context.output.isEmpty {
        session.points?.store(
          value, forKey: key, files: session.files.uses(since: mark),
          seconds: (clock.now - start) / .seconds(1))
      }
      return .value(value)
    } catch {
      return .failure(Diagnostic(error, at: plan.bodySpan, in: plan.source))
    }
  }

  /// What all points' keys have in common: the body, the commands, the values read, the seed; nil
  /// where a value has no digest, so that nothing can be kept.
  private func keyPrefix(around frame: Frame, _ context: RunContext) -> String? {
    guard session.points != nil else { return nil }
    // Inside a function, what the body reads of it is not in the session's frame.
    guard frame === session.frame else { return nil }
    var digest = Digest()
    digest.add(field: plan.source[plan.bodySpan])
    if plan.uses.isRandom {
      // What names the random streams besides the point's coordinates.
      digest.add(field: String(settings.seed ?? context.seed ?? session.seed))
      digest.add(field: String(plan.ordinal))
      for part in session.streamPrefix + context.streamPath { digest.add(field: part) }
    }
    for (name, version) in plan.uses.commands.sorted(by: { $0.key < $1.key }) {
      digest.add(field: "\(name) \(version)")
    }
    for (name, slot) in plan.reads {
      digest.add(field: name)
      guard let value = frame.slots[slot] else { continue }
      guard let content = ValueArchive.digest(of: value) else { return nil }
      digest.add(field: content)
    }
    for name in session.functionNames.sorted() {
      guard let function = session.function(name) else { continue }
      digest.add(field: function.sourceText)
    }
    return digest.hexadecimal()
  }

  /// The swept columns, then the block's record (or a column `value`), and `error` where a point
  /// failed.
  private func table(_ points: [Point], _ outcomes: [Outcome?]) -> Table {
    var rows: [Record] = []
    for (point, outcome) in zip(points, outcomes) {
      var row = Record(Array(zip(plan.names, point.coordinates)))
      switch outcome {
      case .value(.record(let record)): for (name, value) in record.fields { row[name] = value }
      case .value(.null), nil: break
      case .value(let value): row["value"] = value
      case .failure: break
      }
      rows.append(row)
    }
    let hasErrors = outcomes.contains { if case .failure? = $0 { true } else { false } }
    if hasErrors {
      for (index, outcome) in outcomes.enumerated() {
        if case .failure(let diagnostic)? = outcome {
          rows[index]["error"] = .string("\(diagnostic.code): \(diagnostic.message)")
        } else {
          rows[index]["error"] = .null
        }
      }
    }
    let table = Table(rows: rows)
    // Errors stand last, also where the first point failed.
    return hasErrors ? table.keeping(table.names.filter { $0 != "error" } + ["error"]) : table
  }
}

extension OutputSink {
  /// True for a buffer that nothing was shown in.
  var isEmpty: Bool { (self as? OutputBuffer)?.lines.isEmpty ?? true }
}
