import Testing

@Suite("tessera bench models") struct ModelBenchmarkProgramTests {
  static let small = [
    "bench", "models", "default", "--activations", "f32", "--rounds", "1", "--prompts", "4,9",
    "--tokens", "3",
  ]

  @Test("says how fast the default model is, alone and in a batch")
  func measures() throws {
    let said = try Program.run(Self.small + ["--threads", "2"])
    #expect(said.exitCode == 0 && said.errors == "")
    #expect(said.output.contains("2 of ") && said.output.contains("prompt 9"))
    let words = try Program.run(Self.small + ["--batch", "2", "--lines"]).output.split(
      whereSeparator: \.isWhitespace)
    #expect(words.count == 9)
    // Behind the name: loading, first token, memory, writing, its bound; slow steps may be 0; prompts.
    #expect(words.dropFirst().allSatisfy { Double($0) ?? -1 >= 0 })
    #expect([1, 2, 3, 4, 5, 7, 8].allSatisfy { Double(words[$0]) ?? 0 > 0 })
  }

  @Test("nothing but loading where no tokens are asked for")
  func loading() throws {
    let said = try Program.run(Self.small + ["--tokens", "0", "--prompts", "0", "--lines"])
    #expect(said.exitCode == 0 && said.errors == "")
    #expect(said.output.split(whereSeparator: \.isWhitespace).count == 7)
  }

  @Test(
    "what is no usage exits with 2, a model that is not there with 1",
    arguments: [
      (["--rounds", "0"], 2), (["--threads", "65"], 2), (["--prompts", "a"], 2),
      (["--activations", "q4"], 2), (["--batch", "0"], 2), (["nowhere.gguf"], 1),
    ] as [([String], Int32)])
  func wrong(arguments: [String], code: Int32) throws {
    let outcome = try Program.run(Self.small + arguments)
    #expect(outcome.exitCode == code && outcome.output == "" && outcome.errors != "")
  }
}
