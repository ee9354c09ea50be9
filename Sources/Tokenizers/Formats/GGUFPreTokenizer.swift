/// How text is cut for a GGUF vocabulary of the model `gpt2`, by its `tokenizer.ggml.pre`.
///
/// Each kind is a list of patterns, taken one after the other: matches, and what lies between them,
/// are pieces. They are those of the models' own `tokenizer.json`.
struct GGUFPreTokenizer {
  let stages: [PreTokenizer.Stage]
  /// A piece that is a token as a whole is that token.
  var ignoresMerges = false
  /// Spaces are `▁` and characters are merged, not bytes.
  var mergesCharacters = false

  /// Nil for a kind that is not known.
  init?(_ kind: String) {
    guard let patterns = Self.patterns(kind) else { return nil }
    var stages: [PreTokenizer.Stage] = []
    for pattern in patterns {
      guard let stage = try? PreTokenizer.Stage.pieces(matching: pattern) else { return nil }
      stages.append(stage)
    }
    self.stages = stages
    ignoresMerges = Self.wholeTokenKinds.contains(kind)
    mergesCharacters = Self.characterKinds.contains(kind)
  }

  /// BOS is added unless the file says otherwise.
  static func addsBOS(_ kind: String) -> Bool { beginningKinds.contains(kind) }

  static let knownKinds = [
    "default", "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
    "lfm2", "jina-v5-nano", "dbrx", "smaug-bpe", "chatglm-bpe", "glm4", "deepseek-llm",
    "deepseek-coder", "deepseek-v3", "hunyuan-dense", "joyai-llm", "youtu", "falcon", "starcoder",
    "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "minerva", "mellum2",
    "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4", "jina-es",
    "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en", "jina-v2-code", "roberta-bpe", "gigachat",
    "a.x-4.0", "mellum", "modern-bert", "jais-2", "qwen2", "deepseek-r1-qwen", "megrez", "kormo",
    "f2llmv2", "stablelm2", "hunyuan", "solar-open", "grok-2", "qwen35", "poro-chat", "bloom",
    "gpt3-finnish", "viking", "tekken", "chameleon", "gpt-4o", "llama4", "kanana2", "minimax-m2",
    "tiny_aya", "superbpe", "bailingmoe", "bailingmoe2", "llada-moe", "seed-coder", "exaone-moe",
    "kimi-k2", "minicpm5", "gemma4", "granite-embed-multi-311m", "talkie", "cohere2moe",
    "afmoe", "laguna", "spark2_5", "sarvam-moe", "granite-embed-multi-97m", "hy_v4", "ufakzeka",
  ]

  private static let characterKinds: Set<String> = [
    "gemma4", "granite-embed-multi-311m", "sarvam-moe",
  ]

  private static let wholeTokenKinds: Set<String> = [
    "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
    "jina-v5-nano", "youtu", "glm4", "tekken", "minicpm5", "gemma4",
    "granite-embed-multi-311m", "granite-embed-multi-97m",
  ]

  private static let beginningKinds: Set<String> = [
    "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
    "jina-v5-nano", "tekken", "chameleon",
  ]

  private static func patterns(_ kind: String) -> [String]? {
    switch kind {
    case "default":
      return [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]
    case "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      "jina-v5-nano", "dbrx", "smaug-bpe", "chatglm-bpe", "glm4":
      return [PiecePattern.cl100k.regex]
    case "deepseek-llm":
      return [
        #"[\r\n]"#, #"\s?[\#(deepSeekLetters)]+"#, #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+(?![\s\S])"#,
        "[一-龥ࠀ-一가-퟿]+", #"\p{N}+"#,
      ]
    case "deepseek-coder":
      return [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, "[一-龥ࠀ-一가-퟿]+", #"\p{N}"#]
    case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4":
      return [#"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+", PiecePattern.deepseek.regex]
    case "spark2_5":
      return [
        #"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+",
        PiecePattern.deepseek.regex.replacing(#"[\r\n]*|\s*[\r\n]+|"#, by: #"|[\r\n]|"#),
        #"\p{N}"#,
      ]
    // Runs of numbers are cut into threes from their right end.
    case "afmoe":
      return [
        #"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"#, "[\(asianLetters)]+", PiecePattern.deepseek.regex,
      ]
    case "youtu":
      return [
        "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+",
        PiecePattern.o200k.regex.replacing(#"\p{N}{1,3}"#, by: #"\p{N}"#),
      ]
    case "falcon": return [#"[\p{P}\$\+<=>\^~\|`]+"#, gpt2, "[0-9][0-9][0-9]"]
    case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
      "minerva", "mellum2":
      return [#"\p{N}"#, gpt2]
    case "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4",
      "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en", "jina-v2-code",
      "roberta-bpe", "gigachat", "a.x-4.0", "mellum", "modern-bert":
      return [gpt2]
    case "jais-2":
      let spaces = [512, 256, 128, 64, 32, 16, 8, 4].map { #"\s{\#($0)}(?!\S)"# }
      return [
        PiecePattern.cl100k.regex.replacing(
          #"\s+(?!\S)|\s+"#, by: spaces.joined(separator: "|") + #"|\s{1,2}(?!\S)|\s{1}"#)
      ]
    case "qwen2", "deepseek-r1-qwen", "megrez", "kormo", "f2llmv2", "stablelm2", "hunyuan",
      "solar-open", "grok-2":
      return [PiecePattern.qwen2.regex]
    case "laguna": return [#"[^\n]+|[\n]+"#, PiecePattern.qwen2.regex]
    case "ufakzeka":
      return [PiecePattern.qwen2.regex.replacing(#"(?i:'s|'t|'re|'ve|'m|'ll|'d)|"#, by: "")]
    case "qwen35":
      return [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]
    case "poro-chat", "bloom", "gpt3-finnish": return [bloom]
    case "viking": return [bloom, #"\p{N}"#]
    case "tekken":
      return [
        PiecePattern.o200k.regex.replacing(#"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#, by: "")
          .replacing(#"\p{N}{1,3}"#, by: #"\p{N}"#)
      ]
    case "chameleon":
      return [
        "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", #"([\t\n]|    |  )"#, #"\p{N}"#,
        #"[\p{P}!-/:-@\[-`{-~]"#, gpt2,
      ]
    case "gpt-4o", "llama4", "kanana2", "minimax-m2", "talkie", "granite-embed-multi-97m":
      return [PiecePattern.o200k.regex]
    case "tiny_aya", "cohere2moe": return [#"\d{1,3}(?=(?:\d{3})*\b)"#, PiecePattern.o200k.regex]
    // Runs of numbers, cut into threes from their right end.
    case "superbpe": return [#"\p{N}+"#, #"\p{N}(?:(?!(?:\d{3})+(?!\d))\p{N})*"#]
    case "bailingmoe", "bailingmoe2", "llada-moe":
      return [PiecePattern.qwen2.regex.replacing(#"\s*[\r\n]+|"#, by: #"\s*[\r\n]|"#)]
    case "seed-coder":
      return [
        PiecePattern.qwen2.regex.replacing(
          #" ?[^\s\p{L}\p{N}]+[\r\n]*|"#, by: #" ?[^\s\p{L}\p{N}\r\n]+|"#)
      ]
    case "exaone-moe":
      return [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]
    case "kimi-k2":
      let upper = #"(?:(?!\p{Han})[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"#
      let lower = #"(?:(?!\p{Han})[\p{Ll}\p{Lm}\p{Lo}\p{M}])"#
      let (lead, tail) = (#"[^\r\n\p{L}\p{N}]?"#, #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#)
      return [
        #"\p{Han}+|\#(lead)\#(upper)*\#(lower)+\#(tail)|\#(lead)\#(upper)+\#(lower)*\#(tail)|"#
          + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]
    case "minicpm5":
      return [#"\p{N}{1,3}"#, PiecePattern.qwen2.regex.replacing(#"\p{N}|"#, by: #"\p{N}+|"#)]
    case "gemma4", "granite-embed-multi-311m", "sarvam-moe": return [#"[^\n]+|[\n]+"#]
    default: return nil
    }
  }

  /// Ideographs, kana, the scripts of South-East Asia that have no blanks, Hangul.
  private static let asianLetters =
    "一-鿿㐀-䶿豈-\u{FAFF}\u{3040}-ゟ゠-ヿ･-ﾟ⼀-\u{2FDF}\u{E40}-\u{E7F}\u{E80}-\u{EFF}"
    + "ក-\u{17FF}က-႟ꩠ-ꩿꧠ-\u{A9FF}가-\u{D7AF}ᄀ-ᇿ"
  private static let gpt2 = PiecePattern.gpt2Spellings[0]
  private static let bloom = #" ?[^(\s|.,!?…。，、।۔،)]+"#
  /// The letters with case that DeepSeek LLM's pattern lists.
  private static let deepSeekLetters = RangeTable(
    """
    41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 \
    388-38A 38C 38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA \
    1CBD-1CBF 1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 \
    1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB \
    1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D \
    212F-2134 2139 213C-213F 2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 \
    A640-A66D A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A \
    FF41-FF5A 10400-1044F 104B0-104D3 104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF \
    1E900-1E943
    """
  ).ranges.map { range in
    let bounds = [range.lowerBound, range.upperBound].compactMap { Unicode.Scalar($0) }
    return bounds.map { String($0) }.joined(separator: "-")
  }.joined()
}

extension String {
  /// Every occurrence of a text replaced by another.
  fileprivate func replacing(_ text: String, by other: String) -> String {
    String(
      decoding: Normalizer.replaced(Array(text.utf8), Array(other.utf8), in: Array(utf8)),
      as: UTF8.self)
  }
}
