import Files
import Language
import Models

/// A classifier of texts as a value of the language.
final class ClassifierObject: ObjectValue {
  let classifier: TextClassifier
  /// The path it was loaded by or saved to, as written; nil where it stands nowhere.
  let path: String?

  init(_ classifier: TextClassifier, path: String?) {
    (self.classifier, self.path) = (classifier, path)
  }

  var typeName: String { "classifier" }
  var summary: String {
    "classifier \(classifier.name)  \(classifier.labels.count) classes, "
      + "\(classifier.parameterCount) parameters, context \(classifier.contextLength)"
  }
  var fieldNames: [String] { ["name", "labels", "parameters", "context", "pooling", "digest"] }

  func field(_ name: String) -> Value? {
    switch name {
    case "name": .string(classifier.name)
    case "labels": .list(classifier.labels.map(Value.string))
    case "parameters": .int(classifier.parameterCount)
    case "context": .int(classifier.contextLength)
    case "pooling": .string(classifier.pooling.rawValue)
    case "digest": digest.map(Value.string) ?? .null
    default: nil
    }
  }

  private var digest: String? { try? classifier.stack.digest() }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? ClassifierObject else { return false }
    return self === other
      || classifier.labels == other.classifier.labels && digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "classifier"

  /// A classifier is kept as its path and the digest of its file; one that stands nowhere is not.
  var archived: ArchivedObject? {
    guard let path, let digest else { return nil }
    return ArchivedObject(
      kind: Self.archiveKind,
      state: .record(Record([("path", .string(path)), ("digest", .string(digest))])))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, let path = state["path"]?.stringValue else {
      throw FileError.malformed(path: "cache", byte: nil, reason: "not a classifier")
    }
    let object = try load(path, session)
    guard object.digest == state["digest"]?.stringValue else {
      throw FileError.changedMeanwhile(path: path)
    }
    return object
  }

  /// The classifier of a folder, loaded once a session.
  static func load(_ path: String, _ session: Session) throws -> ClassifierObject {
    let file = try ModelObject.readable(path, session)
    let kept = try session.objects.object("classifier \(ModelObject.stamp(file))") {
      let model = try ModelLoader.loadAny(path: file)
      guard case .textClassifier(let classifier) = model else {
        throw ModelError.unsupported(
          path: path, feature: "a text classifier (this is a \(model.kind))")
      }
      return ClassifierObject(classifier, path: path)
    }
    guard let object = kept as? ClassifierObject else {
      throw ModelError.notAModel(path: path, reason: "it is not a classifier")
    }
    return object
  }
}

extension ClassifierObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("classifier"), .path]) }
  var defaultText: String? { nil }

  /// A classifier, or the path of one.
  static func convert(_ value: Value, in call: Call) throws -> ClassifierObject? {
    switch value {
    case .object(let object as ClassifierObject): object
    case .string(let path): try load(path, call.session)
    default: nil
    }
  }
}
