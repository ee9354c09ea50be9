import Files
import Language
import Yams

/// Sets parameters in front matter and leaves all the rest of its text alone.
///
/// Every change is proved by reading the new text: the parameters must have the wanted values and
/// everything else must be what it was. Where the small change fails that proof (a value over
/// several lines, a tag), the whole of `params` is written anew.
struct FrontMatterEditor {
  let text: String
  let firstLine: Int

  func setting(_ name: String, to value: Value, written: String) throws(NotebookError) -> String {
    let old = try FrontMatter(reading: text, firstLine: firstLine)
    var wanted = old.parameters
    for index in wanted.indices where wanted[index].name == name { wanted[index].value = value }
    for literal in [written, FrontMatterEditor.literal(value)] {
      for candidate in [replacingValue(of: name, by: literal), rewriting(wanted)] {
        if let candidate, proves(candidate, wanted) { return candidate }
      }
    }
    throw .frontMatter(
      line: firstLine, reason: "the parameter '\(name)' cannot be set in this text")
  }

  /// The new text says what is wanted, and otherwise what the old one says.
  private func proves(_ candidate: String, _ wanted: [NotebookParameter]) -> Bool {
    guard let new = try? FrontMatter(reading: candidate, firstLine: firstLine),
      new.parameters.map(\.name) == wanted.map(\.name),
      zip(new.parameters, wanted).allSatisfy({
        ValueArchive.bytes(of: $0.value) == ValueArchive.bytes(of: $1.value)
      }),
      let before = try? YAMLText.compose(text, firstLine: 1)?.mapping,
      let after = try? YAMLText.compose(candidate, firstLine: 1)?.mapping,
      before.count == after.count
    else { return false }
    return zip(before, after).allSatisfy { old, new in
      old.key == new.key && (old.key.scalar?.string == "params" || old.value == new.value)
    }
  }

  // MARK: One value

  private func replacingValue(of name: String, by literal: String) -> String? {
    guard let root = try? YAMLText.compose(text, firstLine: 1)?.mapping,
      let parameters = root.first(where: { $0.key.scalar?.string == "params" })?.value.mapping,
      let node = parameters.first(where: { $0.key.scalar?.string == name })?.value,
      let start = offset(of: node.mark), let end = end(of: node, from: start)
    else { return nil }
    var bytes = Array(text.utf8)
    bytes.replaceSubrange(start..<end, with: Array(literal.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The byte offset of a place that the parser gives in lines and scalars.
  private func offset(of mark: Mark?) -> Int? {
    guard let mark else { return nil }
    var line = 1
    var column = 1
    var offset = 0
    for scalar in text.unicodeScalars {
      if line == mark.line, column == mark.column { return offset }
      if line > mark.line { return nil }
      offset += UTF8.width(scalar)
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return line == mark.line && column == mark.column ? offset : nil
  }

  /// Where the value that starts at `start` ends; nil where that is not plain to see.
  private func end(of node: Node, from start: Int) -> Int? {
    let bytes = Array(text.utf8)
    guard start < bytes.count else { return nil }
    if let scalar = node.scalar, scalar.style == .plain {
      let count = scalar.string.utf8.count
      guard count > 0, start + count <= bytes.count,
        bytes[start..<(start + count)].elementsEqual(scalar.string.utf8)
      else { return nil }
      return start + count
    }
    switch bytes[start] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return endOfQuoted(bytes, from: start)
    case UInt8(ascii: "["):
      var depth = 0
      var index = start
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "]"):
          depth -= 1
          if depth == 0 { return index + 1 }
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
          guard let end = endOfQuoted(bytes, from: index) else { return nil }
          index = end - 1
        default: break
        }
        index += 1
      }
      return nil
    default: return nil
    }
  }

  private func endOfQuoted(_ bytes: [UInt8], from start: Int) -> Int? {
    let quote = bytes[start]
    var index = start + 1
    while index < bytes.count {
      if quote == UInt8(ascii: "\""), bytes[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      if bytes[index] == quote {
        // Two single quotes are one that belongs to the text.
        guard quote == UInt8(ascii: "'"), index + 1 < bytes.count, bytes[index + 1] == quote else {
          return index + 1
        }
        index += 1
      }
      index += 1
    }
    return nil
  }

  // MARK: All of params

  /// The text with `params` written anew as a block, at the place of the old one.
  private func rewriting(_ parameters: [NotebookParameter]) -> String? {
    guard let root = try? YAMLText.compose(text, firstLine: 1)?.mapping else { return nil }
    let entries = Array(root)
    guard let index = entries.firstIndex(where: { $0.key.scalar?.string == "params" }),
      let start = offset(of: entries[index].key.mark)
    else { return nil }
    let end: Int
    if index + 1 < entries.count {
      guard let next = offset(of: entries[index + 1].key.mark) else { return nil }
      end = next
    } else {
      end = text.utf8.count
    }
    let lineEnd = text.utf8.contains(0x0D) ? "\r\n" : "\n"
    var block = "params:" + lineEnd
    for parameter in parameters {
      block += "  \(parameter.name): \(FrontMatterEditor.literal(parameter.value))" + lineEnd
    }
    var bytes = Array(text.utf8)
    bytes.replaceSubrange(start..<end, with: Array(block.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Literals

  /// A value as YAML that reads back as the same value.
  static func literal(_ value: Value) -> String {
    switch value {
    case .int(let number): return String(number)
    case .float(let number): return "\(number)"
    case .bool(let flag): return flag ? "true" : "false"
    case .list(let items): return "[" + items.map(literal).joined(separator: ", ") + "]"
    case .string(let text):
      let isPlain =
        NotebookParameter.isName(text)
        && !["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
      if isPlain, case .string = YAMLText.value(ofPlain: text) { return text }
      return JSON.string(text).text()
    default: return "null"
    }
  }
}

extension NotebookDocument {
  /// Sets a declared parameter in the text of the front matter; everything else stays byte for byte.
  ///
  /// - Parameter written: the value as the user wrote it, kept where it reads as the same value.
  mutating func setParameter(_ name: String, to value: Value, written: String)
    throws(NotebookError)
  {
    guard let range = frontMatterRange else {
      throw .unknownParameter(name: name, declared: [], suggestion: nil)
    }
    let text = frontMatterText ?? String(decoding: original[range], as: UTF8.self)
    frontMatterText = try FrontMatterEditor(text: text, firstLine: 2)
      .setting(name, to: value, written: written)
    let index = frontMatter.parameters.firstIndex { $0.name == name }
    if let index { frontMatter.parameters[index].value = value }
  }
}
