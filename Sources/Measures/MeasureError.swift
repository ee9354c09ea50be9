import Files
import Kernels
import Models
import Tokenizers

/// What a measurement refuses, apart from its wording.
public enum MeasureError: DescribedError, InterruptibleError, Equatable {
  case model(ModelError)
  case tokenizer(TokenizerError)
  /// A setting outside its range.
  case setting(name: String, value: Int, range: String)
  /// Nothing to measure.
  case empty(measure: String)
  /// Fewer values than the measure needs.
  case tooFew(measure: String, count: Int, needed: Int)
  /// Two lists that belong together, of different lengths.
  case lengths(measure: String, first: Int, second: Int)
  /// Values for which the measure has no meaning.
  case undefined(measure: String, reason: String)
  /// A stop that was asked for.
  case interrupted(Interruption)

  public var code: String {
    switch self {
    case .model(let error): error.code
    case .tokenizer(let error): error.code
    case .setting: "E0680"
    case .empty: "E0681"
    case .tooFew: "E0682"
    case .lengths: "E0683"
    case .undefined: "E0684"
    case .interrupted: "E0401"
    }
  }

  public var message: String {
    switch self {
    case .model(let error): error.message
    case .tokenizer(let error): error.message
    case .setting(let name, let value, let range): "\(name) is \(value), it must be \(range)"
    case .empty(let measure): "\(measure) of nothing has no value"
    case .tooFew(let measure, let count, let needed):
      "\(measure) needs \(needed) values or more, there are \(count)"
    case .lengths(let measure, let first, let second):
      "\(measure) needs two lists of one length, they have \(first) and \(second) values"
    case .undefined(let measure, let reason): "\(measure) has no value: \(reason)"
    case .interrupted: "interrupted"
    }
  }

  public var hint: String? {
    switch self {
    case .model(let error): error.hint
    case .tokenizer(let error): error.hint
    case .tooFew: "measure more of them: seeds, texts or languages"
    case .lengths: "give the values in pairs, those without a partner left out"
    default: nil
    }
  }

  /// The request that stopped the work, if that is what happened.
  public var interruption: Interruption? {
    switch self {
    case .model(.interrupted(let reason)): reason
    case .tokenizer(.interrupted(let reason)), .interrupted(let reason): reason
    default: nil
    }
  }
}
