import ArgumentParser
import Models
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
    case .show:
      console.show(CacheListing(cache).text)
      let packed = PackedWeightCache.standard()
      if packed.byteCount > 0 {
        console.show("packed weights: \(CacheListing.size(packed.byteCount)) in \(packed.folder)")
      }
    case .clear:
      let (entries, bytes) = cache.clear()
      let packed = PackedWeightCache.standard().clear()
      console.show("\(CacheListing.count(entries)) removed, \(CacheListing.size(bytes))")
      if packed.files > 0 {
        console.show(
          "packed weights of \(packed.files) models removed, "
            + CacheListing.size(packed.bytes))
      }
    }
    throw ExitStatus.after(console, otherwise: .fine)
  }
}
