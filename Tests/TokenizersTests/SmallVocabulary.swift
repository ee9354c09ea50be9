import Files

@testable import Tokenizers

/// A small `tokenizer.json` whose parts a test replaces.
struct SmallVocabulary {
  var members: [String: String] = [
    "version": #""1.0""#, "truncation": "null", "padding": "null",
    "added_tokens": """
    [{"id": 9, "content": "<s>", "special": true, "normalized": false},
     {"id": 10, "content": "</s>", "special": true, "normalized": false},
     {"id": 11, "content": "[x]", "special": false, "normalized": false}]
    """,
    "normalizer": "null", "pre_tokenizer": "null", "post_processor": "null",
    "decoder": #"{"type": "Fuse"}"#,
    "model": model(
      vocab: [
        "<unk>": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, " ": 6, "é": 7, "bc": 8,
      ],
      merges: #"["a b", "ab c", ["b", "c"]]"#),
  ]

  static func model(
    vocab: KeyValuePairs<String, Int>, merges: String, options: String = #""unk_token": "<unk>""#
  ) -> String {
    let tokens = vocab.map { "\(JSON.string($0.key).text()): \($0.value)" }
    return
      #"{"type": "BPE", \#(options), "vocab": {\#(tokens.joined(separator: ", "))}, "merges": \#(merges)}"#
  }

  func with(_ key: String, _ value: String?) -> SmallVocabulary {
    var copy = self
    copy.members[key] = value
    return copy
  }

  var text: String {
    "{"
      + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
      .joined(separator: ",\n") + "}"
  }

  func read() throws(TokenizerError) -> Tokenizer {
    Tokenizer(try HuggingFaceReader.read(Array(text.utf8), path: "small.json", name: "small"))
  }

  func template(_ beginning: String = "<s>", id: Int = 9, ending: String? = nil)
    -> SmallVocabulary
  {
    let end = ending.map { #", {"SpecialToken": {"id": "\#($0)", "type_id": 0}}"# } ?? ""
    return with(
      "post_processor",
      """
      {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "\(beginning)", "type_id": 0}},
       {"Sequence": {"id": "A", "type_id": 0}}\(end)], "pair": [], "special_tokens": {
       "<s>": {"id": "<s>", "ids": [\(id)], "tokens": ["<s>"]},
       "</s>": {"id": "</s>", "ids": [10], "tokens": ["</s>"]}}}
      """)
  }
}

/// A small llama2.c `tokenizer.bin`.
struct SmallScores {
  var longest: Int32 = 8
  var tokens: [(text: [UInt8], score: Float)]

  init() {
    tokens = ["<unk>", "\n<s>\n", "\n</s>\n"].map { (Array($0.utf8), 0) }
    tokens += (0..<256).map { (Array(ByteToken.spelling(of: UInt8($0)).utf8), 0) }
    tokens += [" ", "a", "b", "c", "é"].map { (Array($0.utf8), -100) }
    tokens += [("ab", -1), ("bc", -2), (" a", -3), ("abc", -4), (" abc", -5), ("  ", -1)].map {
      (Array($0.0.utf8), $0.1)
    }
  }

  var bytes: [UInt8] {
    var bytes = words(UInt32(bitPattern: longest))
    for token in tokens {
      bytes += words(token.score.bitPattern) + words(UInt32(token.text.count)) + token.text
    }
    return bytes
  }

  private func words(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  func read() throws(TokenizerError) -> Tokenizer {
    Tokenizer(try Llama2CReader.read(bytes, path: "small.bin", name: "small"))
  }
}
