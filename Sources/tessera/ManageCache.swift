import ArgumentParser
import Notebooks
import Prompt

/// `tessera cache [show|clear]`
struct ManageCache: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Show what long cells left in the cache, or clear it.")

  enum Action: String, ExpressibleByArgument, CaseIterable { case show, clear }

  @Argument(help: "What to do.")
  var action = Action.show

  func run() throws {
    let console = Console()
    let cache = Cache()
    switch action {
    case .show: console.show(CacheListing(cache).text)
    case .clear:
      let (entries, bytes) = cache.clear()
      console.show("\(CacheListing.count(entries)) removed, \(CacheListing.size(bytes))")
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }
}
