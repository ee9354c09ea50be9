import Commands
import Files
import Glibc
import Language

/// A folder with small files that examples and tests may read, gone with the object.
final class FixtureFolder {
  let path: String

  init() {
    var template = Array("/tmp/tessera-commands-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    for (name, text) in Self.files { _ = try? DurableFile.replace("\(path)/\(name)", with: text) }
  }

  deinit {
    for name in (try? Paths.names(in: path)) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// What the examples of the reference page stand on.
  static let files = [
    "notes.txt": "Once upon a time\nthere was a fox.\n",
    "runs.csv": "method,keep,loss\ntodre,0.5,1.25\nrandom,0.5,1.75\n",
    "runs.jsonl":
      "{\"method\": \"todre\", \"loss\": 1.25}\n{\"method\": \"random\", \"loss\": 1.75}\n",
    "config.json": "{\"layers\": 2, \"name\": \"tiny\"}\n",
  ]
}

/// What a script shows, or the error that stopped it: `error[E0201]: …`.
func shown(_ script: String, in folder: FixtureFolder? = nil) -> String {
  let session = Session(
    registry: TesseraCommands.registry, files: FileAccess(folder: folder?.path ?? ""))
  return shown(script, session)
}

func shown(_ script: String, _ session: Session) -> String {
  let output = OutputBuffer()
  do {
    try session.run(script, output: output)
  } catch {
    output.show("error[\(error.code)]: \(error.message)")
  }
  return output.text
}
