import Glibc

/// Path arithmetic, and what the file system says of a path.
public enum Paths {
  /// The folder part: `a/b.txt` → `a`, `b.txt` → `.`, `/x` → `/`.
  public static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component: `a/b.txt` → `b.txt`.
  public static func name(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return String(path[path.index(after: slash)...])
  }

  /// The ending without its dot, in lower case: `a/B.JSON` → `json`; empty where there is none.
  public static func fileExtension(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// `path` as seen from `folder`: absolute paths stay as they are.
  public static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  /// Refuses a path with a NUL in it, which the system would take for the path's end: the ending
  /// that was checked would not be the ending of the file that is used.
  static func check(_ path: String) throws(FileError) {
    if path.utf8.contains(0) {
      throw .malformed(path: path, byte: nil, reason: "a path cannot hold a NUL character")
    }
  }

  /// The absolute path with all links followed, or nil if it does not exist.
  public static func resolved(_ path: String) -> String? {
    if path.utf8.contains(0) { return nil }
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// As ``resolved(_:)``, but the last components need not exist: what stands above them is
  /// resolved and the rest is cleaned of `.` and `..`. A link to a file that does not exist yet
  /// gives that file, since writing through the link would make it.
  public static func resolvedForWriting(_ path: String) -> String {
    resolvedForWriting(path, links: 0)
  }

  private static func resolvedForWriting(_ path: String, links: Int) -> String {
    if let resolved = resolved(path) { return resolved }
    let folder = parent(of: path)
    if folder == path { return path }
    if links < 40, let next = link(at: path) {
      return resolvedForWriting(join(folder, next), links: links + 1)
    }
    let base = resolvedForWriting(folder, links: links)
    switch name(of: path) {
    case "", ".": return base
    case "..": return parent(of: base)
    case let last: return base == "/" ? "/" + last : base + "/" + last
    }
  }

  /// What the link at `path` says, or nil if there is no link.
  private static func link(at path: String) -> String? {
    if path.utf8.contains(0) { return nil }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &buffer, buffer.count)
    guard length > 0 else { return nil }
    return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// `inner` is `outer` or lies below it; both resolved.
  public static func isInside(_ inner: String, _ outer: String) -> Bool {
    inner == outer || outer == "/" || inner.hasPrefix(outer + "/")
  }

  public static func exists(_ path: String) -> Bool {
    !path.utf8.contains(0) && access(path, F_OK) == 0
  }

  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return !path.utf8.contains(0) && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Where what can be made again is kept: `TESSERA_CACHE`, else `tessera` in `XDG_CACHE_HOME` or
  /// `~/.cache`, else a folder of the user in `/tmp`.
  public static var cacheFolder: String {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let folder = variable("TESSERA_CACHE") { return folder }
    // A relative path in XDG_CACHE_HOME is to be ignored, says its standard.
    if let folder = variable("XDG_CACHE_HOME"), folder.hasPrefix("/") { return folder + "/tessera" }
    if let home = variable("HOME") { return home + "/.cache/tessera" }
    return "/tmp/tessera-cache-\(getuid())"
  }

  /// Where installed data and models are: `TESSERA_DATA`, else `tessera` in `XDG_DATA_HOME` or
  /// `~/.local/share`; nil without a home. Relative paths do not count.
  public static var dataFolder: String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return variable("TESSERA_DATA") ?? variable("XDG_DATA_HOME").map { join($0, "tessera") }
      ?? variable("HOME").map { join($0, ".local/share/tessera") }
  }

  /// The names in a folder, sorted by bytes, without `.` and `..`.
  public static func names(in folder: String) throws(FileError) -> [String] {
    try check(folder)
    guard let stream = opendir(folder) else {
      let code = errno
      throw code == ENOTDIR && exists(folder)
        ? .isNotFolder(path: folder) : .failed("list", folder, errno: code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
