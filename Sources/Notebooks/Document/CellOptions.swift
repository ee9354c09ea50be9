import Language

/// What stands after `tessera` in a cell's first line.
public struct CellOptions: Sendable, Equatable {
  /// The error that the cell is to stop with.
  public enum Expectation: Sendable, Equatable {
    /// `expect=error`: any.
    case anyError
    /// `expect=error[E0104]`.
    case error(code: String)

    public var text: String {
      switch self {
      case .anyError: "an error"
      case .error(let code): code
      }
    }
  }

  public var expectation: Expectation?
  /// `show=false`: its output is not saved.
  public var isShown = true

  public init() {}

  static let names = ["expect", "show"]

  /// Takes in one word of the info string.
  mutating func add(_ word: Substring, line: Int) throws(NotebookError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let value = String(parts[1])
    switch name {
    case "expect" where value == "error":
      expectation = .anyError
    case "expect" where value.hasPrefix("error[") && value.hasSuffix("]"):
      let code = String(value.dropFirst("error[".count).dropLast())
      guard CellOptions.isErrorCode(code) else {
        throw .badOption(
          line: line, text: String(word), reason: "names no error code such as E0104",
          suggestion: nil)
      }
      expectation = .error(code: code)
    case "expect":
      throw .badOption(
        line: line, text: String(word), reason: "is not understood: write expect=error[E0104]",
        suggestion: nil)
    case "show" where value == "true" || value == "false":
      isShown = value == "true"
    case "show":
      throw .badOption(
        line: line, text: String(word), reason: "is neither show=true nor show=false",
        suggestion: nil)
    default:
      throw .badOption(
        line: line, text: String(word), reason: "is no option of a cell",
        suggestion: Suggestion.nearest(to: name, among: CellOptions.names))
    }
  }

  static func isErrorCode(_ code: String) -> Bool {
    let bytes = Array(code.utf8)
    return bytes.count == 5 && bytes[0] == UInt8(ascii: "E")
      && bytes.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
