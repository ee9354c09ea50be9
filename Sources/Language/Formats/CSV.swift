import Files

/// Tables as text with separators (RFC 4180): a header line, fields in quotes where they hold a
/// separator, a quote or a line's end, quotes in them doubled.
///
/// Lines may end with LF, CR LF or CR. Types are read off the unquoted fields of a column: all
/// integers, all numbers, all `true` or `false`; anything else, and everything in quotes, is text. An
/// empty field is null, an empty one in quotes the empty text. What is written this way reads back as
/// it was, if each column holds values of one kind.
public struct CSV: Sendable {
  /// `,`, or a tab for `.tsv`.
  public let separator: UInt8
  /// More columns than this are refused.
  static let columnLimit = 100_000

  public init(separator: UInt8 = UInt8(ascii: ",")) { self.separator = separator }

  public static let tabs = CSV(separator: 0x09)

  /// One field as it stands in the file.
  private struct Field {
    var text: String
    var isQuoted: Bool
    var isNull: Bool { !isQuoted && text.isEmpty }
  }

  // MARK: Reading

  /// The table that a file holds.
  ///
  /// - Throws: ``FileError/malformed(path:byte:reason:)`` for a row with another number of fields than
  ///   the header, an open quote, text behind a closing quote; ``FileError/notUTF8(path:byte:)``.
  public func table(from bytes: [UInt8], path: String) throws(FileError) -> Table {
    if let byte = FileContents.firstInvalidUTF8(in: bytes) {
      throw .notUTF8(path: path, byte: byte)
    }
    var reader = Reader(
      bytes: bytes, separator: separator, path: path,
      position: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    guard let header = try reader.row() else { return Table(rows: []) }
    let names = CSV.names(header)
    var columns = [[Field]](repeating: [], count: names.count)
    while true {
      let start = reader.position
      let line = reader.line
      guard let row = try reader.row() else { break }
      if row.count != names.count {
        // A blank line, as some programs leave it.
        if row.count == 1, row[0].isNull { continue }
        throw .malformed(
          path: path, byte: start,
          reason: "line \(line) has \(row.count) \(row.count == 1 ? "field" : "fields"), "
            + "the header has \(names.count)")
      }
      for (index, field) in row.enumerated() { columns[index].append(field) }
    }
    let typed = zip(names, columns).map { ($0, CSV.typed($1)) }
    return Table(columns: typed) ?? Table(rows: [])
  }

  /// Names that lack or repeat get a number.
  private static func names(_ header: [Field]) -> [String] {
    var taken = Set<String>()
    return header.enumerated().map { index, field in
      var name = field.isNull ? "column\(index + 1)" : field.text
      let base = name
      var copy = 2
      while !taken.insert(name).inserted {
        name = "\(base)_\(copy)"
        copy += 1
      }
      return name
    }
  }

  private static func typed(_ fields: [Field]) -> [Value] {
    let present = fields.lazy.filter { !$0.isNull }
    if present.isEmpty { return fields.map { _ in .null } }
    func all(_ make: (String) -> Value?) -> [Value]? {
      var values: [Value] = []
      values.reserveCapacity(fields.count)
      for field in fields {
        if field.isNull {
          values.append(.null)
          continue
        }
        guard !field.isQuoted, let value = make(field.text) else { return nil }
        values.append(value)
      }
      return values
    }
    if let integers = all({ isNumbered($0) ? TextNumber.integer($0).map(Value.int) : nil }) {
      return integers
    }
    if let floats = all({ isNumbered($0) ? TextNumber.float($0).map(Value.float) : nil }) {
      return floats
    }
    if let flags = all({ $0 == "true" ? .bool(true) : $0 == "false" ? .bool(false) : nil }) {
      return flags
    }
    return fields.map { $0.isNull ? .null : .string($0.text) }
  }

  /// False for `007`, which is a code and no number.
  private static func isNumbered(_ text: String) -> Bool {
    var digits = text.utf8[...]
    if digits.first == 0x2D || digits.first == 0x2B { digits.removeFirst() }
    guard digits.first == 0x30, let second = digits.dropFirst().first else { return true }
    return !(second &- 0x30 < 10)
  }

  private struct Reader {
    let bytes: [UInt8]
    let separator: UInt8
    let path: String
    var position: Int
    /// The line the next row starts in, from 1.
    var line = 1

    /// The next row's fields, or nil at the end.
    mutating func row() throws(FileError) -> [Field]? {
      guard position < bytes.count else { return nil }
      var fields: [Field] = []
      while true {
        fields.append(try field())
        if fields.count > CSV.columnLimit {
          throw .malformed(
            path: path, byte: position, reason: "a row has more than \(CSV.columnLimit) fields")
        }
        guard position < bytes.count else { return fields }
        let byte = bytes[position]
        position += 1
        if byte == separator { continue }
        // A line's end: LF, CR LF or CR.
        if byte == 0x0D, position < bytes.count, bytes[position] == 0x0A { position += 1 }
        line += 1
        return fields
      }
    }

    private mutating func field() throws(FileError) -> Field {
      let start = position
      guard position < bytes.count, bytes[position] == 0x22 else {
        while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
        return Field(
          text: String(decoding: bytes[start..<position], as: UTF8.self), isQuoted: false)
      }
      let firstLine = line
      position += 1
      var text: [UInt8] = []
      while true {
        guard position < bytes.count else {
          throw .malformed(
            path: path, byte: start, reason: "the quote of line \(firstLine) is not closed")
        }
        let byte = bytes[position]
        position += 1
        if byte == 0x22 {
          guard position < bytes.count, bytes[position] == 0x22 else { break }
          position += 1
        } else if byte == 0x0A {
          line += 1
        }
        text.append(byte)
      }
      if position < bytes.count, !isEnd(bytes[position]) {
        throw .malformed(
          path: path, byte: position, reason: "text behind a closing quote in line \(line)")
      }
      return Field(text: String(decoding: text, as: UTF8.self), isQuoted: true)
    }

    private func isEnd(_ byte: UInt8) -> Bool {
      byte == separator || byte == 0x0A || byte == 0x0D
    }
  }

  // MARK: Writing

  /// The table as text, lines ending with LF. Lists, records and tensors in cells become JSON.
  ///
  /// - Throws: ``LanguageError/cannotConvert(_:to:)`` for functions and objects.
  public func text(of table: Table) throws(LanguageError) -> String {
    guard table.columnCount > 0 else { return "" }
    var out: [UInt8] = []
    for (index, name) in table.names.enumerated() {
      if index > 0 { out.append(separator) }
      write(name, quoted: name.isEmpty, to: &out)
    }
    out.append(0x0A)
    let columns = Array(table.columns.values)
    for row in 0..<table.rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { out.append(separator) }
        try write(column[row], to: &out)
      }
      out.append(0x0A)
    }
    return String(decoding: out, as: UTF8.self)
  }

  private func write(_ value: Value, to out: inout [UInt8]) throws(LanguageError) {
    switch value {
    case .null: break
    case .bool(let flag): out += (flag ? "true" : "false").utf8
    case .int(let number): out += String(number).utf8
    case .float(let number): out += NumberText.shortest(number).utf8
    case .string(let text):
      // Quoted where it would read back as something else.
      let isOther =
        text.isEmpty || TextNumber.float(text) != nil || text == "true" || text == "false"
      write(text, quoted: isOther, to: &out)
    case .list, .record, .table, .tensor, .range:
      write(try JSONValues.json(from: value).text(), quoted: true, to: &out)
    case .function, .object:
      throw .cannotConvert(value.typeNameWithArticle, to: "field of a CSV file")
    }
  }

  private func write(_ text: String, quoted: Bool, to out: inout [UInt8]) {
    let needsQuotes =
      quoted
      || text.utf8.contains { $0 == separator || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
      // A byte-order mark at the file's start would be dropped.
      || text.utf8.starts(with: [0xEF, 0xBB, 0xBF])
    guard needsQuotes else {
      out += text.utf8
      return
    }
    out.append(0x22)
    for byte in text.utf8 {
      if byte == 0x22 { out.append(0x22) }
      out.append(byte)
    }
    out.append(0x22)
  }
}
