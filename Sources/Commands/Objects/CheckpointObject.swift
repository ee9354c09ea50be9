import Files
import Language
import Models
import Training

/// The state of a training run as a value of the language: what its next step depends on.
final class CheckpointObject: ObjectValue {
  let checkpoint: LlamaTrainer.Checkpoint
  /// Whose ids the run's documents were.
  let tokenizer: TokenizerObject?

  init(_ checkpoint: LlamaTrainer.Checkpoint, _ tokenizer: TokenizerObject? = nil) {
    (self.checkpoint, self.tokenizer) = (checkpoint, tokenizer)
  }

  var typeName: String { "checkpoint" }
  var summary: String {
    "checkpoint  after \(checkpoint.step) steps, \(checkpoint.parameters.count) parameters"
  }
  var fieldNames: [String] { ["steps", "parameters", "rate", "data", "model"] }

  func field(_ name: String) -> Value? {
    switch name {
    case "steps": .int(checkpoint.step)
    case "parameters": .int(checkpoint.parameters.count)
    case "rate": .float(Double(checkpoint.settings.schedule.peak))
    case "data": .string(checkpoint.data)
    case "model": (try? model(path: ModelObject.unsaved)).map(Value.object) ?? .null
    default: nil
    }
  }

  /// What `describe` shows: not the model, which is made when it is asked for.
  var facts: Record {
    Record(fieldNames.dropLast().compactMap { name in field(name).map { (name, $0) } })
  }

  func model(path: String) throws -> ModelObject {
    ModelObject(
      try checkpoint.model().model(tokenizer: tokenizer?.tokenizer), path: path)
  }

  func isEqual(to other: any ObjectValue) -> Bool {
    (other as? CheckpointObject)?.checkpoint == checkpoint
  }
}

extension CheckpointObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("checkpoint"), .path]) }
  var defaultText: String? { nil }

  /// A checkpoint, or the path of one.
  static func convert(_ value: Value, in call: Call) throws -> CheckpointObject? {
    switch value {
    case .object(let object as CheckpointObject): object
    case .string(let path):
      CheckpointObject(try LlamaTrainer.Checkpoint.load(try call.session.files.reading(path)))
    default: nil
    }
  }
}
