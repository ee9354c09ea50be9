import Testing

@Suite("Benchmarks", .enabled(if: Program.isBuilt, "needs the built program"))
struct BenchmarkTests {
  @Test("kernels are listed with their rates and the machine's peaks")
  func kernels() throws {
    let outcome = try Program.run([
      "bench", "kernels", "--only", "exp", "--seconds", "0.01", "--threads", "2",
    ])
    #expect(outcome.exitCode == 0 && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.first?.prefix(3).dropFirst() == ["2", "threads"])
    for peak in ["GF/s", "GOP/s", "GB/s"] {
      let rates = lines.filter { $0.last == Substring(peak) }.compactMap { $0.dropLast().last }
      #expect(rates.compactMap { Double($0) }.contains { $0 > 0 }, "\(peak)")
    }
    for name in ["exp f32", "exp f64"] {
      let row = lines.first { $0.prefix(2).joined(separator: " ") == name }
      #expect(row.map { $0.dropFirst(2).compactMap { Double($0) }.allSatisfy { $0 > 0 } } == true)
    }
    #expect(!outcome.output.contains("gemm"))
  }

  @Test("without the probe there is nothing to compare with")
  func withoutProbe() throws {
    let outcome = try Program.run([
      "bench", "kernels", "--no-probe", "--only", "sum", "--seconds", "0",
    ])
    #expect(outcome.exitCode == 0 && outcome.errors == "")
    #expect(outcome.output.contains("sum f32"))
    #expect(!outcome.output.contains("peak"))
  }

  @Test("however many kernels there are, all are listed")
  func all() throws {
    let outcome = try Program.run([
      "bench", "kernels", "--no-probe", "--only", "5", "--seconds", "0",
    ])
    #expect(outcome.exitCode == 0 && outcome.errors == "")
    #expect(outcome.output.split(separator: "\n").count > 30)
    #expect(!outcome.output.contains("more row"))
  }

  @Test(
    "what is no usage exits with 2",
    arguments: [
      ["--only", "nothing"], ["--threads", "0"], ["--seconds", "-1"], ["--seconds", "x"],
    ])
  func wrong(arguments: [String]) throws {
    let outcome = try Program.run(["bench", "kernels"] + arguments)
    #expect(outcome.exitCode == 2 && outcome.output == "" && outcome.errors != "")
  }
}
