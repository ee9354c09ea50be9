import Files
import Testing

@Suite("One answer", .enabled(if: Program.isBuilt, "needs the built program"))
struct OneAnswerTests {
  /// Runs the program with a forced instance and number of shares.
  func run(_ variant: String, _ shares: Int, _ arguments: [String], in folder: TestFolder) throws
    -> Program.Outcome
  {
    try Program.run(
      command: ["env", "TESSERA_ISA=\(variant)", "TESSERA_THREADS=\(shares)"]
        + [try #require(Program.path)] + arguments, in: folder)
  }

  @Test("a short training run has the same loss bits on every instance, the reference included")
  func training() throws {
    let script = """
      stories = data.stories 12 seed=5
      tok = tokenizer.train stories vocab=280 special=["<|endoftext|>"]
      trained = train.lm(tok, stories, layers=4, width=16, heads=2, context=16, batch=3, steps=6)
      print trained
      """
    let folder = try TestFolder()
    let reference = try run("reference", 1, ["-c", script], in: folder)
    #expect(reference.exitCode == 0)
    #expect(reference.output.contains("losses"))
    for variant in ["reference", "avx2", "avx512"] {
      for shares in [1, 2, 3] {
        #expect(try run(variant, shares, ["-c", script], in: folder) == reference)
      }
    }
  }

  @Test("notebooks/one-answer.md agrees with every number of shares and both fast instances")
  func notebook() throws {
    let folder = try TestFolder()
    let saved = try FileContents.text(at: Paths.join(Program.root, "notebooks/one-answer.md"))
    try folder.make("n.md", saved)
    // The files that it writes are compared too.
    #expect(try run("avx2", 2, ["run", "--fresh", "n.md"], in: folder).exitCode == 0)
    #expect(try folder.text("n.md") == saved)
    for (variant, shares) in [("avx512", 1), ("avx512", 2), ("avx512", 3), ("avx2", 2)] {
      let outcome = try run(variant, shares, ["check", "n.md"], in: folder)
      #expect(outcome.exitCode == 0, "\(variant), \(shares) shares: \(outcome.errors)")
    }
    // A digit less in the saved text is a difference.
    let digits = try #require(saved.firstMatch(of: /bits_per_byte: \d\.\d+(?=\d\}\n)/))
    try folder.make("n.md", saved.replacing(digits.output, with: digits.output.dropLast()))
    #expect(try run("avx2", 1, ["check", "n.md"], in: folder).exitCode == 3)
  }
}
