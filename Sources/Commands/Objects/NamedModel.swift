import Language
import Models

/// Models that go by a name: those that came with the program and those that are installed.
enum NamedModel {
  /// The file or folder; nil where the name is no model's, or it is not installed.
  static func path(of name: String) -> String? {
    BuiltinModels.folder(named: name) ?? ModelPackage.named(name)?.installed
  }

  /// Whether a model goes by this name, installed or not.
  static func isKnown(_ name: String) -> Bool {
    BuiltinModels.folder(named: name) != nil || ModelPackage.named(name) != nil
  }

  /// The file or folder, which the session notes as read; nil for every other text.
  static func reading(_ name: String, _ session: Session) -> String? {
    guard let path = path(of: name) else { return nil }
    session.files.readingShared("model:\(name)", at: path)
    return path
  }
}
