import Files
import Kernels

/// What can go wrong with a tokenizer, apart from its wording.
public enum TokenizerError: DescribedError, InterruptibleError, Equatable {
  /// The file could not be read or written.
  case file(FileError)
  /// A vocabulary file contradicts itself or its format; `place` says where in it.
  case malformed(path: String, place: String, reason: String)
  /// A file asks for something that is not built.
  case unsupported(path: String, component: String)
  /// Neither the name nor the content says what kind of vocabulary a file is.
  case unknownKind(path: String)
  /// A GGUF file names a way to cut text that is not known.
  case unknownPreTokenizer(path: String, kind: String)
  /// A rank file does not say which pattern and special tokens belong to it.
  case unknownRanks(path: String)
  case idOutsideVocabulary(id: Int32, position: Int, size: Int)
  case unassignedID(id: Int32, position: Int)
  /// BOS or EOS was asked for and the vocabulary has none.
  case noSuchToken(role: String, tokenizer: String)
  /// `special=error` and the text has a special token in it, at this byte.
  case containsSpecial(token: String, byte: Int)
  /// No token, no byte fallback and no unknown token for these bytes.
  case unencodable(bytes: [UInt8], tokenizer: String)
  case textTooLong(bytes: Int, limit: Int)
  case vocabularyTooSmall(asked: Int, least: Int, specialTokens: Int)
  case vocabularyTooLarge(asked: Int, limit: Int)
  case wrongFrequency(asked: Int)
  case wrongSpecialToken(token: String, reason: String)
  case nothingToLearn
  case cannotSave(tokenizer: String, reason: String)
  /// A pattern of the vocabulary took more steps or memory on a text than it may.
  case patternLimit(pattern: String, tokenizer: String)
  /// A length or count that cannot be met; `reason` says why.
  case wrongLength(asked: Int, reason: String)
  /// Merges cannot be dropped: the model has none, or the probability is none.
  case wrongDropout(probability: Double, tokenizer: String)
  /// A language that there are no texts of.
  case wrongReference(reference: String, languages: [String])
  /// What is no regular expression.
  case wrongPattern(pattern: String, reason: String)
  /// Ids of this tokenizer have no places in the text.
  case noOffsets(tokenizer: String, reason: String)
  /// A trainer's option outside what makes sense.
  case wrongTrainingOption(name: String, asked: String)
  /// A kept training was of other texts.
  case otherCorpus
  /// A kept training had other settings.
  case otherTraining(path: String)
  /// A table of a hybrid vocabulary contradicts itself.
  case wrongTable(table: String, entry: String, reason: String)
  /// Texts that are compared line by line have unequal numbers of lines.
  case unequalLines(first: Int, second: Int)
  /// A line is too long to be aligned with another one.
  case lineTooLong(characters: Int, limit: Int)
  /// A text has too few different words of a length for the questions that are asked for.
  case tooFewWords(length: Int, found: Int, needed: Int)
  /// A vocabulary has no tokens that make a string.
  case noSegmentation(bytes: [UInt8])
  /// Two tokenizations are not of the same bytes.
  case differentTexts(byte: Int)
  /// The work was stopped; whoever shows errors should show the interruption instead.
  case interrupted(Interruption)

  /// - Throws: ``interrupted(_:)`` where the work is to stop.
  static func poll() throws(TokenizerError) {
    do { try Cancellation.check() } catch { throw .interrupted(error) }
  }

  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }

  public var code: String {
    switch self {
    case .file(let error): error.code
    case .malformed: "E0550"
    case .unsupported: "E0551"
    case .unknownKind: "E0552"
    case .unknownPreTokenizer: "E0580"
    case .unknownRanks: "E0581"
    case .idOutsideVocabulary: "E0553"
    case .unassignedID: "E0554"
    case .noSuchToken: "E0555"
    case .containsSpecial: "E0556"
    case .unencodable: "E0557"
    case .textTooLong: "E0558"
    case .vocabularyTooSmall: "E0559"
    case .vocabularyTooLarge: "E0560"
    case .wrongFrequency: "E0561"
    case .wrongSpecialToken: "E0562"
    case .nothingToLearn: "E0563"
    case .cannotSave: "E0564"
    case .wrongTrainingOption: "E0590"
    case .otherCorpus: "E0591"
    case .otherTraining: "E0592"
    case .tooFewWords: "E0578"
    case .noSegmentation: "E0593"
    case .differentTexts: "E0594"
    case .wrongTable: "E0575"
    case .unequalLines: "E0576"
    case .lineTooLong: "E0577"
    case .interrupted: "E0565"
    case .patternLimit: "E0566"
    case .wrongLength: "E0567"
    case .wrongDropout: "E0568"
    case .wrongPattern: "E0569"
    case .wrongReference: "E0570"
    case .noOffsets: "E0585"
    }
  }

  public var message: String {
    switch self {
    case .file(let error): error.message
    case .malformed(let path, let place, let reason): "'\(path)', \(place): \(reason)"
    case .unsupported(let path, let component):
      "'\(path)' asks for \(component), which is not supported"
    case .unknownKind(let path):
      "'\(path)' does not say what kind of vocabulary it is"
    case .unknownPreTokenizer(let path, let kind):
      "'\(path)' cuts text by the kind \(quoted(kind)) (tokenizer.ggml.pre), which is not known"
    case .unknownRanks(let path):
      "'\(path)' is a list of tiktoken ranks, which does not say how text is cut"
    case .idOutsideVocabulary(let id, let position, let size):
      "id \(id) at position \(position) is outside the vocabulary of \(size) tokens"
    case .unassignedID(let id, let position):
      "id \(id) at position \(position) has no token in this vocabulary"
    case .noSuchToken(let role, let tokenizer):
      "tokenizer \(tokenizer) has no \(role) token"
    case .containsSpecial(let token, let byte):
      "the text contains the special token \(quoted(token)) at byte \(byte)"
    case .unencodable(let bytes, let tokenizer):
      "tokenizer \(tokenizer) has no token for \(named(bytes)), no bytes to fall back to and no "
        + "unknown token"
    case .textTooLong(let bytes, let limit):
      "the text has \(bytes) bytes, more than the \(limit) that are encoded at once"
    case .vocabularyTooSmall(let asked, let least, let specialTokens):
      specialTokens == 0
        ? "a byte-level vocabulary of \(asked) tokens was asked for; the bytes alone need \(least)"
        : "a byte-level vocabulary of \(asked) tokens was asked for; the bytes and "
          + "\(specialTokens) special or added tokens need \(least)"
    case .vocabularyTooLarge(let asked, let limit):
      "a vocabulary of \(asked) tokens was asked for, the limit is \(limit)"
    case .wrongFrequency(let asked):
      "the least frequency of a merge is \(asked), it must be at least 1"
    case .wrongSpecialToken(let token, let reason): "special token \(quoted(token)) \(reason)"
    case .nothingToLearn: "there is no text to train a tokenizer on"
    case .cannotSave(let tokenizer, let reason):
      "tokenizer \(tokenizer) cannot be saved in this form: \(reason)"
    case .patternLimit(let pattern, let tokenizer):
      "the pattern \(quoted(pattern)) of tokenizer \(tokenizer) takes too many steps on this text"
    case .wrongLength(let asked, let reason): "a length of \(asked) was asked for: \(reason)"
    case .wrongDropout(let probability, let tokenizer):
      "dropout \(probability) is not possible with tokenizer \(tokenizer)"
    case .wrongReference(let reference, let languages):
      "there is no text in \(quoted(reference)), only in \(languages.joined(separator: ", "))"
    case .wrongPattern(let pattern, let reason):
      "\(quoted(pattern)) is no regular expression: \(reason)"
    case .noOffsets(let tokenizer, let reason):
      "tokenizer \(tokenizer) cannot say where its tokens stand in the text: \(reason)"
    case .wrongTrainingOption(let name, let asked):
      "a training with \(name) \(asked) makes no sense"
    case .otherCorpus: "the texts are not those that the stopped training has counted"
    case .otherTraining(let path): "'\(path)' is a stopped training with other settings"
    case .tooFewWords(let length, let found, let needed):
      "\(needed) different words of \(length) letters are needed, the text has \(found)"
    case .noSegmentation(let bytes): "no tokens of this vocabulary make \(named(bytes))"
    case .differentTexts(let byte): "the two tokenizations differ in their text at byte \(byte)"
    case .wrongTable(let table, let entry, let reason):
      "the table of \(table): \(quoted(entry)) \(reason)"
    case .unequalLines(let first, let second):
      "texts of \(first) and \(second) lines cannot be compared line by line"
    case .lineTooLong(let characters, let limit):
      "a line has \(characters) characters, more than the \(limit) that are aligned at once"
    case .interrupted(let reason):
      switch reason {
      case .interrupted: "interrupted"
      case .timeLimit: "the time limit has passed"
      case .memoryLimit: "the memory limit was reached"
      }
    }
  }

  public var hint: String? {
    switch self {
    case .file(let error): error.hint
    case .unknownKind:
      "say kind=\(TokenizerKind.allCases.map(\.rawValue).joined(separator: "|"))"
    case .unknownPreTokenizer:
      "say pre= with one of \(GGUFPreTokenizer.knownKinds.joined(separator: ", "))"
    case .unknownRanks: "say kind=gpt2|cl100k|o200k|qwen|whisper"
    case .containsSpecial: "special=text takes it as ordinary text, special=parse as the token"
    case .patternLimit: "cut the text into smaller parts"
    case .tooFewWords: "ask for fewer questions a length, or give more text"
    case .wrongDropout: "take a probability from 0 to 1, and a BPE vocabulary"
    case .unequalLines: "give both texts the same lines"
    case .lineTooLong: "cut the text into shorter lines"
    case .noOffsets: "encode without places, or with a byte-level tokenizer"
    case .differentTexts: "compare tokenizers that give the text back, not one that changes it"
    case .otherCorpus, .otherTraining:
      "use the same texts and settings, or remove the kept state to start anew"
    default: nil
    }
  }
}

/// A token's text in quotes, cut where it is very long.
func quoted(_ text: String) -> String {
  let limit = 40
  let cut = text.unicodeScalars.prefix(limit)
  let shown = cut.map { $0.value < 0x20 ? $0.escaped(asASCII: true) : String($0) }.joined()
  return "\"" + shown + (cut.count < text.unicodeScalars.count ? "…" : "") + "\""
}

private func named(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789ABCDEF")
  let list = bytes.map { "0x\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
  guard bytes.count > 1, let text = String(validating: bytes, as: UTF8.self) else {
    return "byte " + list.joined(separator: " ")
  }
  return "\(quoted(text)) (bytes \(list.joined(separator: " ")))"
}
