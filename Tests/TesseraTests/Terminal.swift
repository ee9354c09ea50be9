import Files
import Glibc
import Testing

/// A real terminal, by tmux: keys are sent, the screen is read.
final class Terminal {
  static let isThere = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
    .contains { Paths.exists("\($0)/tmux") }

  let folder: TestFolder
  private let socket: String

  /// Opens a terminal and starts `tessera` in it.
  init(
    _ arguments: String = "", in folder: TestFolder? = nil, columns: Int = 80, rows: Int = 30
  ) throws {
    self.folder = try folder ?? TestFolder()
    // Not the socket of an earlier terminal in this folder: its server may be on its way out.
    socket = self.folder.file(".tmux-\(ContinuousClock.now.hashValue)")
    let program = try #require(Program.path)
    let command = "'\(program)' \(arguments); echo \"ended with $?\"; exec cat"
    try tmux([
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", command,
    ])
  }

  deinit { _ = try? tmux(["kill-server"]) }

  @discardableResult
  private func tmux(_ arguments: [String], input: String = "") throws -> String {
    let files = (folder.file(".tin"), folder.file(".tout"), folder.file(".terr"))
    try DurableFile.replace(files.0, with: input)
    let process = try Program.start(
      ["tmux", "-S", socket] + arguments, in: folder.path, files: files)
    let code = Program.wait(for: process)
    let errors = try folder.text(".terr")
    try #require(code == 0, "tmux \(arguments): \(errors)")
    return try FileContents.text(at: files.1)
  }

  /// Types a text as it is.
  func type(_ text: String) throws { try tmux(["send-keys", "-l", "--", text]) }

  /// Presses keys by tmux's names: `Enter`, `Up`, `C-c`.
  func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Waits for the prompt, types a line, and sends it once the screen shows it: keys that come before
  /// the prompt are the terminal's, not the editor's, and count as pasted.
  func enter(_ line: String, location: SourceLocation = #_sourceLocation) throws {
    try wait(for: "a prompt", location: location) { $0.last == ">" || $0.last == "…" }
    try type(line)
    let typed = line.filter { $0 != " " }
    try wait(for: "'\(line)' as typed", location: location) {
      $0.joined().filter { $0 != " " }.hasSuffix(typed)
    }
    try press("Enter")
  }

  /// Pastes a text in one go, as from a clipboard.
  func paste(_ text: String) throws {
    try tmux(["load-buffer", "-"], input: text)
    try tmux(["paste-buffer"])
  }

  /// The lines on the screen, blank ones at its end left out.
  func screen() throws -> [String] {
    var lines = try tmux(["capture-pane", "-p"])
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Waits until the screen is as wanted, and gives it; a test that waits in vain fails.
  @discardableResult
  func wait(
    for what: String, location: SourceLocation = #_sourceLocation,
    until isThere: ([String]) -> Bool
  ) throws -> [String] {
    var lines: [String] = []
    // A minute: far more than any machine needs, so that only a real fault ends it.
    for _ in 0..<3_000 {
      lines = try screen()
      if isThere(lines) { return lines }
      usleep(20_000)
    }
    Issue.record(
      "waited in vain for \(what):\n\(lines.joined(separator: "\n"))", sourceLocation: location)
    throw WaitedInVain()
  }

  /// Waits until the last line is this one.
  @discardableResult
  func wait(forLast line: String, location: SourceLocation = #_sourceLocation) throws -> [String] {
    try wait(for: "'\(line)' as the last line", location: location) { $0.last == line }
  }

  struct WaitedInVain: Error {}
}
