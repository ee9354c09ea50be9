/// What is published about a rank file beside the file: its pattern and its special tokens.
struct RankPublication {
  let kind: TokenizerKind
  let pattern: PiecePattern
  /// Special tokens whose ids are fixed.
  var fixed: KeyValuePairs<String, Int32> = [:]
  /// Special tokens that take the ids after the last rank.
  var following: [String] = []
  /// The special token that begins a text, if there is one.
  var beginning = "<|endoftext|>"

  var stages: [PreTokenizer.Stage] { [.pieces(pattern)] }

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
      pattern = .gpt2
      fixed = ["<|endoftext|>": 50256]
    case .cl100k:
      // tiktoken spells it otherwise: white space at a text's end is one piece there, with its line
      // breaks. No token crosses the last of these, so that the ids are the same.
      pattern = .cl100k
      fixed = [
        "<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260, "<|endofprompt|>": 100276,
      ]
    case .o200k:
      pattern = .o200k
      fixed = ["<|endoftext|>": 199_999, "<|endofprompt|>": 200_018]
    case .qwen:
      pattern = .qwen2
      following =
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" }
    case .whisper:
      pattern = .gpt2
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
