import Tensors

/// Writes values on one line, up to a size: from there on items are counted, not written.
struct InlineWriter {
  private(set) var text = ""
  /// In UTF-8 bytes.
  let limit: Int
  /// Deeper lists and records show as `[…]` and `{…}`.
  static let depthLimit = 64
  /// Tensors of more elements show their shape only.
  static let tensorLimit = 24

  init(limit: Int) { self.limit = limit }

  static func text(of value: Value, limit: Int) -> String {
    var writer = InlineWriter(limit: limit)
    writer.write(value, depth: 0)
    return writer.text
  }

  private var isFull: Bool { text.utf8.count > limit }

  mutating func write(_ value: Value, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .int(let number): text += String(number)
    case .float(let number): text += NumberText.shortest(number)
    case .string(let string): write(string)
    case .list(let items): write(items, depth: depth)
    case .record(let record): write(record, depth: depth)
    case .table(let table): write(table)
    case .tensor(let tensor): write(tensor)
    case .range(let range):
      text +=
        range.count == 0
        ? "\(range.lower)..<\(range.lower)" : "\(range.lower)..\(range.upper)"
    case .function(let function): text += InlineWriter.line(of: function)
    case .object(let object): text += DisplayText.escaped(object.summary)
    }
  }

  private mutating func write(_ string: String) {
    let left = max(0, limit - text.utf8.count) + 8
    if string.utf8.count <= left {
      text += DisplayText.quoted(string)
    } else {
      // Whole characters only, so that no mark loses its letter.
      let end = string.utf8.index(string.startIndex, offsetBy: left)
      let character = string[..<end].indices.last ?? string.startIndex
      text += "\"" + DisplayText.escaped(string[..<character], inQuotes: true) + "…\""
    }
  }

  private mutating func write(_ items: [Value], depth: Int) {
    if depth >= InlineWriter.depthLimit && !items.isEmpty {
      text += "[…]"
      return
    }
    text += "["
    for (index, item) in items.enumerated() {
      if index > 0 { text += ", " }
      if isFull && index > 0 {
        text += "… \(items.count - index) more"
        break
      }
      write(item, depth: depth + 1)
    }
    text += "]"
  }

  private mutating func write(_ record: Record, depth: Int) {
    if depth >= InlineWriter.depthLimit && record.count > 0 {
      text += "{…}"
      return
    }
    text += "{"
    for (index, (name, value)) in record.fields.enumerated() {
      if index > 0 { text += ", " }
      if isFull && index > 0 {
        text += "… \(record.count - index) more"
        break
      }
      text += InlineWriter.key(name) + ": "
      write(value, depth: depth + 1)
    }
    text += "}"
  }

  private mutating func write(_ table: Table) {
    text += "table \(table.rowCount)×\(table.columnCount)"
    guard table.columnCount > 0 else { return }
    text += " ("
    for (index, name) in table.names.enumerated() {
      if index > 0 { text += ", " }
      if isFull && index > 0 {
        text += "… \(table.columnCount - index) more"
        break
      }
      text += InlineWriter.key(name)
    }
    text += ")"
  }

  private mutating func write(_ tensor: Tensor) {
    text += "tensor \(tensor.elementType.rawValue) \(tensor.shape)"
    guard tensor.count <= InlineWriter.tensorLimit, tensor.count > 0 else { return }
    text += " "
    var next = 0
    write(tensor, axis: 0, &next)
  }

  private mutating func write(_ tensor: Tensor, axis: Int, _ next: inout Int) {
    if axis == tensor.rank {
      text += (try? tensor.scalar(at: next)).map(InlineWriter.element) ?? ""
      next += 1
      return
    }
    text += "["
    for index in 0..<tensor.shape[axis] {
      if index > 0 { text += ", " }
      write(tensor, axis: axis + 1, &next)
    }
    text += "]"
  }

  /// A tensor's element, as a table shows a number.
  static func element(_ scalar: TensorScalar) -> String {
    switch scalar {
    case .int(let value): String(value)
    case .float(let value): NumberText.significant(value, digits: 6)
    case .bool(let value): value ? "true" : "false"
    }
  }

  /// A record's key: bare where it reads as a name.
  static func key(_ name: String) -> String {
    guard let first = name.unicodeScalars.first, first == "_" || first.properties.isXIDStart,
      name.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isXIDContinue })
    else { return DisplayText.quoted(name) }
    return DisplayText.escaped(name)
  }

  /// A function's source on one line, the rest of a longer one left out.
  static func line(of function: FunctionValue) -> String {
    let lines = function.sourceText.split(separator: "\n", omittingEmptySubsequences: true)
    guard let first = lines.first else { return "function" }
    var line = DisplayText.escaped(first.drop { $0 == " " })
    if lines.count > 1 {
      while line.last == " " { line.removeLast() }
      line += line.hasSuffix("{") ? " … }" : " …"
    }
    return DisplayText.cut(line, to: 88)
  }
}
