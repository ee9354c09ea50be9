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
    mergesCharacters = kind == "gemma4"
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
    "kimi-k2", "minicpm5", "gemma4",
  ]

  private static let wholeTokenKinds: Set<String> = [
    "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
    "jina-v5-nano", "youtu", "glm4", "tekken", "minicpm5", "gemma4",
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
    case "deepseek-v3", "hunyuan-dense", "joyai-llm":
      return [#"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+", PiecePattern.deepseek.regex]
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
    case "gpt-4o", "llama4", "kanana2", "minimax-m2": return [PiecePattern.o200k.regex]
    case "tiny_aya": return [#"\d{1,3}(?=(?:\d{3})*\b)"#, PiecePattern.o200k.regex]
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
    case "gemma4": return [#"[^\n]+|[\n]+"#]
    default: return nil
    }
  }

  private static let gpt2 = GPT2Splitter.patterns[0]
  private static let bloom = #" ?[^(\s|.,!?…。，、।۔،)]+"#
  /// The letters with case that DeepSeek LLM's pattern lists.
  private static let deepSeekLetters =
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅ"
    + "Ὀ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼ\u{1FBE}ῂ-ῄῆ-ῌῐ-\u{1FD3}ῖ-\u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u{2126}ℨ\u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳ"
    + "Ꙁ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"
}

extension String {
  /// Every occurrence of a text replaced by another.
  fileprivate func replacing(_ text: String, by other: String) -> String {
    String(
      decoding: Normalizer.replaced(Array(text.utf8), Array(other.utf8), in: Array(utf8)),
      as: UTF8.self)
  }
}
