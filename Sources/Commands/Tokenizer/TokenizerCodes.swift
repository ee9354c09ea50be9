import Language
import Models
import Tensors
import Tokenizers

/// How a code is made of an id.
enum CodeKind: String, WordParameter {
  case binary, affine
}

/// `tokenizer.codes`: ids as bits.
struct TokenizerCodes: Command {
  static let name = "tokenizer.codes"
  static let summary =
    "Give every id a code of bits: its digits, or digits recoded by a matrix and an offset."
  static let searchWords = ["binary", "digits", "embedding", "hamming", "affine"]
  static let source: Source? = .arXiv(
    "2605.09751",
    "Language Models Without a Trainable Input Embedding Table: Learning from Fixed Minimal Binary Token Codes",
    year: 2026)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; [tokenizer.codes(t).bits, tokenizer.codes(t, bits=8).are_unique]"#,
      shows: "[9, false]"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; tokenizer.codes(t, kind=affine, seed=3).rank"#,
      shows: "9"),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let kind = Option("Digits of the id, or A · digits XOR b.", default: CodeKind.binary)
  let bits = Option<Int?>("Bits a code; as many as ids need, fewer make ids collide.", in: 1...62)
  let seed = Option("Names what A and b are drawn from.", default: 1, in: 0...)

  func run(_ call: Call) throws -> Value {
    let size = try call[tokenizer].tokenizer.vocabularySize
    let bits = try call[bits]
    let codes: TokenCodes
    switch try call[kind] {
    case .binary: codes = try TokenCodes(vocabularySize: size, bits: bits)
    case .affine:
      codes = try TokenCodes(affine: size, bits: bits, seed: UInt64(try call[seed]))
    }
    let matrix = codes.matrix ?? .identity(codes.bits)
    func digits(_ words: [UInt64]) -> [UInt8] {
      words.flatMap { word in (0..<codes.bits).map { UInt8(word >> UInt64($0) & 1) } }
    }
    return .record(
      Record([
        ("bits", .int(codes.bits)),
        ("codes", .tensor(try Tensor(codes.table(), shape: [size, codes.bits]))),
        ("matrix", .tensor(try Tensor(digits(matrix.rows), shape: [codes.bits, codes.bits]))),
        ("offset", .tensor(try Tensor(digits([codes.offset]), shape: [codes.bits]))),
        ("rank", .int(matrix.rank)), ("are_unique", .bool(try codes.areUnique())),
      ]))
  }
}
