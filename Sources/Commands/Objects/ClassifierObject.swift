import Files
import Language
import Models

/// A classifier of texts as a value of the language.
final class ClassifierObject: FileObject {
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

  var digest: String? { try? classifier.stack.digest() }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? ClassifierObject else { return false }
    return self === other
      || classifier.labels == other.classifier.labels && digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "classifier"
  static let kindName = "a text classifier"

  convenience init?(loaded model: LoadedModel, path: String) {
    guard case .textClassifier(let classifier) = model else { return nil }
    self.init(classifier, path: path)
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
