import Language

/// A fence marked `tessera`, with the output that stands after it.
public struct NotebookCell: Sendable {
  /// Larger sources are refused before anything looks at them.
  public static let sizeLimit = 16 << 20

  /// Its name in the text, or `c1`, `c2`, … in the order of the cells without one.
  public let name: String
  public let isNamed: Bool
  public let options: CellOptions
  /// The text inside the fence, lines ended by line feeds.
  public let source: SourceText
  /// The line of the fence in the notebook, from 1.
  public let line: Int
  /// What the notebook's text holds as its output.
  public internal(set) var output: OutputBlock?

  /// The fence with its lines, in bytes of the notebook.
  let range: Range<Int>
  /// The output's fence in the notebook as it was read, and the blank lines before it.
  let outputRange: Range<Int>?
  let gapRange: Range<Int>?
  /// The blanks before the fence; its output is indented alike.
  let indentation: Int
  /// True where ``output`` is not what the notebook was read with.
  var outputChanged = false
}

/// A fence marked `output`: what its cell showed.
public struct OutputBlock: Sendable, Equatable {
  /// The cell's name when it was saved.
  public var name: String?
  /// Twelve hexadecimal digits; see ``CellKey``.
  public var key: String?
  /// `check=none`: depends on time or machine, so it is not compared.
  public var isUnchecked: Bool
  /// The text inside: whole lines, each ended by a line feed.
  public var body: String

  public init(name: String?, key: String?, isUnchecked: Bool = false, body: String) {
    self.name = name
    self.key = key
    self.isUnchecked = isUnchecked
    self.body = body
  }
}
