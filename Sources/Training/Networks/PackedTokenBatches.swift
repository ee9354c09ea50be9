import Files
import Synchronization
import Tensors

/// Documents in a random order, one after the other, cut into windows of equal length, as ``LlamaTrainer``
/// has them: a document that a window's end cuts goes on as a sequence of its own.
///
/// Every sequence is an example whose last token is a target only.
public struct PackedTokenBatches: BatchSource {
  public let digest: String
  public let batchesPerPass: Int
  /// Tokens a batch.
  public let tokensPerBatch: Int
  private let documents: PackedDocuments
  private let last = LastPass()
  private let marker: Int32
  private let context: Int

  /// - Parameters:
  ///   - marker: the id that begins and ends a document.
  ///   - windows: of `context` tokens, in a batch.
  public init(
    _ documents: [[Int32]], marker: Int32, context: Int, windows: Int, seed: UInt64
  ) throws(TrainingError) {
    try Self.check(context: context, windows: windows)
    self.documents = PackedDocuments(documents, marker: marker, seed: seed)
    tokensPerBatch = context * windows
    batchesPerPass = self.documents.tokens / tokensPerBatch
    guard batchesPerPass > 0 else {
      throw .tooLittleData(tokens: self.documents.tokens, needed: tokensPerBatch)
    }
    var digest = Self.digest(marker: marker, context: context, windows: windows, seed: seed)
    for document in documents { TokenExample(document).add(to: &digest) }
    self.digest = digest.hexadecimal()
    (self.marker, self.context) = (marker, context)
  }

  public func batch(_ number: Int) -> [TokenExample] {
    let (pass, place) = number.quotientAndRemainder(dividingBy: batchesPerPass)
    let first = place * tokensPerBatch
    let rows = PackedDocuments.batch(
      last.tokens(of: pass, documents), marker: marker, rows: first..<first + tokensPerBatch,
      context: context)
    return Self.examples(rows)
  }

  static func check(context: Int, windows: Int) throws(TrainingError) {
    for (name, value) in [("context", context), ("batch", windows)]
    where value < 1 || value > 1 << 20 {
      throw .setting(name: name, value: value, reason: "must be from 1 to 2^20")
    }
  }

  /// A digest of how documents are cut, to which they are added.
  static func digest(marker: Int32, context: Int, windows: Int, seed: UInt64) -> Digest {
    var digest = Digest()
    digest.add(field: "\(marker), \(windows) of \(context), seed \(seed)")
    return digest
  }

  /// The segments of a batch, each with the target behind its last input.
  static func examples(_ rows: PackedBatch) -> [TokenExample] {
    zip(rows.starts, rows.starts.dropFirst()).map { start, end in
      TokenExample(Array(rows.inputs[start..<end]) + [rows.targets[end - 1]])
    }
  }
}

/// The pass that was asked for last, so that it is put together once.
private final class LastPass: Sendable {
  private let held = Mutex<(number: Int, tokens: [Int32])?>(nil)

  func tokens(of pass: Int, _ documents: PackedDocuments) -> [Int32] {
    held.withLock { held in
      if let held, held.number == pass { return held.tokens }
      let tokens = documents.pass(pass)
      held = (pass, tokens)
      return tokens
    }
  }
}
