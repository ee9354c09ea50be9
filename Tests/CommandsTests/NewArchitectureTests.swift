import Testing

@testable import Commands
@testable import Language

@Suite("Models of other architectures than decoders") struct NewArchitectureTests {
  static let tokenizer =
    #"t = tokenizer.train "ab ab ab" vocab=259 special=["<|endoftext|>", "<mask>"]; "#

  @Test("are loaded with the same bits as they were made with")
  func saved() {
    let folder = FixtureFolder()
    #expect(
      shown(
        Self.tokenizer
          + #"e = model.new(t, arch=encoder, layers=1, width=8, heads=2, context=9, out="enc"); all(model.embed(e, ["ab", "b a b"]) == model.embed("enc", ["ab", "b a b"]))"#,
        in: folder) == "true")
    #expect(
      shown(
        Self.tokenizer
          + #"m = model.new(t, arch=seq2seq, layers=1, width=8, heads=2, out="seq"); model.generate(m, ["ab", "b a b"], tokens=4) == model.generate("seq", ["ab", "b a b"], tokens=4)"#,
        in: folder) == "true")
  }

  @Test("tell pictures apart by the object and by the folder alike")
  func pictures() {
    #expect(
      shown(
        #"d = data.glyphs(40, seed=1); r = train.vision(d.images, d.labels, patch=4, layers=1, width=8, heads=2, batch=8, steps=2, out="vis"); model.classify(r.vision, d.images, probabilities=true) == model.classify("vis", d.images, probabilities=true)"#,
        in: FixtureFolder()) == "true")
  }

  @Test("an any-order model is train.any_order's before its first step")
  func anyOrder() {
    #expect(
      shown(
        Self.tokenizer
          + #"sizes = 8; m = model.new(t, arch=any_order, layers=1, width=8, heads=2, context=4, seed=3); r = train.any_order(t, "ab ab ab ab ab", layers=1, width=8, heads=2, context=4, batch=1, steps=0, seed=3); m.digest == r.model.digest"#
      ) == "true")
  }

  @Test(
    "what has no meaning is refused",
    arguments: [
      ("model.new(t, arch=encoder, kv_heads=1)", "E0311"),
      ("model.new(t, arch=encoder, mixer=mlp)", "E0311"),
      ("model.new(t, arch=encoder, width=8, heads=3)", "E0606"),
      ("model.new(t, arch=seq2seq, context=8)", "E0311"),
      ("model.new(t, arch=seq2seq, positions=learned)", "E0311"),
      ("model.new(t, arch=mixer)", "E0311"),
      ("model.new(t, arch=mixer, mixer=softmax)", "E0311"),
      (#"model.new(tokenizer.train("ab", vocab=257), arch=any_order)"#, "E0695"),
      ("train.encoder(t, [\"ab. ab.\"], objective=masked, mask=\"<none>\")", "E0695"),
      ("train.encoder(t, [\"ab. ab.\"])", "E0696"),
      ("train.encoder(t, [{a: 1, second: 2}])", "E0220"),
      (
        "train.encoder(model.new(t, arch=encoder, layers=1, width=8, heads=2), [\"ab. ab.\"], width=8)",
        "E0311"
      ),
      ("train.seq2seq(t, [{prompt: \"a\", reply: \"b\"}])", "E0220"),
      ("train.seq2seq(t, [{prompt: \"a\", answer: \"b\"}])", "E0696"),
      ("model.generate(\"default\", \"a\")", "E0603"),
      ("model.embed(\"default\", \"a\")", "E0603"),
      ("model.new()", "E0311"), ("model.new(arch=vision, context=8)", "E0311"),
      ("model.new(arch=vision, patch=3)", "E0606"), ("model.new(arch=vision, classes=1)", "E0311"),
      ("model.new(arch=vision, classes=[\"a\", \"a\"])", "E0606"),
      ("train.vision(tensor.zeros([4, 8, 8]), [1, 2])", "E0695"),
      ("train.vision(tensor.zeros([4, 8, 9]), [1, 2, 1, 2])", "E0618"),
      ("train.vision(tensor.zeros([8]), [1])", "E0311"),
      ("model.classify(model.new(arch=vision), \"a text\")", "E0311"),
      ("model.classify(model.new(arch=vision), tensor.zeros([1, 9, 9]))", "E0618"),
      ("data.glyphs(0)", "E0304"),
    ])
  func refusals(source: String, code: String) {
    #expect(shown(Self.tokenizer + source).hasPrefix("error[\(code)]"), "\(source)")
  }
}
