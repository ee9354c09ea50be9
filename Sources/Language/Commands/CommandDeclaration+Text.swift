extension CommandDeclaration {
  /// The part of the name before the dot; empty for the verbs that everybody needs.
  public var family: String {
    name.firstIndex(of: ".").map { String(name[..<$0]) } ?? ""
  }

  /// How it is called: `split value [separator] [fraction=number]`.
  public var signature: String {
    ([name] + parameters.map(\.signature)).joined(separator: " ")
  }
}

extension ParameterDeclaration {
  /// Its part of a signature: `value`, `[count]`, `by=columns`, `[seed=integer]`, `[values …]`.
  public var signature: String {
    switch kind {
    case .argument: isRequired ? name : "[\(name)]"
    case .rest: "[\(name) …]"
    case .option: isRequired ? "\(name)=…" : "[\(name)=…]"
    }
  }

  /// The facts beside the summary: type, unit, default, range, pipe.
  public var facts: String {
    var facts = [type.description]
    if let unit { facts.append("in \(unit)") }
    if let rangeText { facts.append(rangeText) }
    if let defaultText { facts.append("default \(defaultText)") }
    if isRequired && kind == .option { facts.append("required") }
    return facts.joined(separator: ", ")
  }
}
