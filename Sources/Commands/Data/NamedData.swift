import Language
import Training

/// Data that are installed under a name.
enum NamedData {
  /// What is installed under the name, which the session notes as read; nil where nothing is.
  static func reading(_ name: String, _ session: Session) throws -> DataStore.Entry? {
    guard let entry = try DataStore.userStore(for: name).entry(name) else { return nil }
    session.files.readingShared("data:\(name)", at: entry.path)
    return entry
  }
}
