import Files
import Glibc

/// The entries of past sessions, in a file that only its owner may read.
///
/// One entry a line: a line break inside an entry is written `\n` and a backslash `\\`, so that
/// entries of several lines survive. Entries are appended one write each, so that sessions side by
/// side do not mix theirs.
public struct HistoryFile: Sendable {
  /// How many entries a session starts with.
  public static let limit = 1_000
  static let mode: mode_t = 0o600
  private static let byteLimit = 1 << 24

  /// Nil keeps nothing.
  public let path: String?

  public init(path: String?) { self.path = path }

  /// `$XDG_STATE_HOME/tessera/history`, or the same below `~/.local/state`; nil without a home.
  public static func standard(_ environment: (String) -> String?) -> HistoryFile {
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return HistoryFile(path: Paths.join(state, "tessera/history"))
    }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return HistoryFile(path: nil) }
    return HistoryFile(path: Paths.join(home, ".local/state/tessera/history"))
  }

  /// The last entries, oldest first; none where the file is missing or cannot be used.
  ///
  /// A file that has grown to twice the limit is cut to the entries given.
  public func load() -> [String] {
    guard let path, Paths.exists(path),
      let bytes = try? FileContents.bytes(at: path, limit: HistoryFile.byteLimit)
    else { return [] }
    chmod(path, HistoryFile.mode)
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    let entries = lines.suffix(HistoryFile.limit).map(HistoryFile.entry)
    if lines.count > 2 * HistoryFile.limit {
      let kept = entries.map { HistoryFile.line($0) + "\n" }.joined()
      _ = try? DurableFile.replace(path, with: kept)
    }
    return entries
  }

  /// Adds an entry; a history that cannot be kept is no reason to stop.
  public func append(_ entry: String) {
    guard let path else { return }
    try? DurableFile.makeFolder(Paths.parent(of: path), mode: 0o700)
    try? DurableFile.append(HistoryFile.line(entry) + "\n", to: path, mode: HistoryFile.mode)
  }

  static func line(_ entry: String) -> String {
    var line = ""
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  static func entry(_ line: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in line {
      if isEscaped {
        switch byte {
        case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
        default: bytes.append(byte)
        }
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
