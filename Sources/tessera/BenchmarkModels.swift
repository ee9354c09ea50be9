import ArgumentParser
import Commands
import Kernels
import Models
import Prompt

/// `tessera bench models`
struct BenchmarkModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "Measure how fast models read prompts and write tokens.",
    discussion: """
      Rates are tokens a second, medians of the rounds; a step's time is compared with reading the \
      weights once, at the rate at which as many bytes are read in the same minute. Slow steps are \
      those of more than three times the median.
      """)

  @Argument(
    help: ArgumentHelp(
      "GGUF files, folders, names of installed models, or default.", valueName: "model"))
  var models: [String]

  @Option(help: ArgumentHelp("How quantised weights are multiplied: q8 or f32.", valueName: "kind"))
  var activations = "q8"

  @Option(help: ArgumentHelp("Threads to use.", valueName: "n"))
  var threads = 1

  @Option(help: ArgumentHelp("Lengths of prompts, with commas; 0 for none.", valueName: "n,…"))
  var prompts = "128,512"

  @Option(help: ArgumentHelp("How many tokens to write.", valueName: "n"))
  var tokens = 64

  @Option(help: ArgumentHelp("Sequences that are written together.", valueName: "n"))
  var batch = 1

  @Option(help: ArgumentHelp("How often each is done.", valueName: "n"))
  var rounds = 3

  @Flag(name: .customLong("no-cache"), help: "Neither read nor write packed weights.")
  var skipsCache = false

  @Flag(help: "Print lines for programs.")
  var lines = false

  private var lengths: [Int]? {
    let parts = prompts.split(separator: ",").map { Int($0) }
    let known = parts.compactMap(\.self)
    return known.count == parts.count ? known.filter { $0 > 0 } : nil
  }

  func validate() throws {
    if models.isEmpty { throw ValidationError("no model is named") }
    if !(1...64).contains(threads) {
      throw ValidationError("threads are 1 to 64, not \(threads)")
    }
    if !(1...1000).contains(rounds) {
      throw ValidationError("rounds are 1 to 1000, not \(rounds)")
    }
    if !(1...4096).contains(batch) {
      throw ValidationError("batches are 1 to 4096, not \(batch)")
    }
    if !(0...100_000).contains(tokens) {
      throw ValidationError("tokens are 0 to 100000, not \(tokens)")
    }
    if Activations(rawValue: activations) == nil {
      throw ValidationError("activations are f32 or q8, not '\(activations)'")
    }
    if lengths == nil { throw ValidationError("'\(prompts)' is no list of lengths") }
  }

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    Machine.shares = threads
    let options = ModelLoader.Options(
      activations: Activations(rawValue: activations) ?? .q8,
      packs: skipsCache ? nil : .standard { Console().say($0) })
    let benchmark = ModelBenchmark(
      prompts: lengths ?? [], generated: tokens, rounds: rounds, batch: batch)
    var rows: [Row] = []
    do throws(ModelError) {
      for path in models {
        let row = try Self.row(path, options, benchmark)
        if lines { console.show(row.line) }
        rows.append(row)
      }
    } catch .interrupted {
      throw ExitStatus.after(console, otherwise: .interrupted)
    } catch {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.after(console, otherwise: .failed)
    }
    if !lines {
      console.show("\(Machine.variant), \(threads) of \(Machine.cores) cores, \(activations)\n")
      console.show(Row.table(rows, benchmark.prompts))
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }

  private static func row(
    _ path: String, _ options: ModelLoader.Options, _ benchmark: ModelBenchmark
  ) throws(ModelError) -> Row {
    let file = TesseraCommands.sharedFiles.path(of: "model:\(path)") ?? path
    let clock = ContinuousClock()
    let start = clock.now
    let model = try ModelLoader.loadTransformer(path: file, options: options)
    let loaded = clock.now
    var cache = model.makeCache()
    _ = try model.lastLogits(ids: [0], cache: &cache)
    let first = clock.now
    return Row(
      name: model.name, loading: (loaded - start) / .seconds(1),
      firstToken: (first - start) / .seconds(1), result: try benchmark.measure(model))
  }
}
