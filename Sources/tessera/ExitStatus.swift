import Glibc
import Notebooks
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

  init(_ outcome: RunOutcome) {
    switch outcome {
    case .ok: self = .fine
    case .cellFailed: self = .failed
    case .wrongUsage: self = .wrongUsage
    case .differs: self = .differs
    case .unreadable: self = .unreadableInput
    case .interrupted: self = .interrupted
    }
  }

  /// Of several files the worst decides: what kept a file from being run at all before what its
  /// cells did.
  mutating func include(_ other: ExitStatus) {
    let order: [ExitStatus] = [
      .fine, .differs, .failed, .unreadableInput, .wrongUsage, .interrupted, .readerGone,
    ]
    let rank = { (status: ExitStatus) in order.firstIndex(of: status) ?? 0 }
    if rank(other) > rank(self) { self = other }
  }

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
