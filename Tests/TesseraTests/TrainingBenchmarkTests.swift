import Testing

@Suite("tessera bench training") struct TrainingBenchmarkTests {
  static let small = [
    "bench", "training", "--layers", "1", "--width", "16", "--heads", "2", "--context", "8",
    "--batch", "2", "--vocabulary", "20", "--steps", "2",
  ]

  @Test("says how long a step takes, and what the machine could do")
  func measures() throws {
    let said = try Program.run(Self.small + ["--threads", "2"])
    #expect(said.exitCode == 0 && said.errors == "")
    #expect(said.output.contains("16 tokens a step") && said.output.contains("2 threads"))
    let words = try Program.run(Self.small + ["--lines"]).output.split(
      whereSeparator: \.isWhitespace)
    #expect(words.count == 5 && words.allSatisfy { Double($0) ?? 0 > 0 })
  }

  @Test(
    "what is no usage exits with 2, sizes that cannot be with 1",
    arguments: [(["--steps", "0"], 2), (["--threads", "65"], 2), (["--width", "15"], 1)]
      as [([String], Int32)])
  func wrong(arguments: [String], code: Int32) throws {
    let outcome = try Program.run(Self.small + arguments)
    #expect(outcome.exitCode == code && outcome.output == "" && outcome.errors != "")
  }
}
