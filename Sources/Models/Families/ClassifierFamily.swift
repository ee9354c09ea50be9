/// Text classifiers that this program trains (``TextClassifier``).
enum ClassifierFamily: ModelFamily {
  static let modelTypes = [TextClassifier.modelType]
  static let kind = "a text classifier"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    .textClassifier(try TextClassifier(files))
  }
}
