import ArgumentParser
import Kernels
import Prompt

/// `tessera bench kernels`
struct BenchmarkKernels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Measure kernels, and the machine's peaks of the same minute.",
    discussion: """
      Rates are medians. What computes much is compared with fused multiply-adds in registers, \
      everything else with reading from where its operands lie (a core's cache, the shared one, \
      memory). TESSERA_ISA chooses the instance.
      """)

  @Option(help: ArgumentHelp("Threads to use.", valueName: "n"))
  var threads: Int?

  @Option(
    name: .customLong("only"),
    help: ArgumentHelp("Kernels whose name or size contains this.", valueName: "pattern"))
  var pattern: String?

  @Option(help: ArgumentHelp("How long each kernel is measured.", valueName: "s"))
  var seconds = 0.2

  @Flag(name: .customLong("no-probe"), help: "Leave the peaks out, and the comparison with them.")
  var skipsProbe = false

  @Flag(help: "Print for programs: a line a kernel, its fields between tabs.")
  var lines = false

  func validate() throws {
    if let threads, !(1...64).contains(threads) {
      throw ValidationError("threads are 1 to 64, not \(threads)")
    }
    if !(0...3600).contains(seconds) {
      throw ValidationError("seconds are 0 to 3600, not \(seconds)")
    }
  }

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    let wanted = pattern?.lowercased() ?? ""
    let cases = KernelBenchmark.cases.filter {
      wanted.isEmpty || $0.name.contains(wanted) || $0.size.contains(wanted)
    }
    guard !cases.isEmpty else {
      console.say("no kernel is called '\(wanted)'; there are \(Self.names)")
      throw ExitStatus.wrongUsage
    }
    if let threads { Machine.shares = threads }
    do {
      let probe = skipsProbe ? nil : try MachineProbe.measure(shares: Machine.shares)
      if lines {
        if let probe { console.show(KernelListing.lines(of: probe)) }
        for kernel in cases {
          let result = try kernel.measure(seconds: seconds)
          console.show(KernelListing.line(of: kernel, result, probe))
        }
        throw ExitStatus.after(console, otherwise: .fine)
      }
      console.show("\(Machine.variant), \(Self.threads(Machine.shares)) of \(Machine.cores) cores")
      if let probe { console.show(KernelListing.text(of: probe) + "\n") }
      let measured = try cases.map { ($0, try $0.measure(seconds: seconds)) }
      console.show(KernelListing.text(of: measured, probe))
    } catch is Interruption {
      throw ExitStatus.after(console, otherwise: .interrupted)
    } catch let error as KernelError {
      console.say("error[\(error.code)]: \(error.message)")
      throw ExitStatus.after(console, otherwise: .failed)
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }

  private static func threads(_ count: Int) -> String {
    count == 1 ? "1 thread" : "\(count) threads"
  }

  /// The families, each once.
  private static var names: String {
    var names: [String] = []
    for name in KernelBenchmark.cases.map(\.name) where !names.contains(name) { names.append(name) }
    return names.joined(separator: ", ")
  }
}
