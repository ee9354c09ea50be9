import Files

/// Typed access to a GGUF file's metadata; keys of the architecture are given without its name.
struct GGUFFields {
  let header: GGUFHeader
  let path: String
  /// The number of positions that was asked for in place of the file's.
  var contextLength: Int?
  /// What stands before the architecture's keys, such as `llama.`.
  private let prefix: String
  /// The file's tensors.
  let source: any TensorSource

  init(_ header: GGUFHeader, source: any TensorSource) {
    (self.header, self.source, path) = (header, source, source.path)
    prefix = (header.text("general.architecture") ?? "") + "."
  }

  func hasTensor(_ name: String) -> Bool { source.shape(of: name) != nil }

  /// `general.…` and `tokenizer.…` stand for themselves.
  private func key(_ field: String) -> String {
    field.hasPrefix("general.") || field.hasPrefix("tokenizer.") ? field : prefix + field
  }

  func isGiven(_ field: String) -> Bool { header[key(field)] != nil }

  func text(_ field: String) -> String? { header.text(key(field)) }

  func size(_ field: String, default fallback: Int? = nil) throws(ModelError) -> Int {
    let key = key(field)
    guard header[key] != nil else {
      if let fallback { return fallback }
      throw .configuration(path: path, field: key, reason: "it is missing")
    }
    guard let size = header.integer(key) else {
      throw .configuration(path: path, field: key, reason: "it is not an integer")
    }
    return size
  }

  func number(_ field: String, default fallback: Double? = nil) throws(ModelError) -> Double {
    let key = key(field)
    switch header[key] {
    case nil:
      if let fallback { return fallback }
      throw .configuration(path: path, field: key, reason: "it is missing")
    case .float(let number)?: return number
    case .integer(let number)?: return Double(number)
    default: throw .configuration(path: path, field: key, reason: "it is not a number")
    }
  }

  func flag(_ field: String, default fallback: Bool) throws(ModelError) -> Bool {
    let key = key(field)
    guard header[key] != nil else { return fallback }
    guard let flag = header.bool(key) else {
      throw .configuration(path: path, field: key, reason: "it is not true or false")
    }
    return flag
  }

  /// An id, or nil where it is absent.
  func id(_ field: String) throws(ModelError) -> Int32? {
    guard isGiven(field) else { return nil }
    guard let id = Int32(exactly: try size(field)) else {
      throw .configuration(path: path, field: key(field), reason: "it is not an id")
    }
    return id
  }

  /// The metadata that say something in a line, in the file's order.
  var shown: [JSON.Member] {
    header.metadata.compactMap { key, value in
      switch value {
      case .integer(let number): JSON.Member(key, .integer(number))
      case .large(let number): JSON.Member(key, .string(String(number)))
      case .float(let number): JSON.Member(key, .number(number))
      case .bool(let flag): JSON.Member(key, .bool(flag))
      case .string: JSON.Member(key, .string(header.text(key) ?? ""))
      case .array: nil
      }
    }
  }
}
