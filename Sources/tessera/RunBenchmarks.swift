import ArgumentParser

/// `tessera bench …`
struct RunBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast this machine is with what Tessera does.",
    subcommands: [
      BenchmarkKernels.self, BenchmarkModels.self, BenchmarkTraining.self, BenchmarkTokenizers.self,
      BenchmarkTokenizerTraining.self,
    ])
}
