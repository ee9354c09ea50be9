import Language
import Training

extension WorldKind: WordParameter {}
extension ArithmeticOperation: WordParameter {}
extension ListTask: WordParameter {}
extension ListWorld.Items: WordParameter {}
extension GraphQuestion: WordParameter {}

extension Call {
  /// A world's seed: the one given, so that the library draws the same, else one of this place.
  func worldSeed(_ seed: Int?, _ name: String) -> UInt64 {
    if let seed { return UInt64(bitPattern: Int64(seed)) }
    var stream = stream(nil, name)
    return stream.next()
  }

  /// The first problems of a world as a table.
  func rows<W: World>(_ world: W, _ count: Int) throws -> Value {
    let task = session.progress.start("problems", total: count)
    defer { task.finish() }
    let problems = try world.problems(count) { task.advance() }
    return .table(
      Table(rows: problems.map { Record($0.fields.map { ($0.name, Value($0.value)) }) }))
  }
}

extension Value {
  init(_ field: WorldField) {
    switch field {
    case .none: self = .null
    case .integer(let number): self = .int(number)
    case .text(let text): self = .string(text)
    case .list(let items): self = .list(items.map(Value.init))
    }
  }

  /// As a problem's column; what no column holds is none.
  var worldField: WorldField {
    if let text = stringValue { return .text(text) }
    if let number = intValue { return .integer(number) }
    return items.map { .list($0.map(\.worldField)) } ?? .none
  }
}
