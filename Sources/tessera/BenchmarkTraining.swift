import ArgumentParser
import Kernels
import Prompt
import Training

/// `tessera bench training`
struct BenchmarkTraining: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Measure how fast a language model is trained.",
    discussion: """
      A Llama-type decoder with a tied head on random tokens, AdamW. Seconds are the median of the \
      steps. Operations are six for each token and weight, and those of causal attention; their rate \
      is compared with fused multiply-adds in registers, measured right afterwards. Memory is the \
      most that the process had.
      """)

  @Option(help: ArgumentHelp("Layers.", valueName: "n"))
  var layers = 4

  @Option(help: ArgumentHelp("The width of the states.", valueName: "n"))
  var width = 256

  @Option(help: ArgumentHelp("Query heads, each with a key head.", valueName: "n"))
  var heads = 4

  @Option(
    help: ArgumentHelp(
      "The inner width of the gated layers; some 8/3 of the width where it is not given.",
      valueName: "n"))
  var mlp: Int?

  @Option(help: ArgumentHelp("Tokens in a window.", valueName: "n"))
  var context = 256

  @Option(help: ArgumentHelp("Windows in a step.", valueName: "n"))
  var batch = 16

  @Option(help: ArgumentHelp("How many tokens the vocabulary has.", valueName: "n"))
  var vocabulary = 4096

  @Option(help: ArgumentHelp("Threads to use.", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("Steps that are counted, after two that are not.", valueName: "n"))
  var steps = 10

  @Flag(
    help:
      "Print one line for programs: seconds a step, peak megabytes, tokens/s, GF/s, share of peak.")
  var lines = false

  func validate() throws {
    if let threads, !(1...64).contains(threads) {
      throw ValidationError("threads are 1 to 64, not \(threads)")
    }
    if !(1...100_000).contains(steps) {
      throw ValidationError("steps are 1 to 100000, not \(steps)")
    }
  }

  private var shape: LlamaShape {
    LlamaShape(
      vocabulary: vocabulary, width: width, layers: layers, heads: heads,
      mlp: mlp ?? LlamaShape.usualMLP(width: width), context: context)
  }

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    if let threads { Machine.shares = threads }
    do {
      let measured = try TrainingBenchmark(shape: shape, batch: batch, steps: steps).measure()
      let megabytes = ProcessMemory.peakMegabytes
      let peak = try MachineProbe.measure(shares: Machine.shares, limit: 1 << 24).fmaGigaflops
      show(measured, megabytes, share: measured.gigaflops / peak, on: console)
    } catch let error as TrainingError where error.interruption == nil {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.after(console, otherwise: .failed)
    } catch {
      throw ExitStatus.after(console, otherwise: .interrupted)
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }

  private func show(
    _ measured: TrainingBenchmark.Measurement, _ megabytes: Double, share: Double,
    on console: Console
  ) {
    let (seconds, tokens) = (measured.secondsPerStep, measured.tokensPerSecond)
    if lines {
      console.show("\(seconds) \(megabytes) \(tokens) \(measured.gigaflops) \(share)")
      return
    }
    func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
    console.show(
      """
      \(measured.parameters) parameters, \(batch * context) tokens a step, \(Machine.variant), \
      \(Machine.shares == 1 ? "1 thread" : "\(Machine.shares) threads") of \(Machine.cores) cores
      \(rounded(seconds * 1000)) ms a step, \(Int(tokens.rounded())) tokens/s, \
      \(rounded(measured.gigaflops)) GF/s (\(rounded(share * 100)) % of multiply-adds in registers)
      \(Int(megabytes.rounded())) MB
      """)
  }
}
