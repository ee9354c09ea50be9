import Language
import Tokenizers

/// `measure.gzip`: what a compressor without training makes of a text.
struct MeasureGzip: Command {
  static let name = "measure.gzip"
  static let summary =
    "Measure how small gzip makes a text, in bits a byte: a baseline for language models."
  static let searchWords = ["compression", "deflate", "zlib", "bits per byte", "entropy", "zip"]
  static let result = ValueType.record
  static let examples = [
    Example(#"measure.gzip("").compressed"#, shows: "20"),
    Example(
      #"a = data.stories(20, seed=1); b = data.stories(20, seed=2); measure.gzip(b, dictionary=a).compressed < measure.gzip(b).compressed"#,
      shows: "true"),
  ]

  let text = Argument<[String]>(
    "A text, or a list of texts, which are packed as one, a line end between them.", piped: true)
  let dictionary = Option<[String]?>(
    "A text or texts that count as read before; of them gzip knows the last 32 KiB.")

  func run(_ call: Call) throws -> Value {
    func bytes(_ texts: [String]) -> [UInt8] { Array(texts.joined(separator: "\n").utf8) }
    let text = bytes(try call[text])
    let compressed = try GzipSize.bytes(of: text, dictionary: bytes(try call[dictionary] ?? []))
    return .record(
      Record([
        ("bytes", .int(text.count)), ("compressed", .int(compressed)),
        (
          "bits_per_byte",
          text.isEmpty ? .null : .float(8 * Double(compressed) / Double(text.count))
        ),
      ]))
  }
}
