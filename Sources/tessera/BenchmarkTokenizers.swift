import ArgumentParser
import Files
import Glibc
import Kernels
import Prompt
import Tokenizers

/// `tessera bench tokenizers`
struct BenchmarkTokenizers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizers",
    abstract: "Measure how fast a vocabulary is loaded, encodes and decodes.",
    discussion: """
      Rates are megabytes (10^6 bytes of text) a second on one thread, medians of the rounds. Cold \
      is the first encoding by a fresh tokenizer, warm a later one. Without texts only loading is \
      measured. The vocabulary's mapped form, where it has one, is written to TMPDIR meanwhile.
      """)

  @Argument(help: ArgumentHelp("A vocabulary file.", valueName: "vocabulary"))
  var vocabulary: String

  @Argument(help: ArgumentHelp("Texts of some megabytes.", valueName: "text"))
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "How to read the vocabulary, where its file does not say.", valueName: "kind"))
  var kind: String?

  @Option(help: ArgumentHelp("How often all but the cold encoding is done.", valueName: "n"))
  var rounds = 5

  @Option(
    help: ArgumentHelp("Threads that encode one text together (shared).", valueName: "n"))
  var threads = 1

  @Option(
    help: ArgumentHelp(
      "Write the one text's ids to a file, as 32-bit integers.", valueName: "file"))
  var ids: String?

  @Flag(help: "Print lines for programs: a text's rates, or seconds of loading.")
  var lines = false

  func validate() throws {
    if !(1...1000).contains(rounds) {
      throw ValidationError("rounds are 1 to 1000, not \(rounds)")
    }
    if !(1...64).contains(threads) {
      throw ValidationError("threads are 1 to 64, not \(threads)")
    }
    if ids != nil, texts.count != 1 {
      throw ValidationError("--ids is for one text, not \(texts.count)")
    }
    if let kind, TokenizerKind(rawValue: kind) == nil {
      throw ValidationError("'\(kind)' is no kind of vocabulary (gpt2, cl100k, o200k, …)")
    }
  }

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    Machine.shares = threads
    do throws(TokenizerError) {
      try measure(console)
    } catch .interrupted {
      throw ExitStatus.after(console, otherwise: .interrupted)
    } catch {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.after(console, otherwise: .failed)
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }

  private func measure(_ console: Console) throws(TokenizerError) {
    let kind = kind.flatMap { TokenizerKind(rawValue: $0) }
    // Lines for texts do without: other rounds are waiting.
    var loading: TokenizerBenchmark.Loading?
    if texts.isEmpty || !lines {
      loading = try TokenizerBenchmark.measureLoading(
        path: vocabulary, kind: kind, rounds: rounds, folder: Self.temporaryFolder)
    }
    var measured: [TokenizerListing.Row] = []
    for text in texts {
      let bytes: [UInt8]
      do { bytes = try FileContents.bytes(at: text, limit: Tokenizer.longestText) } catch {
        throw .file(error)
      }
      // A fresh one for each text: it remembers nothing yet.
      let tokenizer = try Tokenizer.load(path: vocabulary, kind: kind)
      let figures = try TokenizerBenchmark.measure(tokenizer, bytes: bytes, rounds: rounds)
      if let ids { try write(figures.ids, to: ids) }
      measured.append((Paths.name(of: text), bytes.count, figures))
    }
    if lines {
      console.show(TokenizerListing.lines(of: measured, loading))
    } else {
      if let loading { console.show(TokenizerListing.text(of: loading) + "\n") }
      if !measured.isEmpty { console.show(TokenizerListing.text(of: measured, threads: threads)) }
    }
  }

  private func write(_ ids: [Int32], to path: String) throws(TokenizerError) {
    let bytes = ids.withUnsafeBytes { Array($0) }
    do { _ = try DurableFile.replace(path, with: bytes) } catch { throw .file(error) }
  }

  private static var temporaryFolder: String {
    getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  }
}
