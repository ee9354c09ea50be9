import ArgumentParser

/// How long a cell may take, and how much memory the program.
struct LimitOptions: ParsableArguments {
  @Option(
    name: .customLong("max-time"),
    help: ArgumentHelp("Stop a cell after this time: 500ms, 30s, 2min.", valueName: "time"))
  var time: TimeLimit?

  @Option(
    name: .customLong("max-memory"),
    help: ArgumentHelp(
      "Stop a cell when the program takes more: 500MiB, 2GiB, 2G.", valueName: "size"))
  var memory: MemoryLimit?
}

/// `30s`, `500ms`, `2min`, or plain seconds.
struct TimeLimit: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 0.001), ("min", 60), ("s", 1), ("", 1)]
    guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Double(argument.dropLast(unit.count)), number > 0, number.isFinite
    else { return nil }
    seconds = number * factor
  }
}

/// `2GiB`, `500M`, or plain bytes.
struct MemoryLimit: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let units: [(String, Double)] = [
      ("KiB", 1_024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("Ki", 1_024), ("Mi", 1_048_576),
      ("Gi", 1_073_741_824), ("kB", 1_000), ("MB", 1e6), ("GB", 1e9), ("k", 1_000), ("M", 1e6),
      ("G", 1e9), ("", 1),
    ]
    guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Double(argument.dropLast(unit.count)), number > 0,
      let bytes = Int(exactly: (number * factor).rounded())
    else { return nil }
    self.bytes = bytes
  }
}
