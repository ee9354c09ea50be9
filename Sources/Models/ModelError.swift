import Files
import Kernels
import Tensors
import Tokenizers

/// What can go wrong with a model, apart from its wording.
public enum ModelError: DescribedError, InterruptibleError, Equatable {
  /// The file could not be read.
  case file(FileError)
  /// The tokenizer beside the model could not be read, or cannot do what was asked.
  case tokenizer(TokenizerError)
  /// Neither a folder with `config.json` and `model.safetensors` nor a checkpoint of a known kind.
  case notAModel(path: String, reason: String)
  /// A header that contradicts itself or its format.
  case malformed(path: String, field: String, reason: String)
  /// The file is shorter or longer than its header says.
  case size(path: String, needed: Int, found: Int)
  /// Something that is known and not built.
  case unsupported(path: String, feature: String)
  case missingTensor(path: String, name: String)
  case unexpectedTensor(path: String, name: String, reason: String)
  case shape(path: String, name: String, expected: [Int], found: [Int])
  case configuration(path: String, field: String, reason: String)
  /// The vocabulary has ids that the model has no embedding for.
  case tokenizerTooLarge(model: String, tokens: Int, embeddings: Int)
  /// Tokens of a vocabulary that has ids the model has no embedding for.
  case foreignTokens(tokenizer: String, tokens: Int, model: String, embeddings: Int)
  /// Text was given and the model came without a tokenizer.
  case noTokenizer(model: String)
  case idOutsideVocabulary(id: Int32, position: Int, size: Int)
  case contextExceeded(needed: Int, limit: Int)
  case noTokens(operation: String)
  /// A cache that another model made.
  case foreignCache(model: String)
  case memory(needed: Int)
  /// An operation that this cache cannot do.
  case cache(reason: String)
  /// A hook that names no site, or gives another shape.
  case hook(pattern: String, reason: String)
  /// What a network was asked to run with does not fit it or itself.
  case input(reason: String)
  /// A chat template, by name or as text, that is not one of the known ones.
  case unknownChatTemplate(shown: String)
  /// A layer with sizes that cannot be, or a pass without what it reads.
  case layer(name: String, reason: String)
  /// A model that could not be installed.
  case install(name: String, reason: String)
  /// What a tensor operation refuses after all checks.
  case tensor(TensorError)
  /// What a kernel refuses after all checks.
  case kernel(KernelError)
  /// Logits with a NaN in them.
  case notANumber(model: String, position: Int)
  /// The work was stopped; whoever shows errors should show the interruption instead.
  case interrupted(Interruption)

  public var code: String {
    switch self {
    case .file(let error): error.code
    case .tokenizer(let error): error.code
    case .notAModel: "E0600"
    case .malformed: "E0601"
    case .size: "E0602"
    case .unsupported: "E0603"
    case .missingTensor, .unexpectedTensor: "E0604"
    case .shape: "E0605"
    case .configuration: "E0606"
    case .tokenizerTooLarge, .foreignTokens: "E0607"
    case .noTokenizer: "E0608"
    case .idOutsideVocabulary: "E0609"
    case .contextExceeded: "E0610"
    case .noTokens: "E0611"
    case .foreignCache, .cache: "E0612"
    case .memory: "E0613"
    case .kernel(let error): error.code
    case .tensor(let error): error.code
    case .unknownChatTemplate: "E0616"
    case .hook: "E0617"
    case .input: "E0618"
    case .install: "E0619"
    case .layer: "E0620"
    case .notANumber: "E0614"
    case .interrupted: "E0615"
    }
  }

  public var message: String {
    switch self {
    case .file(let error): error.message
    case .tokenizer(let error): error.message
    case .notAModel(let path, let reason): "'\(path)' is not a model: \(reason)"
    case .malformed(let path, let field, let reason): "'\(path)', \(field): \(reason)"
    case .size(let path, let needed, let found) where found < needed:
      "'\(path)' is cut short: its header asks for \(needed) bytes, \(found) are there"
    case .size(let path, let needed, let found):
      "'\(path)' goes on after its end: its header asks for \(needed) bytes, \(found) are there"
    case .unsupported(let path, let feature): "'\(path)' needs \(feature), which is not supported"
    case .missingTensor(let path, let name): "'\(path)' lacks the tensor '\(name)'"
    case .unexpectedTensor(let path, let name, let reason):
      "'\(path)' has the tensor '\(name)': \(reason)"
    case .shape(let path, let name, let expected, let found):
      "'\(path)': the tensor '\(name)' has the shape \(found), the configuration asks for \(expected)"
    case .configuration(let path, let field, let reason): "'\(path)', '\(field)': \(reason)"
    case .tokenizerTooLarge(let model, let tokens, let embeddings):
      "the tokenizer of '\(model)' has \(tokens) tokens, the model has \(embeddings) embeddings"
    case .foreignTokens(let tokenizer, let tokens, let model, let embeddings):
      "tokenizer \(tokenizer) has \(tokens) tokens, the model '\(model)' has \(embeddings) embeddings"
    case .noTokenizer(let model): "'\(model)' has no tokenizer, so it takes ids, not text"
    case .idOutsideVocabulary(let id, let position, let size):
      "the id \(id) at position \(position) is outside the vocabulary of \(size)"
    case .contextExceeded(let needed, let limit):
      "\(needed) positions are more than the model's context of \(limit)"
    case .noTokens(let operation): "\(operation) needs more tokens than it was given"
    case .foreignCache(let model): "the cache was not made by '\(model)'"
    case .cache(let reason): "the cache: \(reason)"
    case .hook(let pattern, let reason): "the hook '\(pattern)': \(reason)"
    case .unknownChatTemplate(let shown): "no known chat template: '\(shown)'"
    case .input(let reason): reason
    case .layer(let name, let reason): "the layer '\(name)': \(reason)"
    case .install(let name, let reason): "'\(name)' was not installed: \(reason)"
    case .kernel(let error): error.message
    case .tensor(let error): error.message
    case .memory(let needed): "\(needed) bytes of memory could not be had"
    case .notANumber(let model, let position):
      "the logits of '\(model)' at position \(position) hold a NaN"
    case .interrupted(.interrupted): "interrupted"
    case .interrupted(.timeLimit): "the time limit has passed"
    case .interrupted(.memoryLimit): "the memory limit is reached"
    }
  }

  public var hint: String? {
    switch self {
    case .file(let error): error.hint
    case .tokenizer(let error): error.hint
    case .noTokenizer: "put a tokenizer.json beside the weights, or give ids"
    case .unknownChatTemplate:
      "give one by name: \(ChatTemplate.names.joined(separator: ", "))"
    case .cache: "make the cache with rope=late"
    case .install:
      "it needs Python 3 with pip, and the network; docs/models.md says how to do it by hand"
    case .tensor(let error): error.hint
    default: nil
    }
  }

  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }

  init(_ error: KernelError) {
    if case .memory(_, let bytes) = error {
      self = .memory(needed: bytes)
    } else {
      self = .kernel(error)
    }
  }

  /// What an operation inside a pass threw.
  init(cause: any Error) {
    switch cause {
    case let error as ModelError: self = error
    case let error as KernelError: self = ModelError(error)
    case TensorError.memory(_, let needed, _): self = .memory(needed: needed)
    case TensorError.interrupted(let reason): self = .interrupted(reason)
    case TensorError.kernel(let error): self = ModelError(error)
    case let error as TensorError: self = .tensor(error)
    case let error as Interruption: self = .interrupted(error)
    case let error as FileError: self = .file(error)
    default: self = .input(reason: "\(cause)")
    }
  }
}
