import Files
import Glibc

/// Finds notebooks.
public enum NotebookFolder {
  /// The notebooks that paths name: files as they are, and of folders all `.md` files below them
  /// that have a cell. Hidden files and results that a run put beside a changed notebook are left
  /// out.
  ///
  /// - Throws: ``NotebookError/noNotebooks(path:)`` for a folder without any, and ``FileError``.
  public static func notebooks(at paths: [String]) throws -> [String] {
    var found: [String] = []
    for path in paths {
      guard Paths.isFolder(path) else {
        found.append(path)
        continue
      }
      let inside = try notebooks(below: path, depth: 0)
      if inside.isEmpty { throw NotebookError.noNotebooks(path: path) }
      found += inside
    }
    return found
  }

  private static func notebooks(below folder: String, depth: Int) throws -> [String] {
    guard depth < 32 else { return [] }
    var found: [String] = []
    for name in try Paths.names(in: folder) where !name.hasPrefix(".") {
      let path = Paths.join(folder, name)
      if Paths.isFolder(path) {
        // A link may lead back up.
        if isLink(path) { continue }
        found += try notebooks(below: path, depth: depth + 1)
      } else if Paths.fileExtension(of: name) == "md", !isResult(name), holdsCell(path) {
        found.append(path)
      }
    }
    return found
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// `nb.result.md`, `nb.result-2.md`.
  private static func isResult(_ name: String) -> Bool {
    guard let part = name.split(separator: ".").dropLast().last,
      name.split(separator: ".").count > 2
    else { return false }
    return part == "result" || (part.hasPrefix("result-") && Int(part.dropFirst(7)) != nil)
  }

  private static func holdsCell(_ path: String) -> Bool {
    guard let bytes = try? FileContents.bytes(at: path, limit: NotebookDocument.sizeLimit) else {
      return false
    }
    // One that is damaged is found too, so that somebody is told.
    guard let document = try? NotebookDocument(reading: bytes) else {
      let text = String(decoding: bytes, as: UTF8.self)
      return text.contains("```tessera") || text.contains("~~~tessera")
    }
    return !document.cells.isEmpty || !document.problems.isEmpty
  }
}
