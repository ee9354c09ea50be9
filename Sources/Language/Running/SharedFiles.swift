/// Files and folders that came with the program or are installed for the user. Every notebook may read
/// them; cells know them by a name such as `model:default`, which is the same on every machine.
public struct SharedFiles: Sendable {
  /// What stands before the names.
  public static let kinds = ["model", "data"]

  private let find: @Sendable (_ kind: String, _ name: String) -> String?

  /// - Parameter find: the path of what has that name; nil where there is none.
  public init(_ find: @escaping @Sendable (_ kind: String, _ name: String) -> String?) {
    self.find = find
  }

  /// None at all.
  public static let none = SharedFiles { _, _ in nil }

  /// The path of what a cell calls `kind:name`; nil for every other text.
  public func path(of shared: String) -> String? {
    guard let colon = shared.firstIndex(of: ":") else { return nil }
    let kind = String(shared[..<colon])
    guard Self.kinds.contains(kind) else { return nil }
    return find(kind, String(shared[shared.index(after: colon)...]))
  }

  /// The names that a word in a cell may stand for.
  public func names(for word: String) -> [String] {
    Self.kinds.map { "\($0):\(word)" }.filter { path(of: $0) != nil }
  }
}
