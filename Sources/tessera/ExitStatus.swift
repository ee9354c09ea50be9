import Glibc
import Prompt

/// How the program ends; thrown by the subcommands, so that every way out passes one place.
enum ExitStatus: Int32, Error {
  case fine = 0
  /// A cell or script failed.
  case failed = 1
  case wrongUsage = 2
  /// `check` found other output.
  case differs = 3
  case unreadableInput = 4
  case interrupted = 130
  /// The reader of standard output went away: what the signal itself would have given.
  case readerGone = 141

  /// What is written out decides first, then how the work went.
  static func after(_ console: Console, otherwise status: ExitStatus) -> ExitStatus {
    switch console.finish() {
    case .fine: return status
    case .readerGone: return .readerGone
    case .failed(let code):
      let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
      console.say("error[E0514]: cannot write to standard output: \(reason)")
      return .failed
    }
  }

  func leave() -> Never {
    if self == .readerGone {
      signal(SIGPIPE, SIG_DFL)
      raise(SIGPIPE)
    }
    exit(rawValue)
  }
}
