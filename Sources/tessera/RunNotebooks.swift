import ArgumentParser
import Files
import Kernels
import Notebooks
import Prompt

/// `tessera run FILES…`
struct RunNotebooks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run notebooks cell by cell and save what they show in the files.")

  @OptionGroup var files: NotebookFiles

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("Save the result in this file instead.", valueName: "file"))
  var output: String?

  @Option(
    name: .customShort("p"), parsing: .singleValue,
    help: ArgumentHelp("Set a parameter of the notebook; needs -o.", valueName: "name=value"))
  var parameters: [ParameterSetting] = []

  @Option(
    parsing: .singleValue, help: ArgumentHelp("Run this cell and what it needs.", valueName: "name")
  )
  var only: [String] = []

  @Option(help: ArgumentHelp("Start at this cell.", valueName: "name"))
  var from: String?

  @Flag(name: .customLong("keep-going"), help: "Go on after a cell that stopped.")
  var keepsGoing = false

  @Flag(name: .customLong("fresh"), help: "Take nothing from the cache.")
  var isFresh = false

  @Flag(name: .customLong("watch"), help: "Run again whenever a file is saved, until Ctrl-C.")
  var watches = false

  @Flag(name: .customLong("quiet"), help: "Show errors only.")
  var isQuiet = false

  @OptionGroup var limits: LimitOptions
  @OptionGroup var access: AccessOptions

  func validate() throws {
    let isOne = files.paths.count == 1 && !Paths.isFolder(files.paths[0])
    if isOne { return }
    if output != nil { throw ValidationError("-o takes one notebook.") }
    if !only.isEmpty || from != nil {
      throw ValidationError("--only and --from take one notebook, whose cells they name.")
    }
  }

  private var options: RunOptions {
    var options = RunOptions()
    options.parameters = parameters.map { ($0.name, $0.text) }
    options.outputPath = output
    options.only = only
    options.from = from
    options.keepsGoing = keepsGoing
    options.isFresh = isFresh
    options.maximumSeconds = limits.time?.seconds
    options.maximumBytes = limits.memory?.bytes
    return options
  }

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    var paths = try files.found(console)
    var status = runAll(paths, console)
    guard watches else { throw ExitStatus.after(console, otherwise: status) }
    var watch = FileWatch(paths)
    while status != .interrupted, console.outcome == .fine {
      console.say("waiting for a saved change")
      guard let changed = watch.next() else {
        status = .interrupted
        break
      }
      paths = changed
      status = runAll(paths, console)
      watch.look(at: paths)
    }
    throw ExitStatus.after(console, otherwise: status)
  }

  private func runAll(_ paths: [String], _ console: Console) -> ExitStatus {
    let environment = ProgramEnvironment.notebooks(console, permissions: access.permissions)
    let display = RunDisplay(console, isQuiet: isQuiet)
    var status = ExitStatus.fine
    for path in paths {
      let runner = NotebookRunner(
        path, environment: environment, options: options, observer: display)
      let report = runner.run()
      display.summarize(report, of: path)
      status.include(ExitStatus(report.outcome))
      if report.outcome == .interrupted || console.outcome != .fine { break }
    }
    return status
  }
}

/// `name=value`
struct ParameterSetting: ExpressibleByArgument {
  let name: String
  let text: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    name = String(argument[..<sign])
    text = String(argument[argument.index(after: sign)...])
  }
}
