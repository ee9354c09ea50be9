import Testing

@Suite("Usage", .enabled(if: Program.isBuilt, "needs the built program"))
struct UsageTests {
  @Test(
    "what is no usage exits with 2 and says why on standard error",
    arguments: [
      ["--bogus"], ["bogus"], ["-c"], ["run"], ["check"], ["status"], ["run", "--bogus", "x.md"],
      ["run", "a.md", "b.md", "-o", "c.md"], ["run", "a.md", "b.md", "--only", "x"],
      ["run", "a.md", "--max-time", "soon"], ["run", "a.md", "--max-memory", "-1"],
      ["run", "a.md", "-p", "x"], ["cache", "eat"], ["docs", "x"],
      ["systems", "--write", "--check"],
    ])
  func wrong(arguments: [String]) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.exitCode == 2)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("Error: "))
  }

  @Test("help and version go to standard output")
  func help() throws {
    for arguments in [["--help"], ["help"], ["run", "--help"], ["help", "check"]] {
      let outcome = try Program.run(arguments)
      #expect(outcome.exitCode == 0)
      #expect(outcome.errors == "")
      #expect(outcome.output.contains("USAGE:"))
    }
    let version = try Program.run(["--version"])
    #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }
}
