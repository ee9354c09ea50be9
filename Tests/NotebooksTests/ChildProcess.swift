import Files
import Glibc
import Testing

/// Runs one test of this very program in a process of its own: what stops a whole process cannot be
/// tested beside other tests.
struct ChildProcess {
  let process: pid_t

  /// The variable that tells a test that it is the child's, and hands it a path.
  static let variable = "TESSERA_NOTEBOOK_TEST"

  /// What the parent hands to the test `name`; nil in every other process.
  static func task(_ name: String) -> String? {
    guard let text = getenv(variable).map({ String(cString: $0) }), text.hasPrefix(name + ":")
    else { return nil }
    return String(text.dropFirst(name.count + 1))
  }

  /// Starts the test `name` of suite ``ChildTests``.
  init(test name: String, _ task: String) throws {
    let arguments =
      [CommandLine.arguments[0]] + ChildProcess.testingArguments + [
        "--filter", "ChildTests/\(name)\\(",
      ]
    var environment: [String] = ["\(ChildProcess.variable)=\(name):\(task)"]
    var entry = environ
    while let text = entry.pointee {
      environment.append(String(cString: text))
      entry += 1
    }
    var process = pid_t()
    let status = ChildProcess.withPointers(arguments) { arguments in
      ChildProcess.withPointers(environment) { environment in
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
          posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        return posix_spawn(&process, "/proc/self/exe", &actions, nil, arguments, environment)
      }
    }
    try #require(status == 0)
    self.process = process
  }

  private static var testingArguments: [String] {
    guard let index = CommandLine.arguments.firstIndex(of: "--testing-library") else { return [] }
    return Array(CommandLine.arguments[index...(index + 1)])
  }

  private static func withPointers<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure() }
      return body(base)
    }
  }

  func kill(_ signal: Int32) { Glibc.kill(process, signal) }

  /// Waits for its end; true where it ended by itself and its test passed.
  @discardableResult
  func wait() -> Bool {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status == 0
  }

  var hasEnded: Bool {
    var status: Int32 = 0
    return waitpid(process, &status, WNOHANG) != 0
  }
}
