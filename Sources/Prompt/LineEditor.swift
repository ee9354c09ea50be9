#if Editline || GNUReadline
  import Glibc

  #if GNUReadline
    @preconcurrency import CReadline
  #else
    @preconcurrency import CEditline
  #endif

  /// Line editing in a terminal, by libedit or, under the trait `GNUReadline`, GNU readline.
  ///
  /// Both offer the same C functions, which keep their state in globals: there is one editor in a
  /// process, used from one thread.
  public final class LineEditor: LineReader {
    /// Stands for a line break while a block of several lines is edited as one line.
    static let lineBreakSign = "\u{2424}"

    /// Candidates for the text before the cursor; the library's callback takes no context.
    nonisolated(unsafe) private static var complete: ((String) -> Completion.Result)?

    /// - Parameters:
    ///   - history: earlier entries, oldest first.
    ///   - complete: what Tab offers after a text.
    public init(history: [String], complete: @escaping (String) -> Completion.Result) {
      LineEditor.useUTF8()
      LineEditor.complete = complete
      rl_readline_name = UnsafePointer(strdup("tessera"))
      rl_catch_signals = 0
      #if GNUReadline
        rl_catch_sigwinch = 1
        // Runs when a signal broke the waiting: gives the line up.
        rl_signal_event_hook = {
          if InterruptSignal.hasPending {
            rl_replace_line("", 0)
            rl_done = 1
          }
          return 0
        }
      #endif
      rl_initialize()
      using_history()
      stifle_history(Int32(HistoryFile.limit))
      rl_completion_append_character = 0
      rl_attempted_completion_function = { word, _, _ in
        rl_attempted_completion_over = 1
        return LineEditor.matches(of: word)
      }
      let breaks = strdup(" \t\n\"'`()[]{}|;,:=+-*/%@<>!&^")
      #if GNUReadline
        rl_completer_word_break_characters = UnsafePointer(breaks)
        // A paste of several lines arrives as lines, as everywhere else.
        rl_variable_bind("enable-bracketed-paste", "off")
      #else
        rl_completer_word_break_characters = breaks
      #endif
      for entry in history { remember(entry) }
    }

    public var hasWaitingInput: Bool { WaitingInput.isThere(on: STDIN_FILENO) }

    public func remember(_ entry: String) {
      let line = entry.split(separator: "\n", omittingEmptySubsequences: false)
        .joined(separator: LineEditor.lineBreakSign)
      add_history(line)
    }

    public func readLine(prompt: String) -> LineInput {
      InterruptSignal.whileWaitingForInput {
        rl_resize_terminal()
        errno = 0
        guard let line = readline(prompt) else {
          return InterruptSignal.takePending() ? .interrupted : .end
        }
        defer { free(line) }
        if InterruptSignal.takePending() { return .interrupted }
        let text = String(cString: line)
        let lines = text.split(
          separator: Character(LineEditor.lineBreakSign), omittingEmptySubsequences: false)
        return .line(lines.joined(separator: "\n"))
      }
    }

    /// Characters beyond ASCII need a UTF-8 locale; where the environment names none, the one
    /// that every system has.
    private static func useUTF8() {
      setlocale(LC_CTYPE, "")
      let codeset = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) }
      if codeset != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
    }

    /// The candidates as the library takes them: the common beginning, then each, then NULL, all
    /// for it to free; NULL where there are none.
    ///
    /// The library replaces `word`, its own idea of the word at the cursor, so candidates are cut
    /// or lengthened to begin where that begins.
    private static func matches(
      of word: UnsafePointer<CChar>?
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
      guard let complete, let word, let buffer = rl_line_buffer else { return nil }
      let line = Array(String(cString: buffer).utf8)
      let cursor = min(max(0, Int(rl_point)), line.count)
      let before = line[..<cursor]
      let result = complete(String(decoding: before, as: UTF8.self))
      if result.candidates.isEmpty { return nil }

      let wordStart = cursor - strlen(word)
      var candidates = result.candidates.map { Array($0.utf8) }
      if candidates.count == 1 { candidates[0] += result.ending.utf8 }
      candidates = candidates.map { candidate in
        wordStart < result.start
          ? before[max(0, wordStart)..<result.start] + candidate
          : Array(candidate.dropFirst(wordStart - result.start))
      }
      var common = candidates[0]
      for candidate in candidates.dropFirst() {
        common = Array(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
      }
      // A beginning that ends inside a character would be shown broken.
      while let last = common.last, last >= 0x80, !isWhole(common) { common.removeLast() }

      let all = candidates.count == 1 ? candidates : [common] + candidates
      let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
        capacity: all.count + 1)
      for (index, text) in all.enumerated() {
        list[index] = strdup(String(decoding: text, as: UTF8.self))
      }
      list[all.count] = nil
      return list
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
      String(validating: bytes, as: UTF8.self) != nil
    }
  }
#endif
