import Files

/// Typed access to a configuration's fields; an absent one and null are the same.
struct ConfigurationFields: Sendable {
  let json: JSON
  let path: String
  /// The number of positions that was asked for in place of the file's.
  var contextLength: Int?

  private func value(_ field: String) -> JSON? {
    guard let value = json[field], !value.isNull else { return nil }
    return value
  }

  func isGiven(_ field: String) -> Bool { value(field) != nil }

  func size(_ field: String, default fallback: Int? = nil) throws(ModelError) -> Int {
    guard let value = value(field) else {
      if let fallback { return fallback }
      throw .configuration(path: path, field: field, reason: "it is missing")
    }
    guard let size = value.intValue else {
      throw .configuration(path: path, field: field, reason: "it is not an integer")
    }
    return size
  }

  func number(_ field: String, default fallback: Double) throws(ModelError) -> Double {
    guard let value = value(field) else { return fallback }
    guard let number = value.doubleValue else {
      throw .configuration(path: path, field: field, reason: "it is not a number")
    }
    return number
  }

  func flag(_ field: String, default fallback: Bool) throws(ModelError) -> Bool {
    guard let value = value(field) else { return fallback }
    guard let flag = value.boolValue else {
      throw .configuration(path: path, field: field, reason: "it is not true or false")
    }
    return flag
  }

  /// One id or a list of them.
  func ids(_ field: String) throws(ModelError) -> [Int32] {
    guard let value = value(field) else { return [] }
    var ids: [Int32] = []
    for item in value.arrayValue ?? [value] {
      guard let id = item.intValue.flatMap({ Int32(exactly: $0) }) else {
        throw .configuration(path: path, field: field, reason: "it is not an id")
      }
      ids.append(id)
    }
    return ids
  }
}

extension ConfigurationFields {
  /// The same fields, some under other names as well.
  func renamed(_ names: [String: String]) -> ConfigurationFields {
    filled(
      (json.objectValue ?? []).compactMap { member in
        names[member.key].map { JSON.Member($0, member.value) }
      })
  }

  /// The same fields, and those of `defaults` that are absent.
  func filled(_ defaults: [JSON.Member]) -> ConfigurationFields {
    let own = (json.objectValue ?? []).filter { !$0.value.isNull }
    let names = Set(own.map(\.key))
    var fields = ConfigurationFields(
      json: .object(own + defaults.filter { !names.contains($0.key) }), path: path)
    fields.contextLength = contextLength
    return fields
  }
}
