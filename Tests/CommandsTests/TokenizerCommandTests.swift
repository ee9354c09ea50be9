import Testing

/// What the tokenizer commands do beyond the examples of their declarations.
@Suite("Commands of tokenizers") struct TokenizerCommandTests {
  private static let vocabulary = #"t = tokenizer.train "ab ab ab" vocab=258 special=["<s>"]; "#

  @Test(
    "take lists of texts, lengths and policies",
    arguments: [
      (
        #"tokenizer.encode(t, ["ab<s>", "ab"], special=parse) | map (x -> x.ids)"#,
        "[[256, 257], [256]]"
      ),
      (
        #"tokenizer.encode(t, ["ab", "a<s>"], special=error)"#,
        #"error[E0556]: the text contains the special token "<s>" at byte 1"#
      ),
      (#"tokenizer.count(t, ["ab", "abab", ""])"#, "[1, 2, 0]"),
      (
        #"tokenizer.encode(t, "abab", padding=4).ids | len"#,
        "error[E0555]: tokenizer bpe has no PAD token"
      ),
      (
        #"h = tokenizer.new roots=["ev"]; tokenizer.encode(h, "ev", padding=-1)"#,
        "error[E0567]: a length of -1 was asked for: no text is padded to fewer than 0 tokens"
      ),
      (
        #"tokenizer.train "ab ab" max_bytes=-1"#,
        "error[E0304]: tokenizer.train: 'max_bytes' must be in 1 or more, not -1"
      ),
      (#"tokenizer.encode(t, "abcde", truncation=2, side=left).ids"#, "[100, 101]"),
      (#"tokenizer.encode(t, "abab", truncation=file).ids"#, "[256, 256]"),
      (#"tokenizer.vocab(t, contains="zz")"#, "id  token  bytes  length  kind\n(no rows)"),
      (#"tokenizer.vocab(t, kind=special).id"#, "[257]"),
      (#"tokenizer.vocab(t, ids=[97, 256], sort=length).id"#, "[256, 97]"),
      (
        #"tokenizer.save t "x.foo""#,
        "error[E0311]: the name 'x.foo' does not say in which form to save"
      ),
      (#"tokenizer.explain(t, "ab c").tokens.ids"#, "[256, 32, 99]"),
      (#"tokenizer.explain(t, "ab c").steps.step"#, "[0, 1, 0]"),
      (#"tokenizer.diff(t, t, "ab c").differing"#, "0"),
      (#"measure.tokens(t, " ").fertility == null"#, "true"),
      (#"measure.premium(t, {en: "ab", blank: "  "}, reference="en").fertility"#, "[1.0, null]"),
      (
        "measure.solve_vocab {a: 1.0, b: 0.0 / 0.0, c: 1.0} target=3",
        "error[E0201]: measure.solve_vocab: 'fit' wants a record with the finite numbers a, b and c, not a record"
      ),
      (
        "measure.solve_vocab {a: 1.0, b: 0.5, c: 1.0} target=(0.0 / 0.0)",
        "error[E0304]: measure.solve_vocab: 'target' must be in a finite number, not nan"
      ),
      (
        #"tokenizer.train "ab ab" kind=superbpe vocab=9223372036854775807"#,
        "error[E0560]: a vocabulary of 9223372036854775807 tokens was asked for, the limit is 16777216"
      ),
      (
        #"tokenizer.train "ab ab" kind=superbpe vocab=9223372036854775807 transition=1.0"#,
        "error[E0560]: a vocabulary of 9223372036854775807 tokens was asked for, the limit is 16777216"
      ),
      (#"measure.tokens t []"#, "error[E0681]: tokenization of nothing has no value"),
      (
        #"measure.premium t {en: "ab"} reference="fr""#,
        #"error[E0570]: there is no text in "fr", only in en"#
      ),
    ])
  func scripts(script: String, expected: String) {
    #expect(shown(Self.vocabulary + script, in: FixtureFolder()) == expected)
  }
}
