import Files

/// The fields of one component of a vocabulary file; each is asked for once, and one that nobody
/// asks for is an error, since it might change the ids.
struct ComponentFields {
  let path: String
  let place: String
  private var fields: [String: JSON] = [:]

  init(_ json: JSON, path: String, place: String) throws(TokenizerError) {
    (self.path, self.place) = (path, place)
    guard case .object(let members) = json else { try fail("an object is expected here") }
    for member in members where fields.updateValue(member.value, forKey: member.key) != nil {
      try fail("the key \(quoted(member.key)) is there twice")
    }
  }

  func fail(_ reason: String, at field: String? = nil) throws(TokenizerError) -> Never {
    let place = field.map { self.place.isEmpty ? $0 : "\(self.place).\($0)" } ?? self.place
    throw .malformed(path: path, place: place.isEmpty ? "top level" : place, reason: reason)
  }

  func unsupported(_ component: String) -> TokenizerError {
    .unsupported(path: path, component: component)
  }

  /// The value, or nil where the field is missing or null.
  mutating func take(_ field: String) -> JSON? {
    guard let value = fields.removeValue(forKey: field), !value.isNull else { return nil }
    return value
  }

  mutating func flag(_ field: String, default standard: Bool? = nil) throws(TokenizerError) -> Bool
  {
    guard let value = take(field) else {
      if let standard { return standard }
      try fail("true or false is missing", at: field)
    }
    guard let flag = value.boolValue else { try fail("true or false is expected", at: field) }
    return flag
  }

  mutating func text(_ field: String) throws(TokenizerError) -> String {
    guard let text = try optionalText(field) else { try fail("a text is missing", at: field) }
    return text
  }

  mutating func optionalText(_ field: String) throws(TokenizerError) -> String? {
    guard let value = take(field) else { return nil }
    guard let text = value.stringValue else { try fail("a text is expected", at: field) }
    return text
  }

  mutating func integer(_ field: String) throws(TokenizerError) -> Int {
    guard let value = take(field), case .integer(let number) = value else {
      try fail("a whole number is expected", at: field)
    }
    return number
  }

  mutating func list(_ field: String) throws(TokenizerError) -> [JSON] {
    guard let value = take(field), let items = value.arrayValue else {
      try fail("a list is expected", at: field)
    }
    return items
  }

  /// Ends the reading: no field may be left.
  func finish(_ component: String) throws(TokenizerError) {
    guard let left = fields.keys.min() else { return }
    throw unsupported("the field \(quoted(left)) of \(component)")
  }
}
