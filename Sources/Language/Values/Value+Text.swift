import Tensors

extension Value {
  /// As it stands inside a sentence or another value: texts in quotes, everything on one line.
  /// Beyond 64 KiB items are counted, not written.
  public var inline: String { InlineWriter.text(of: self, limit: 1 << 16) }

  /// On one line of at most `columns` columns; what does not fit shows as `…`.
  public func brief(columns: Int) -> String {
    let whole = InlineWriter.text(of: self, limit: 4 * columns)
    if TextWidth.columns(of: whole) <= columns { return whole }
    // Room for `, … 1234 more]`.
    return DisplayText.cut(
      InlineWriter.text(of: self, limit: max(0, columns - 24)), to: columns)
  }

  /// As interpolation and `print` put it: texts as they are, everything else as ``inline``, but
  /// whole up to 16 MiB.
  public var text: String {
    if case .string(let text) = self { return text }
    return InlineWriter.text(of: self, limit: 1 << 24)
  }

  /// As a cell shows it.
  public var display: String { ValueDisplay.text(of: self) }

  /// By a format such as `.3`; lists and tensors item by item.
  ///
  /// - Throws: ``LanguageError/badFormat(_:reason:)``.
  public func formatted(_ format: String) throws -> String {
    do throws(NumberFormatError) {
      return try formatted(NumberFormat(format))
    } catch {
      throw LanguageError.badFormat(format, reason: error.reason)
    }
  }

  private func formatted(_ format: NumberFormat) throws(NumberFormatError) -> String {
    switch self {
    case .int(let number): return try format.text(number)
    case .float(let number): return try format.text(number)
    case .list, .tensor:
      // A width alone is the whole text's, a number's style each item's.
      guard format.style != .shortest || format.groupsThousands, let items else { break }
      var texts: [String] = []
      for item in items { texts.append(try item.formatted(format)) }
      return "[" + texts.joined(separator: ", ") + "]"
    default: break
    }
    return try format.text(text)
  }
}
