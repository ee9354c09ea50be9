import Commands
import Glibc
import Language
import Notebooks
import Prompt

/// What every way into the program shares: commands, cache, progress.
enum ProgramEnvironment {
  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  static func notebooks(
    _ console: Console, permissions: Permissions = Permissions()
  ) -> NotebookEnvironment {
    NotebookEnvironment(
      registry: TesseraCommands.registry, restorers: TesseraCommands.restorers,
      sharedFiles: TesseraCommands.sharedFiles, cache: Cache(), permissions: permissions,
      progress: ProgressReporter(display: console.progressDisplay),
      version: Version.text)
  }

  /// A session for the user's own hand: no file is refused.
  static func session(_ console: Console) -> Session {
    let session = Session(
      registry: TesseraCommands.registry,
      progress: ProgressReporter(display: console.progressDisplay))
    let modules = NotebookModules(
      root: "", policy: .unrestricted, environment: notebooks(console))
    session.importer = NotebookImports(modules: modules, mode: .run)
    return session
  }
}
