import Files
import Glibc
import Language
import Synchronization
import Tensors
import Testing

@testable import Notebooks

/// A folder of its own with notebooks in it, removed when the test ends.
final class TestNotebook: Sendable {
  let folder: String
  let cache: Cache

  init() throws {
    var template = Array("/tmp/tessera-notebook-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FileError.noPermission(path: "/tmp") }
    folder = try #require(Paths.resolved(String(cString: made)))
    try DurableFile.makeFolder(folder + "/nb")
    cache = Cache(folder: folder + "/cache")
  }

  deinit { TestNotebook.remove(folder) }

  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      chmod(path, 0o700)
      for name in (try? Paths.names(in: path)) ?? [] { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// A file in the notebooks' folder.
  func path(_ name: String = "nb.md") -> String { "\(folder)/nb/\(name)" }

  func write(_ text: String, to name: String = "nb.md") throws {
    try DurableFile.replace(path(name), with: text)
  }

  func read(_ name: String = "nb.md") throws -> String {
    String(decoding: try FileContents.bytes(at: path(name)), as: UTF8.self)
  }

  func remove(_ name: String) { unlink(path(name)) }

  /// Where installed models would be, which no notebook may read by their paths.
  var sharedFolder: String { "\(folder)/installed" }

  private var sharedFiles: SharedFiles {
    SharedFiles { [sharedFolder] kind, name in
      let path = "\(sharedFolder)/\(name)"
      return kind == "model" && Paths.exists(path) ? path : nil
    }
  }

  // MARK: Running

  func environment(_ permissions: Permissions = Permissions(), threshold: Double = 0.2)
    -> NotebookEnvironment
  {
    var environment = NotebookEnvironment(
      registry: TestCommands.registry, restorers: TestObject.restorers,
      sharedFiles: sharedFiles, cache: cache, permissions: permissions, version: "test")
    environment.cacheThreshold = threshold
    return environment
  }

  @discardableResult
  func run(
    _ name: String = "nb.md", permissions: Permissions = Permissions(), threshold: Double = 0.2,
    observer: (any RunObserver)? = nil, _ change: (inout RunOptions) -> Void = { _ in }
  ) -> RunReport {
    var options = RunOptions()
    change(&options)
    return NotebookRunner(
      path(name), environment: environment(permissions, threshold: threshold), options: options,
      observer: observer
    ).run()
  }

  @discardableResult
  func check(
    _ name: String = "nb.md", permissions: Permissions = Permissions(),
    observer: (any RunObserver)? = nil, _ change: (inout CheckOptions) -> Void = { _ in }
  ) -> RunReport {
    var options = CheckOptions()
    change(&options)
    return NotebookChecker(
      path(name), environment: environment(permissions), options: options, observer: observer
    ).run()
  }

  func status(_ name: String = "nb.md") -> NotebookStatus {
    NotebookStatus(of: path(name), environment: environment())
  }

  /// Each cell's state, with its reasons.
  func states(_ name: String = "nb.md") -> [String] {
    status(name).cells.map {
      ([$0.state.rawValue] + $0.reasons).joined(separator: ": ")
    }
  }

  /// What the saved notebook holds as outputs.
  func outputs(_ name: String = "nb.md") throws -> [String?] {
    try NotebookDocument(file: path(name)).cells.map { $0.output?.body }
  }
}

/// How often `count "tag"` ran, by tag: tests run side by side.
enum RunCounts {
  private static let counts = Mutex<[String: Int]>([:])
  static func add(_ tag: String) -> Int {
    counts.withLock {
      $0[tag, default: 0] += 1
      return $0[tag, default: 0]
    }
  }
  static subscript(tag: String) -> Int { counts.withLock { $0[tag, default: 0] } }
}

/// What stands for the real commands, which other libraries bring.
enum TestCommands {
  static let registry = CommandRegistry([
    Count.self, Slow.self, Boom.self, Now.self, Random.self, ReadFile.self, WriteFile.self,
    ReadModel.self, Seed.self, Show.self, Make.self, Take.self, Spin.self, Note.self,
  ])

  /// Counts that it ran; gives its second argument.
  struct Count: Command {
    static let name = "count"
    static let summary = "Count."
    static let result = ValueType.any
    static let examples: [Example] = []
    let tag = Argument<String>("The tag.")
    let value = Argument<Value>("The result.", default: .null)
    func run(_ call: Call) throws -> Value {
      _ = RunCounts.add(try call[tag])
      return try call[value]
    }
  }

  /// Takes so many milliseconds.
  struct Slow: Command {
    static let name = "slow"
    static let summary = "Sleep."
    static let result = ValueType.int
    static let examples: [Example] = []
    let milliseconds = Argument<Int>("How long.")
    func run(_ call: Call) throws -> Value {
      let count = try call[milliseconds]
      usleep(UInt32(count) * 1000)
      return .int(count)
    }
  }

  struct Boom: Command {
    static let name = "boom"
    static let summary = "Fail."
    static let result = ValueType.null
    static let examples: [Example] = []
    let why = Argument<String>("Why.", default: "boom")
    func run(_ call: Call) throws -> Value { throw LanguageError.raised(try call[why]) }
  }

  /// Another result each time.
  struct Now: Command {
    static let name = "now"
    static let summary = "Volatile."
    static let isVolatile = true
    static let result = ValueType.int
    static let examples: [Example] = []
    let tag = Argument<String>("The tag.")
    func run(_ call: Call) throws -> Value { .int(RunCounts.add(try call[tag])) }
  }

  struct Random: Command {
    static let name = "random"
    static let summary = "Draw."
    static let isRandom = true
    static let result = ValueType.int
    static let examples: [Example] = []
    func run(_ call: Call) throws -> Value {
      var stream = RandomStream(seed: call.streamName.seed, path: call.streamName.path)
      return .int(Int(stream.next() >> 34))
    }
  }

  struct ReadFile: Command {
    static let name = "readfile"
    static let summary = "Read."
    static let result = ValueType.string
    static let examples: [Example] = []
    let path = Argument<FilePath>("The file.")
    func run(_ call: Call) throws -> Value {
      let path = try call[path].text
      return .string(try FileContents.text(at: call.session.files.reading(path)))
    }
  }

  /// Reads what is installed under a name.
  struct ReadModel: Command {
    static let name = "readmodel"
    static let summary = "Read a model."
    static let result = ValueType.string
    static let examples: [Example] = []
    let path = Argument<FilePath>("Its name.")
    func run(_ call: Call) throws -> Value {
      let name = "model:\(try call[path].text)"
      let files = call.session.files
      guard let path = files.sharedFiles.path(of: name) else { return .null }
      files.readingShared(name, at: path)
      return .string(try FileContents.text(at: path))
    }
  }

  struct WriteFile: Command {
    static let name = "writefile"
    static let summary = "Write."
    static let isSilent = true
    static let result = ValueType.null
    static let examples: [Example] = []
    let text = Argument<String>("The text.")
    let path = Argument<FilePath>("The file.")
    func run(_ call: Call) throws -> Value {
      try DurableFile.replace(
        call.session.files.writing(try call[path].text), with: try call[text])
      return .null
    }
  }

  struct Seed: Command {
    static let name = "seed"
    static let summary = "Seed."
    static let isSilent = true
    static let result = ValueType.null
    static let examples: [Example] = []
    let seed = Argument<Int>("The seed.")
    func run(_ call: Call) throws -> Value {
      call.session.seed = UInt64(bitPattern: Int64(try call[seed]))
      return .null
    }
  }

  struct Show: Command {
    static let name = "show"
    static let summary = "Show."
    static let isSilent = true
    static let result = ValueType.null
    static let examples: [Example] = []
    let value = Argument<Value>("What.")
    func run(_ call: Call) throws -> Value {
      call.output.show(try call[value].text)
      return .null
    }
  }

  /// Makes an object that can be kept; `lost` ones cannot.
  struct Make: Command {
    static let name = "make"
    static let summary = "Make."
    static let result = ValueType.object("thing")
    static let examples: [Example] = []
    let name = Argument<String>("Its name.")
    func run(_ call: Call) throws -> Value { .object(TestObject(name: try call[name])) }
  }

  struct Take: Command {
    static let name = "take"
    static let summary = "Take."
    static let result = ValueType.string
    static let examples: [Example] = []
    let thing = Argument<Value>("The object.")
    func run(_ call: Call) throws -> Value {
      guard case .object(let object) = try call[thing] else { return .null }
      return .string(object.summary)
    }
  }

  /// Works until it is stopped.
  struct Spin: Command {
    static let name = "spin"
    static let summary = "Spin."
    static let result = ValueType.null
    static let examples: [Example] = []
    func run(_ call: Call) throws -> Value {
      while true {
        usleep(1000)
        try Interruptions.check()
      }
    }
  }

  struct Note: Command {
    static let name = "remark"
    static let summary = "Say something of this machine."
    static let result = ValueType.null
    static let examples: [Example] = []
    func run(_ call: Call) throws -> Value {
      call.session.note("2.1 GB free")
      return .null
    }
  }
}

final class TestObject: ObjectValue {
  let name: String
  init(name: String) { self.name = name }
  var typeName: String { "thing" }
  var summary: String { "thing \(name)" }
  var fieldNames: [String] { ["name"] }
  func field(_ field: String) -> Value? { field == "name" ? .string(name) : nil }
  var archived: ArchivedObject? {
    name == "lost" ? nil : ArchivedObject(kind: "thing", state: .string(name))
  }
  static let restorers: [String: ValueArchive.Restorer] = [
    "thing": { state, _ in TestObject(name: state.stringValue ?? "") }
  ]
}

/// Collects what a run tells.
final class TestObserver: RunObserver {
  private let state = Mutex<[String]>([])
  var events: [String] { state.withLock { $0 } }
  private func add(_ event: String) { state.withLock { $0.append(event) } }
  func cellStarts(_ cell: NotebookCell, number: Int, of count: Int) {
    add("start \(cell.name) \(number)/\(count)")
  }
  func show(_ text: String) { add("show \(text)") }
  func stream(_ text: String) { add("stream \(text)") }
  func cellEnds(_ cell: NotebookCell, _ report: CellReport) {
    add("end \(cell.name) \(report.outcome.rawValue)")
  }
  func note(_ text: String) { add("note \(text)") }
}
