import ArgumentParser
import Kernels
import Prompt
import Tokenizers

/// `tessera bench tokenizer-training`
struct BenchmarkTokenizerTraining: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer-training",
    abstract: "Measure how fast a byte-level vocabulary is trained on a text.",
    discussion: """
      Byte pairs with GPT-2's pattern, pairs that occur once left alone. Memory is the most that the \
      process had.
      """)

  @Argument(help: ArgumentHelp("A text of some megabytes.", valueName: "text"))
  var text: String

  @Option(help: ArgumentHelp("How many tokens the vocabulary shall have.", valueName: "n"))
  var size = 32_000

  @Option(help: ArgumentHelp("Threads that count pieces.", valueName: "n"))
  var threads = 1

  @Flag(help: "Print one line for programs: seconds, peak megabytes, tokens.")
  var lines = false

  func validate() throws {
    if !(257...1_000_000).contains(size) {
      throw ValidationError("sizes are 257 to 1000000, not \(size)")
    }
    if !(1...64).contains(threads) {
      throw ValidationError("threads are 1 to 64, not \(threads)")
    }
  }

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    do throws(TokenizerError) {
      let clock = ContinuousClock()
      let start = clock.now
      let result = try BPETrainer(vocabularySize: size)
        .train(on: .files([text]), run: TrainingRun(threads: threads))
      let seconds = (clock.now - start) / .seconds(1)
      let megabytes = ProcessMemory.peakMegabytes
      if lines {
        console.show("\(seconds) \(megabytes) \(result.report.size)")
      } else {
        let report = result.report
        console.show(
          """
          \(report.size) tokens from \(report.bytes) bytes, \(report.distinctPieces) distinct pieces
          \((seconds * 100).rounded() / 100) s, \(Int(megabytes.rounded())) MB
          """)
      }
    } catch .interrupted {
      throw ExitStatus.after(console, otherwise: .interrupted)
    } catch {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.after(console, otherwise: .failed)
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }
}
