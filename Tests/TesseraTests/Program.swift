import Files
import Glibc
import Testing

/// Runs the built program as a user would.
enum Program {
  /// What a run left behind.
  struct Outcome: Equatable {
    var output: String
    var errors: String
    var exitCode: Int32
  }

  /// The executable: what `TESSERA_BINARY` names, or the one beside this test's own.
  static let path: String? = {
    if let named = getenv("TESSERA_BINARY") { return String(cString: named) }
    guard let tests = Paths.resolved("/proc/self/exe") else { return nil }
    let beside = Paths.join(Paths.parent(of: tests), "tessera")
    return Paths.exists(beside) ? beside : nil
  }()

  static var isBuilt: Bool { path != nil }

  /// Where the package is.
  static let root = Paths.parent(of: Paths.parent(of: Paths.parent(of: #filePath)))

  /// A child's environment: its state and cache lie in `folder`, not in the user's.
  static func environment(_ folder: String) -> [String] {
    var variables = [
      "XDG_STATE_HOME=\(folder)/state", "TESSERA_CACHE=\(folder)/cache", "HOME=\(folder)",
      "LC_ALL=C.UTF-8",
    ]
    for name in ["PATH", "LD_LIBRARY_PATH", "TMPDIR"] {
      if let value = getenv(name) { variables.append("\(name)=\(String(cString: value))") }
    }
    return variables
  }

  /// Starts a program without waiting for it; its three streams are files.
  static func start(
    _ arguments: [String], in folder: String, files: (input: String, output: String, errors: String)
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let making = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, files.input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, files.output, making, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, files.errors, making, 0o600)
    var words = (["env", "-C", folder] + arguments).map { strdup($0) } + [nil]
    var variables = environment(folder).map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var process: pid_t = 0
    // The test's own thread blocks signals, and whoever runs the tests may ignore some; the program
    // under test must not inherit either.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGQUIT, SIGTERM, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    let code = posix_spawnp(&process, "env", &actions, &attributes, &words, &variables)
    try #require(code == 0, "\(arguments[0]) cannot be started: \(code)")
    return process
  }

  /// Waits for a program's end.
  ///
  /// - Returns: its exit code, or 128 and the signal's number.
  static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// Runs any program to its end.
  static func run(command: [String], input: String = "", in folder: TestFolder) throws -> Outcome {
    let files = (folder.file(".in"), folder.file(".out"), folder.file(".err"))
    try DurableFile.replace(files.0, with: input)
    let process = try start(command, in: folder.path, files: files)
    let exitCode = wait(for: process)
    return Outcome(
      output: try FileContents.text(at: files.1), errors: try FileContents.text(at: files.2),
      exitCode: exitCode)
  }

  /// Runs `tessera` to its end.
  static func run(_ arguments: [String], input: String = "", in folder: TestFolder) throws
    -> Outcome
  {
    try run(command: [try #require(path)] + arguments, input: input, in: folder)
  }

  /// Runs `tessera` in a folder that nothing else uses.
  static func run(_ arguments: [String], input: String = "") throws -> Outcome {
    try run(arguments, input: input, in: TestFolder())
  }
}
