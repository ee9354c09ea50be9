import Language
import Tokenizers

extension RecognitionNoise.Kind: WordParameter {}

/// `data.ocr_noise`: a text with a scanner's errors.
struct DataOCRNoise: Command {
  static let name = "data.ocr_noise"
  static let summary = "Put errors into a text as optical character recognition makes them."
  static let searchWords = ["typos", "corrupt", "scan", "errors", "robustness"]
  static let isRandom = true
  static let source: Source? = MeasureTerms.source
  static let result = ValueType.string
  static let examples = [
    Example(#"data.ocr_noise "close" rate=1 kinds=[confusion]"#, shows: "e10sc"),
    Example(#"data.ocr_noise("a b", rate=1, kinds=[join], seed=1)"#, shows: "ab"),
  ]

  let text = Argument<String>("The text; its line ends stay.")
  let rate = Option("Errors for each character.", default: 0.03, in: 0...1)
  let kinds = Option<[RecognitionNoise.Kind]>(
    "Confusion of c e, 5 S, 0 o, l 1; split and join of words; transposition and doubling of letters.",
    default: RecognitionNoise.Kind.allCases)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    var stream = call.stream(try call[seed], Self.name)
    let noise = RecognitionNoise(rate: try call[rate], kinds: try call[kinds])
    return .string(noise.applied(to: try call[text], seed: stream.next()))
  }
}
