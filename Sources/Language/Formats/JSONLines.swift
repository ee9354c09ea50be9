import Files

/// One JSON document a line.
public enum JSONLines {
  /// The documents as a table where all are objects, else as a list; empty lines are left out.
  ///
  /// - Throws: ``FileError/malformed(path:byte:reason:)`` with the line's number and the byte's offset
  ///   in the file, ``FileError/notUTF8(path:byte:)``.
  public static func value(from bytes: [UInt8], path: String) throws(FileError) -> Value {
    if let byte = FileContents.firstInvalidUTF8(in: bytes) {
      throw .notUTF8(path: path, byte: byte)
    }
    var values: [Value] = []
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var number = 0
    while start < bytes.count {
      number += 1
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[start..<end]
      if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        do {
          values.append(JSONValues.value(from: try JSONParser.parse(Array(line), path: path)))
        } catch .malformed(_, let byte, let reason) {
          throw .malformed(
            path: path, byte: byte.map { $0 + start }, reason: "line \(number): \(reason)")
        }
      }
      start = end + 1
    }
    guard !values.isEmpty, let table = Value.list(values).asTable else { return .list(values) }
    return .table(table)
  }

  /// A table's rows, or a list's items, a line each.
  public static func text(of value: Value) throws(LanguageError) -> String {
    guard let items = value.items else {
      throw .cannotConvert(value.typeNameWithArticle, to: "JSON lines file: it has no items")
    }
    var text = ""
    for item in items { text += try JSONValues.json(from: item).text() + "\n" }
    return text
  }
}
