import Files

/// Saves a notebook whole, durably, and never over somebody else's change.
struct NotebookSaver {
  /// Where the notebook is to be saved.
  let path: String
  /// Where the result goes since the file was changed meanwhile.
  private(set) var beside: String?
  /// What the changed file held when that was seen.
  private(set) var changed: [UInt8]?

  /// The bytes that the file holds as far as we know; nil for none.
  private var known: [UInt8]?
  /// What it looked like when we last saw that it holds them.
  private var stamp: FileStamp?
  /// Replaces a file; tests make it fail.
  private let replace: @Sendable (String, [UInt8]) throws -> Void

  /// - Parameter known: what the file holds; nil where it does not exist.
  init(
    path: String, known: [UInt8]?,
    replace: @escaping @Sendable (String, [UInt8]) throws -> Void = {
      try DurableFile.replace($0, with: $1)
    }
  ) {
    self.path = path
    self.known = known
    self.replace = replace
  }

  /// Writes the notebook where it differs from what is there.
  mutating func save(_ bytes: [UInt8]) throws {
    if beside == nil, try isChanged() {
      var name = NotebookSaver.besidePath(path, number: 1)
      var number = 1
      while Paths.exists(name) {
        number += 1
        name = NotebookSaver.besidePath(path, number: number)
      }
      beside = name
      known = nil
    }
    let target = beside ?? path
    if known == bytes { return }
    try replace(target, bytes)
    known = bytes
    stamp = FileStamp(target)
  }

  /// True where the file no longer holds what we know of.
  private mutating func isChanged() throws -> Bool {
    let now = FileStamp(path)
    guard let now else {
      // Taken away: nothing is lost where it is made again.
      known = nil
      return false
    }
    if now == stamp, known != nil { return false }
    let bytes = try FileContents.bytes(at: path)
    if bytes == known {
      stamp = now
      return false
    }
    changed = bytes
    return true
  }

  /// `nb.md` → `nb.result.md`, then `nb.result-2.md`.
  static func besidePath(_ path: String, number: Int) -> String {
    let name = Paths.name(of: path)
    let suffix = number == 1 ? "result" : "result-\(number)"
    guard !Paths.fileExtension(of: name).isEmpty, let dot = path.lastIndex(of: ".") else {
      return "\(path).\(suffix)"
    }
    return "\(path[..<dot]).\(suffix)\(path[dot...])"
  }
}
