/// What is published about a rank file beside the file: its pattern and its special tokens.
struct RankPublication {
  let kind: TokenizerKind
  /// The pattern as its library writes it.
  let pattern: String
  /// Special tokens whose ids are fixed.
  var fixed: KeyValuePairs<String, Int32> = [:]
  /// Special tokens that take the ids after the last rank.
  var following: [String] = []
  /// The special token that begins a text, if there is one.
  var beginning = "<|endoftext|>"

  var stages: [PreTokenizer.Stage] {
    PreTokenizer.Stage.pieces(matching: pattern).map { [$0] } ?? []
  }

  func specialTokens(rankCount: Int) -> [AddedToken] {
    let numbered = following.enumerated().map { ($0.element, Int32(rankCount + $0.offset)) }
    return (fixed.map { ($0.key, $0.value) } + numbered).map {
      AddedToken(id: $0.1, content: $0.0, special: true)
    }
  }

  /// Nil for kinds that are no rank files.
  init?(_ kind: TokenizerKind) {
    self.kind = kind
    switch kind {
    case .gpt2:
      pattern = GPT2Splitter.patterns[0]
      fixed = ["<|endoftext|>": 50256]
    case .cl100k:
      pattern = PublishedPattern.cl100k
      fixed = [
        "<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260, "<|endofprompt|>": 100276,
      ]
    case .o200k:
      pattern = PublishedPattern.o200k
      fixed = ["<|endoftext|>": 199_999, "<|endofprompt|>": 200_018]
    case .qwen:
      pattern = PublishedPattern.qwen2
      following =
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" }
    case .whisper:
      pattern = GPT2Splitter.patterns[0]
      following = Self.whisperTokens
      beginning = "<|startoftranscript|>"
    default: return nil
    }
  }

  /// Whisper's `get_encoding`: 99 languages, tasks, and time stamps every 20 ms up to 30 s.
  private static let whisperTokens: [String] = {
    let languages = """
      en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th \
      ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr \
      pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt \
      haw ln ha ba jw su
      """.split(separator: " ")
    let times = (0...1500).map { step in
      let hundredths = String(step * 2 % 100)
      return "\(step * 2 / 100)." + (hundredths.utf8.count < 2 ? "0" : "") + hundredths
    }
    let names =
      ["endoftext", "startoftranscript"] + languages.map(String.init)
      + ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"] + times
    return names.map { "<|\($0)|>" }
  }()
}

/// Patterns as their libraries publish them.
enum PublishedPattern {
  /// tiktoken's `cl100k_base`.
  static let cl100k =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"#
    + #"\s++$|\s*[\r\n]|\s+(?!\S)|\s"#
  /// tiktoken's `o200k_base`.
  static let o200k =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|"#
    + #"\s+(?!\S)|\s+"#
  /// Qwen 1 to 2.5.
  static let qwen2 =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
    + #"\s*[\r\n]+|\s+(?!\S)|\s+"#
}
