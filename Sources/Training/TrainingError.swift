import Files
import Kernels
import Models
import Tensors
import Tokenizers

/// Why a model cannot be trained, or why its training stopped.
public enum TrainingError: DescribedError, InterruptibleError, Equatable {
  /// A size of the model or the run that cannot be.
  case setting(name: String, value: Int, reason: String)
  case wrongRate(value: Float)
  /// A number that cannot be.
  case wrongNumber(name: String, value: Double, reason: String)
  /// A token that the vocabulary needs.
  case noToken(name: String, reason: String)
  /// Less text than one batch of windows.
  case tooLittleData(tokens: Int, needed: Int)
  case tooFewExamples(examples: Int, needed: Int)
  case idOutsideVocabulary(id: Int32, size: Int)
  /// The loss or the gradient became infinite or no number; the state is that before the step.
  case notFinite(step: Int, loss: Float, place: String)
  /// A checkpoint of another model or another run.
  case resumeMismatch(setting: String, saved: String, asked: String)
  /// Data that are not there, or cannot be put there.
  case notInstalled(name: String, reason: String)
  case kernel(KernelError)
  case file(FileError)
  case tokenizer(TokenizerError)
  case model(ModelError)
  case interrupted(Interruption)

  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }

  public var code: String {
    switch self {
    case .setting, .wrongRate, .wrongNumber, .noToken: "E0695"
    case .tooLittleData, .tooFewExamples, .idOutsideVocabulary: "E0696"
    case .notFinite: "E0697"
    case .resumeMismatch: "E0698"
    case .kernel: "E0699"
    case .notInstalled: "E0728"
    case .file(let error): error.code
    case .tokenizer(let error): error.code
    case .model(let error): error.code
    case .interrupted: "E0401"
    }
  }

  public var message: String {
    switch self {
    case .setting(let name, let value, let reason): "\(name) is \(value), but \(reason)"
    case .wrongRate(let value): "the learning rate is \(value), but must be above 0 and at most 1"
    case .noToken(let name, let reason): "the vocabulary has no token '\(name)': \(reason)"
    case .wrongNumber(let name, let value, let reason): "\(name) is \(value), but \(reason)"
    case .tooFewExamples(let examples, let needed):
      "there are \(examples) examples, but one batch takes \(needed)"
    case .tooLittleData(let tokens, let needed):
      "the text has \(tokens) tokens, but one batch takes \(needed)"
    case .idOutsideVocabulary(let id, let size):
      "token \(id) is outside the model's vocabulary of \(size)"
    case .notFinite(let step, let loss, let place):
      "training stopped at step \(step): the loss is \(loss), and \(place) is not finite"
    case .resumeMismatch(let setting, let saved, let asked):
      "the checkpoint was made with \(setting)=\(saved), this run has \(setting)=\(asked)"
    case .notInstalled(let name, let reason): "the data '\(name)' are not installed: \(reason)"
    case .kernel(let error): error.message
    case .file(let error): error.message
    case .tokenizer(let error): error.message
    case .model(let error): error.message
    case .interrupted: "training was interrupted"
    }
  }

  public var hint: String? {
    switch self {
    case .notFinite: "a lower rate= or a longer warm-up helps; the last good state is kept"
    case .tooFewExamples: "give more examples, or make batch= smaller"
    case .tooLittleData: "give more text, or make batch= or context= smaller"
    case .resumeMismatch: "resume with the settings that it was made with, or start anew"
    case .notInstalled: "data.corpus lists what is installed, data.install adds to it"
    case .file(let error): error.hint
    case .tokenizer(let error): error.hint
    case .model(let error): error.hint
    default: nil
    }
  }

  /// What a network or a tape threw.
  init(cause: any Error) {
    switch cause {
    case let error as TrainingError: self = error
    case let error as ModelError:
      if case .interrupted(let reason) = error {
        self = .interrupted(reason)
      } else {
        self = .model(error)
      }
    case TensorError.interrupted(let reason): self = .interrupted(reason)
    case TensorError.kernel(let error): self = .kernel(error)
    case let error as TensorError: self = .model(.tensor(error))
    case let error as KernelError: self = .kernel(error)
    case let error as TokenizerError:
      if case .interrupted(let reason) = error {
        self = .interrupted(reason)
      } else {
        self = .tokenizer(error)
      }
    case let error as FileError: self = .file(error)
    case let reason as Interruption: self = .interrupted(reason)
    default: self = .model(.input(reason: "\(cause)"))
    }
  }

  /// Kernel errors as training errors.
  static func translating<R>(_ body: () throws(KernelError) -> R) throws(TrainingError) -> R {
    do throws(KernelError) { return try body() } catch { throw .kernel(error) }
  }
}
