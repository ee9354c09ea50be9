import Files
import Tensors

/// Values as bytes for the cache, and their digests for keys.
///
/// The form is canonical: equal content gives equal bytes. What cannot be kept (an object without
/// an archived form) makes the whole value not archivable.
public enum ValueArchive {
  private enum Tag: UInt8 {
    case null, no, yes, int, float, string, list, record, table, tensor, range, function, object
    /// A bf16 tensor, kept as f32: NumPy's files have no such type.
    case wideTensor
  }

  /// Puts an archived object together again.
  public typealias Restorer = @Sendable (Value, Session) throws -> any ObjectValue

  /// The value as bytes; nil where it cannot be kept.
  public static func bytes(of value: Value) -> [UInt8]? {
    var writer = Writer()
    return writer.write(value) ? writer.bytes : nil
  }

  /// A digest of the value's content; nil where it cannot be kept.
  public static func digest(of value: Value) -> String? {
    bytes(of: value).map { Digest.hexadecimal(of: $0) }
  }

  /// The value that `bytes` hold; nil where they are damaged or an object cannot be had.
  public static func value(
    from bytes: [UInt8], session: Session, restorers: [String: Restorer]
  ) -> Value? {
    var reader = Reader(bytes: bytes, session: session, restorers: restorers)
    guard let value = reader.value(depth: 0), reader.position == bytes.count else { return nil }
    return value
  }

  private struct Writer {
    var bytes: [UInt8] = []

    mutating func write(_ tag: Tag) { bytes.append(tag.rawValue) }
    mutating func write(_ number: Int) {
      withUnsafeBytes(of: Int64(number).littleEndian) { bytes += $0 }
    }
    mutating func write(_ text: String) {
      write(text.utf8.count)
      bytes += text.utf8
    }

    mutating func write(_ values: [Value]) -> Bool {
      write(values.count)
      for value in values where !write(value) { return false }
      return true
    }

    mutating func write(_ value: Value) -> Bool {
      switch value {
      case .null: write(Tag.null)
      case .bool(let flag): write(flag ? Tag.yes : Tag.no)
      case .int(let number):
        write(Tag.int)
        write(number)
      case .float(let number):
        write(Tag.float)
        write(Int(bitPattern: UInt(number.bitPattern)))
      case .string(let text):
        write(Tag.string)
        write(text)
      case .list(let items):
        write(Tag.list)
        return write(items)
      case .record(let record):
        write(Tag.record)
        write(record.count)
        for (name, value) in record.fields {
          write(name)
          if !write(value) { return false }
        }
      case .table(let table):
        write(Tag.table)
        write(table.columnCount)
        write(table.rowCount)
        for (name, values) in table.columns {
          write(name)
          if !write(values) { return false }
        }
      case .tensor(let tensor):
        let isWide = tensor.elementType == .bf16
        guard let file = try? NPY.encode(isWide ? tensor.cast(to: .f32) : tensor) else {
          return false
        }
        write(isWide ? Tag.wideTensor : Tag.tensor)
        write(file.count)
        bytes += file
      case .range(let range):
        write(Tag.range)
        write(range.lower)
        write(range.upper)
      case .function(let function):
        write(Tag.function)
        write(function.name ?? "")
        write(function.sourceText)
        return write(.record(function.capturedValues))
      case .object(let object):
        guard let archived = object.archived else { return false }
        write(Tag.object)
        write(archived.kind)
        return write(archived.state)
      }
      return true
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    let session: Session
    let restorers: [String: Restorer]
    var position = 0

    mutating func number() -> Int? {
      guard position + 8 <= bytes.count else { return nil }
      var number: UInt64 = 0
      for offset in 0..<8 { number |= UInt64(bytes[position + offset]) << (8 * UInt64(offset)) }
      position += 8
      return Int(Int64(bitPattern: number))
    }

    /// A count of things of at least one byte each.
    mutating func count() -> Int? {
      guard let count = number(), count >= 0, count <= bytes.count - position else { return nil }
      return count
    }

    mutating func slice() -> ArraySlice<UInt8>? {
      guard let count = count() else { return nil }
      defer { position += count }
      return bytes[position..<(position + count)]
    }

    mutating func text() -> String? { slice().flatMap { String(validating: $0, as: UTF8.self) } }

    mutating func values(depth: Int) -> [Value]? {
      guard let count = count() else { return nil }
      var values: [Value] = []
      values.reserveCapacity(count)
      for _ in 0..<count {
        guard let value = value(depth: depth) else { return nil }
        values.append(value)
      }
      return values
    }

    mutating func value(depth: Int) -> Value? {
      guard depth <= 2 * RunContext.valueDepthLimit, position < bytes.count,
        let tag = Tag(rawValue: bytes[position])
      else { return nil }
      position += 1
      switch tag {
      case .null: return .null
      case .no: return .bool(false)
      case .yes: return .bool(true)
      case .int: return number().map(Value.int)
      case .float: return number().map { .float(Double(bitPattern: UInt64(UInt(bitPattern: $0)))) }
      case .string: return text().map(Value.string)
      case .list: return values(depth: depth + 1).map(Value.list)
      case .record:
        guard let count = count() else { return nil }
        var record = Record()
        for _ in 0..<count {
          guard let name = text(), let value = value(depth: depth + 1) else { return nil }
          record[name] = value
        }
        return .record(record)
      case .table:
        guard let count = count(), let rowCount = number() else { return nil }
        var columns: [(String, [Value])] = []
        for _ in 0..<count {
          guard let name = text(), let values = values(depth: depth + 1), values.count == rowCount
          else { return nil }
          columns.append((name, values))
        }
        return Table(columns: columns).map(Value.table)
      case .tensor:
        guard let file = slice(), let tensor = try? NPY.decode(Array(file), path: "cache")
        else { return nil }
        return .tensor(tensor)
      case .wideTensor:
        guard let file = slice(), let tensor = try? NPY.decode(Array(file), path: "cache"),
          let narrow = try? tensor.cast(to: .bf16)
        else { return nil }
        return .tensor(narrow)
      case .range:
        guard let lower = number(), let upper = number() else { return nil }
        return .range(RangeValue(lower, through: upper))
      case .function:
        guard let name = text(), let source = text(),
          case .record(let captured)? = value(depth: depth + 1)
        else { return nil }
        return session.restoreFunction(
          name: name.isEmpty ? nil : name, source: source, captured: captured
        ).map(Value.function)
      case .object:
        guard let kind = text(), let state = value(depth: depth + 1), let restore = restorers[kind],
          let object = try? restore(state, session)
        else { return nil }
        return .object(object)
      }
    }
  }
}

extension FunctionValue {
  /// The variables of outer functions that it reads, with their present values.
  var capturedValues: Record {
    guard let closure else { return Record() }
    return Record(
      code.captured.compactMap { name, depth, slot in
        // Depths count from the function's own frame.
        closure.ancestor(depth - 1).slots[slot].map { (name, $0) }
      })
  }
}

extension Session {
  /// A function from its text and what it had captured, as if it had just been defined.
  func restoreFunction(name: String?, source text: String, captured: Record) -> FunctionValue? {
    let source = SourceText(text, name: "cache")
    let parsed = Parser.parse(source, context: self)
    guard parsed.diagnostics.isEmpty, let statement = parsed.block.statements.first else {
      return nil
    }
    let compiler = Compiler(session: self, cell: parsed)
    let around = Scope(kind: .function, parent: scope)
    let values = Frame(count: captured.count + 1, parent: frame)
    for (name, value) in captured.fields {
      let slot = around.declare(name)
      around.bound.insert(name)
      values.slots[slot] = value
    }
    compiler.scope = around
    // Free names are looked up when it is called.
    compiler.function = FunctionInfo(name: "cache", parameters: [], requiredCount: 0)
    let context = RunContext(output: OutputBuffer())
    switch statement.kind {
    case .function(let definition):
      let code = compiler.compileDefinition(definition)
      guard let slot = around.functionSlots[definition.name.name], slot <= captured.count else {
        return nil
      }
      _ = try? code(values, context)
      frame.grow(to: scope.count)
      if case .function(let function)? = values.slots[slot] { return function }
    case .expression(let expression):
      let code = compiler.compile(expression)
      frame.grow(to: scope.count)
      if case .function(let function)? = try? code(values, context) { return function }
    default: break
    }
    return nil
  }
}
