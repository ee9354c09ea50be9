import ArgumentParser
import Notebooks

/// What a notebook may do with files beyond its own folder.
struct AccessOptions: ParsableArguments {
  @Option(
    name: .customLong("allow-read"), parsing: .singleValue,
    help: ArgumentHelp("Let notebooks read below this folder too.", valueName: "folder"))
  var readable: [String] = []

  @Option(
    name: .customLong("allow-write"), parsing: .singleValue,
    help: ArgumentHelp("Let notebooks read and write below this folder too.", valueName: "folder"))
  var writable: [String] = []

  @Flag(name: .customLong("allow"), help: "Let notebooks read and write everywhere.")
  var allowsAll = false

  var permissions: Permissions {
    Permissions(allowsAll: allowsAll, readable: readable, writable: writable)
  }
}
