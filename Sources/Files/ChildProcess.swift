import Glibc

/// A program that is run to its end.
public enum ChildProcess {
  /// Runs a program found on the path, without a shell; its output goes to this program's standard error.
  ///
  /// - Returns: its exit code; 128 and the signal's number where a signal ended it.
  /// - Throws: ``FileError/system(path:operation:errno:)`` where it cannot be started.
  public static func run(_ program: String, _ arguments: [String]) throws(FileError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, 2, 1)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let words = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, program, &actions, nil, words + [nil], environ)
    if status != 0 { throw .system(path: program, operation: "start", errno: status) }
    var code: Int32 = 0
    while waitpid(child, &code, 0) < 0 {
      if errno != EINTR { throw .system(path: program, operation: "wait for", errno: errno) }
    }
    // As the shell's `$?`: the low seven bits are the signal, the next eight the exit code.
    let signal = code & 0x7F
    return signal == 0 ? (code >> 8) & 0xFF : 128 + signal
  }
}
