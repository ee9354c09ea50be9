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

  /// The absolute path with all links followed, or nil if it does not exist.
  public static func resolved(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// As ``resolved(_:)``, but the last components need not exist: what stands above them is
  /// resolved and the rest is cleaned of `.` and `..`.
  public static func resolvedForWriting(_ path: String) -> String {
    if let resolved = resolved(path) { return resolved }
    let folder = parent(of: path)
    if folder == path { return path }
    let base = resolvedForWriting(folder)
    switch name(of: path) {
    case "", ".": return base
    case "..": return parent(of: base)
    case let last: return base == "/" ? "/" + last : base + "/" + last
    }
  }

  /// `inner` is `outer` or lies below it; both resolved.
  public static func isInside(_ inner: String, _ outer: String) -> Bool {
    inner == outer || outer == "/" || inner.hasPrefix(outer + "/")
  }

  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, sorted by bytes, without `.` and `..`.
  public static func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = opendir(folder) else { throw .failed("list", folder, errno: errno) }
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
