import Tensors

extension Value {
  /// As it stands inside a sentence or another value: texts in quotes, everything on one line.
  public var inline: String { "" }
  /// As interpolation and `print` put it: texts as they are, everything else as ``inline``.
  public var text: String { if case .string(let text) = self { text } else { inline } }
  /// As a cell shows it.
  public var display: String { inline }
  /// By a format such as `.3`.
  public func formatted(_ format: String) throws -> String { inline }
}
