import Files
import Language
import Models

/// A model that is no language model, as a value: the cache keeps it as its path and the digest of its weights,
/// and a session loads it once.
protocol FileObject: ObjectValue {
  static var archiveKind: String { get }
  /// What it is called in messages, such as "a text encoder".
  static var kindName: String { get }
  /// What a language model's user is told to take in its place.
  static var languageHint: String { get }
  /// Nil for one that was made here and stands nowhere.
  var path: String? { get }
  var digest: String? { get }
  /// The object of what was loaded; nil where that is something else.
  init?(loaded model: LoadedModel, path: String)
}

extension FileObject {
  static var languageHint: String { "" }

  /// One that stands nowhere is not kept.
  var archived: ArchivedObject? {
    guard let path, let digest else { return nil }
    return ArchivedObject(
      kind: Self.archiveKind,
      state: .record(Record([("path", .string(path)), ("digest", .string(digest))])))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, let path = state["path"]?.stringValue else {
      throw FileError.malformed(path: "cache", byte: nil, reason: "not \(kindName)")
    }
    let object = try load(path, session)
    guard object.digest == state["digest"]?.stringValue else {
      throw FileError.changedMeanwhile(path: path)
    }
    return object
  }

  /// What stands in a folder or file, or came with the program under a name, loaded once a session.
  static func load(_ path: String, _ session: Session) throws -> Self {
    let file = try ModelObject.file(path, session)
    let kept = try session.objects.object("\(archiveKind) \(ModelObject.stamp(file))") {
      let model = try ModelLoader.loadAny(path: file)
      guard let object = Self(loaded: model, path: path) else {
        let hint = if case .language = model { languageHint } else { "" }
        throw ModelError.unsupported(
          path: path, feature: "\(kindName) (this is a \(model.kind)\(hint))")
      }
      return object
    }
    guard let object = kept as? Self else {
      throw ModelError.notAModel(path: path, reason: "it is not \(kindName)")
    }
    return object
  }
}
